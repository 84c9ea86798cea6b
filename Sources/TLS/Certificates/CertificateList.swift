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
  /// A folder is known without the slashes behind its name.
  static func name(_ path: String) -> String {
    var name = path[...]
    while name.count > 1, name.last == "/" { name.removeLast() }
    return String(name)
  }
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
