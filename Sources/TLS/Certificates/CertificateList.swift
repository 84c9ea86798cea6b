/// A `crt-list`, or a folder of certificates, which is one without options.
public final class CertificateList: Sendable {
  public struct Line: Sendable {
    public var path: String
    public var options: TLSCertificateOptions?
    /// As written, between the brackets.
    public var optionText: String
    public var filters: [String]
    public var number: Int
  }
  public let path: String
  public let isFolder: Bool
  public let lines: [Line]
  init(path: String, isFolder: Bool, lines: [Line]) {
    self.path = path
    self.isFolder = isFolder
    self.lines = lines
  }

  var uses: [TLSCertificateUse] {
    lines.map {
      TLSCertificateUse(path: $0.path, options: $0.options, filters: $0.filters, list: path, line: $0.number)
    }
  }
}
