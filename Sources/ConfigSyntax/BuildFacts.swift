/// What conditions can ask about the program.
public struct BuildFacts: Sendable {
  /// The HAProxy version that this program is compatible with; compared by `version_atleast` and `version_before`.
  public var compatibleVersion: String
  /// Feature names with their sign as `haproxy -vv` lists them: `+OPENSSL -QUIC`.
  public var features: [String]
  /// `OPENSSL_VERSION` as `major.minor.patch`; nil where there is none.
  public var opensslVersion: String?
  public init(compatibleVersion: String, features: [String], opensslVersion: String? = nil) {
    self.compatibleVersion = compatibleVersion
    self.features = features
    self.opensslVersion = opensslVersion
  }
}
