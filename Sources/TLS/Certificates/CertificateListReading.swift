import System

/// How `crt`, `crt-list` and folders become uses of certificates.
extension TLSFileAccess {
  /// Longest line of a list, in bytes.
  static let lineLimit = 65535

  /// `crt`: a file, a folder of files, or the stem of files that end in `.dsa`, `.ecdsa` and `.rsa`.
  public mutating func certificates(_ name: String) throws(CertificateError) -> [TLSCertificateUse] {
    let path = certificatePath(name)
    if Files.kind(path) == .folder { return try folder(CertificateList.name(path)).uses }
    return try files(path).map { TLSCertificateUse(path: $0) }.map { use throws(CertificateError) in
      try prepare(use.path, nil, 0)
      return use
    }
  }

  /// The client certificate of a server: one file.
  public func clientCertificate(_ name: String) throws(CertificateError) -> String {
    let path = certificatePath(name)
    if store.material(path) != nil { return path }
    guard let kind = Files.kind(path) else { throw Self.missing(path) }
    if kind == .folder { throw CertificateError("unable to stat SSL certificate from file '\(path)' : Success.") }
    try store.loadMaterial(path, tuning)
    return path
  }

  private static func missing(_ path: String) -> CertificateError {
    CertificateError("unable to stat SSL certificate from file '\(path)' : \(SystemError(code: 2)).")
  }

  /// The file of that path, or those of its bundle, loaded.
  private func files(_ path: String) throws(CertificateError) -> [String] {
    if store.material(path) != nil || Files.kind(path) != nil {
      try store.loadMaterial(path, tuning)
      return [path]
    }
    var found: [String] = []
    if tuning.extraFiles.contains(.bundle) {
      for kind in ["dsa", "ecdsa", "rsa"] {
        let member = path + "." + kind
        if store.material(member) == nil && Files.kind(member) == nil { continue }
        try store.loadMaterial(member, tuning)
        found.append(member)
      }
    }
    if found.isEmpty { throw Self.missing(path) }
    return found
  }

  private mutating func prepare(_ path: String, _ list: String?, _ line: Int) throws(CertificateError) {
    var warnings: [TLSMessage] = []
    defer { messages += warnings }
    do throws(CertificateError) {
      try store.prepareUse(path) { warnings.append(.warning($0)) }
    } catch {
      guard let list, error.isOfUse else { throw error }
      throw CertificateError("error processing line \(line) in file '\(list)' : \(error.text)", isOfUse: true)
    }
  }

  /// All certificates of a folder, by their names.
  private mutating func folder(_ path: String) throws(CertificateError) -> CertificateList {
    if let known = store.list(path) { return known }
    guard let names = try? Files.list(path) else {
      throw CertificateError("unable to scan directory '\(path)' : \(SystemError.current).")
    }
    var lines: [CertificateList.Line] = []
    for name in names {
      let file = path + "/" + name
      guard !isBeside(name), Files.kind(file) != .folder, Files.kind(file) != nil else { continue }
      try store.loadMaterial(file, tuning)
      lines.append(.init(path: file, options: nil, optionText: "", filters: [], number: 0))
    }
    let list = CertificateList(path: path, isFolder: true, lines: lines)
    for line in lines { try prepare(line.path, path, 0) }
    store.add(list)
    return list
  }

  /// Files that belong to a certificate beside them, and hidden ones.
  private func isBeside(_ name: String) -> Bool {
    name.hasPrefix(".") || [".issuer", ".ocsp", ".sctl", ".key"].contains { name.hasSuffix($0) }
  }

  /// `crt-list`
  public mutating func list(_ name: String) throws(CertificateError) -> [TLSCertificateUse] {
    if let known = store.list(name) {
      if known.lines.isEmpty { return [] }
      return known.uses
    }
    if Files.kind(name) == .folder {
      throw CertificateError("cannot open file '\(name)' : \(SystemError(code: 21))")
    }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try Files.read(name)
    } catch {
      throw CertificateError("cannot open file '\(name)' : \(error)")
    }
    var lines: [CertificateList.Line] = []
    var number = 0
    for part in bytes.split(separator: 10, omittingEmptySubsequences: false) {
      number += 1
      if part.endIndex == bytes.endIndex && !part.isEmpty && part.count <= Self.lineLimit {
        throw CertificateError(
          "parsing [\(name):\(number)]: Missing LF on last line, file might have been truncated at position "
            + "\(part.count).")
      }
      let text = part.last == 13 ? part.dropLast() : part
      if text.isEmpty || text.first == UInt8(ascii: "#") { continue }
      if text.count > Self.lineLimit {
        throw CertificateError(
          "parsing [\(name):\(number)]: line too long, limit is \(Self.lineLimit) characters")
      }
      guard let line = try CertificateListLine(Array(text), "parsing [\(name):\(number)]", &self) else { continue }
      for file in try files(certificatePath(line.path)) {
        lines.append(
          .init(path: file, options: line.options, optionText: line.optionText, filters: line.filters, number: number))
      }
    }
    let list = CertificateList(path: name, isFolder: false, lines: lines)
    for line in lines { try prepare(line.path, name, line.number) }
    store.add(list)
    return list.uses
  }
}

/// One line of a list: `<path> [<options>] <filters>`.
public struct CertificateListLine {
  public var path = ""
  public var options: TLSCertificateOptions?
  public var optionText = ""
  public var filters: [String] = []

  /// nil for a line of blanks. `place` begins messages.
  public init?(_ text: [UInt8], _ place: String, _ files: inout TLSFileAccess) throws(CertificateError) {
    var words: [String] = []
    /// Where options begin and end among the words.
    var start: Int?
    var end: Int?
    var word: [UInt8] = []
    func finish() {
      if !word.isEmpty { words.append(String(String.UnicodeScalarView(word.map { Unicode.Scalar($0) }))) }
      word = []
    }
    for byte in text {
      switch byte {
      case 32, 9...13: finish()
      case UInt8(ascii: "["):
        if start != nil { throw CertificateError("\(place): too many '['") }
        finish()
        if words.isEmpty { throw CertificateError("\(place): file must start with a cert") }
        start = words.count
      case UInt8(ascii: "]"):
        if start == nil { throw CertificateError("\(place): missing '['") }
        if end != nil { throw CertificateError("\(place): too many ']'") }
        finish()
        end = words.count
      default: word.append(byte)
      }
    }
    finish()
    guard let first = words.first else { return nil }
    path = first
    let stop = start == nil ? 0 : end ?? words.count
    if let start {
      if start > 1 {
        files.messages.append(
          .warning("\(place): malformated line, filters can't be between filename and options!"))
      }
      try read(words, start..<stop, place, &files)
    }
    filters = Array(words.dropFirst(max(1, stop)))
  }

  private mutating func read(
    _ words: [String], _ range: Range<Int>, _ place: String, _ files: inout TLSFileAccess
  ) throws(CertificateError) {
    var options = TLSCertificateOptions()
    var at = range.lowerBound
    while at < range.upperBound {
      let name = words[at]
      guard TLSLineOptions.names.contains(name) else {
        throw CertificateError("\(place): unknown ssl keyword \(name)")
      }
      let count = TLSLineOptions.switches.contains(name) ? 1 : 2
      if at + count > range.upperBound { throw CertificateError("\(place): ssl args out of '[]' for \(name)") }
      do throws(TLSOptionError) {
        try TLSLineOptions.read(name, count == 2 ? words[at + 1] : "", into: &options, &files)
      } catch {
        throw CertificateError(error.text)
      }
      at += count
    }
    self.options = options
    optionText = words[range].joined(separator: " ")
  }
}
