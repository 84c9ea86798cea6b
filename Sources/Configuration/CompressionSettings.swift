public import Compression
import Memory

/// `compression` lines of a proxy (manual section 4.2).
public struct CompressionSettings: Sendable {
  /// In the order in which they are tried: the last one named comes first, as in HAProxy.
  public var forms: [CompressionForm] = []
  /// What `Content-Type` must begin with, in lower case; none for all.
  public var types: [String] = []
  /// The server is not told that the client takes compressed answers.
  public var offloads = false
  public init() {}
}
