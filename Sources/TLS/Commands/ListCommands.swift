/// `show`, `add` and `del ssl crt-list`.
extension TLSStore {
  func showLists(_ words: [String]) -> TLSReply {
    let isNumbered = words.first == "-n"
    let name = CertificateList.name(isNumbered ? words.dropFirst().first ?? "" : words.first ?? "")
    if isNumbered && name.isEmpty { return .error("'show ssl crt-list -n' expects a filename or a directory\n") }
    if name.isEmpty {
      return .text(contents.withLock { $0.lists.keys.sorted().map { $0 + "\n" }.joined() })
    }
    guard let list = list(name) else { return .error("didn't find the specified filename\n") }
    let lines = list.lines.map { line in
      var text = line.path
      if isNumbered { text += ":\(line.number)" }
      if let options = line.options { text += " [\(options.text)]" }
      return ([text] + line.filters).joined(separator: " ") + "\n"
    }
    return .text("# \(name)\n" + lines.joined())
  }

  func addToList(_ words: [String], _ payload: String?, _ files: TLSFileAccess) -> TLSReply {
    let name = CertificateList.name(words.first ?? "")
    let text = payload ?? words.dropFirst().joined(separator: " ")
    if name.isEmpty || (payload == nil && text.isEmpty) {
      return .error("'add ssl crtlist' expects a filename and a certificate name\n")
    }
    func fail(_ text: String) -> TLSReply { .error("Can't edit the crt-list: \(text)\n") }
    let first = text.hasSuffix("\n") ? String(text.dropLast()) : text
    if payload != nil && (first.isEmpty || first.contains("\n")) {
      return fail("only one line of payload is supported!")
    }
    guard let list = list(name) else { return fail("crt-list '\(name)' does not exist!") }
    var files = files
    var line: CertificateListLine
    do throws(CertificateError) {
      let bytes = first.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      guard let read = try CertificateListLine(bytes, "parsing [CLI:1]", &files) else {
        return fail("parsing [CLI:1]: file must start with a cert")
      }
      line = read
    } catch {
      return fail(error.text)
    }
    if list.isFolder && (line.options != nil || !line.filters.isEmpty) {
      return fail("this is a directory, SSL configuration and filters are not allowed")
    }
    if list.isFolder && !line.path.hasPrefix(name + "/") {
      return fail("'\(name)' is a directory, certificate path '\(line.path)' must contain the directory path")
    }
    let path = list.isFolder || material(line.path) != nil ? line.path : files.certificatePath(line.path)
    if contents.withLock({ $0.empty.contains(path) }) { return fail("certificate '\(path)' is empty!") }
    guard material(path) != nil else { return fail("certificate '\(path)' does not exist!") }
    let entry = CertificateList.Line(
      path: path, options: line.options, optionText: line.optionText, filters: line.filters,
      number: (list.lines.map(\.number).max() ?? 0) + 1)
    let count: Int
    do throws(CertificateError) {
      count = try put(CertificateList(path: name, isFolder: list.isFolder, lines: list.lines + [entry]))
    } catch {
      return .text("Inserting certificate '\(path)' in crt-list '\(name)'\n\(error.text)\nFailed!\n")
    }
    return .text(
      "Inserting certificate '\(path)' in crt-list '\(name)'\(String(repeating: ".", count: count))\nSuccess!\n")
  }

  func deleteFromList(_ words: [String]) -> TLSReply {
    guard words.count >= 2 else { return .error("'del ssl crtlist' expects a filename and a certificate name\n") }
    func fail(_ text: String) -> TLSReply { .error("Can't delete the entry: \(text)\n") }
    let name = CertificateList.name(words[0])
    guard let list = list(name) else { return fail("crt-list '\(name)' does not exist!") }
    var path = words[1]
    var number: Int?
    if let colon = path.lastIndex(of: ":") {
      guard let line = Int(path[path.index(after: colon)...]) else {
        return fail("wrong line number after colons in '\(path)'!")
      }
      number = line
      path = String(path[..<colon])
    }
    guard material(path) != nil else { return fail("certificate '\(path)' does not exist!") }
    let matching = list.lines.filter { $0.path == path && (number == nil || $0.number == number) }
    guard let found = matching.first else {
      let others = list.lines.filter { $0.path == path }.map { String($0.number) }.joined(separator: ", ")
      return fail(
        others.isEmpty
          ? "certificate '\(path)' can't be found in crt-list '\(name)'!"
          : "found a certificate '\(path)' but the line number is incorrect, please specify a correct line number preceded "
            + "by colons (\(others))!")
    }
    if matching.count > 1 {
      let numbers = matching.map { String($0.number) }.joined(separator: ", ")
      return fail(
        "found the certificate '\(path)' in several entries, please specify a line number preceded by colons (\(numbers))!"
      )
    }
    let defaults = placesOfDefault(found, name)
    if !defaults.isEmpty {
      return fail(
        "certificate '\(path)' cannot be deleted, it is used as default certificate by the following frontends:\n"
          + defaults.map { "\t- \($0)\n" }.joined())
    }
    let rest = list.lines.filter { $0.path != found.path || $0.number != found.number }
    do throws(CertificateError) {
      _ = try put(CertificateList(path: name, isFolder: list.isFolder, lines: rest))
    } catch {
      return fail(error.text)
    }
    return .text("Entry '\(path)' deleted in crtlist '\(name)'!\n")
  }

  /// The `bind` lines whose clients get the line's certificate where no other fits.
  private func placesOfDefault(_ line: CertificateList.Line, _ list: String) -> [String] {
    contents.withLock { $0.listeners }.filter { listener in
      guard !listener.settings.isStrict, let first = listener.certificates.first else { return false }
      return first.list == list && first.path == line.path && first.line == line.number
    }.map(\.settings.place)
  }

  /// Puts a list into effect; gives how many `bind` lines have it.
  private func put(_ list: CertificateList) throws(CertificateError) -> Int {
    var count = 0
    for listener in contents.withLock({ $0.listeners }) {
      let old = listener.certificates
      guard let place = old.firstIndex(where: { $0.list == list.path }) else { continue }
      var uses = old.filter { $0.list != list.path }
      uses.insert(contentsOf: list.uses, at: min(place, uses.count))
      var problems: [TLSContextProblem] = []
      if !listener.replaceCertificates(uses, store: self, changed: "", problems: &problems) {
        throw CertificateError("unable to load SSL certificate into SSL Context")
      }
      count += 1
    }
    add(list)
    return count
  }
}

extension TLSCertificateOptions {
  /// As `show ssl crt-list` tells them.
  var text: String {
    var words: [String] = []
    if let nextProtocols { words.append("npn \(Self.names(nextProtocols))") }
    if let applicationProtocols { words.append("alpn \(Self.names(applicationProtocols))") }
    if let demand { words.append("verify \(demand)") }
    if omitsAuthorityNames { words.append("no-ca-names") }
    if allowsEarlyData { words.append("allow-0rtt") }
    if let authorityFile { words.append("ca-file \(authorityFile)") }
    if let revocationFile { words.append("crl-file \(revocationFile)") }
    if let ciphers { words.append("ciphers \(ciphers)") }
    if let cipherSuites { words.append("ciphersuites \(cipherSuites)") }
    if let curves { words.append("curves \(curves)") }
    if let namedCurve { words.append("ecdhe \(namedCurve)") }
    if let minimum = versions.minimum { words.append("ssl-min-ver \(minimum.written)") }
    if let maximum = versions.maximum { words.append("ssl-max-ver \(maximum.written)") }
    return words.joined(separator: " ")
  }
  private static func names(_ list: [UInt8]) -> String {
    var names: [String] = []
    var at = 0
    while at < list.count {
      let end = min(list.count, at + 1 + Int(list[at]))
      names.append(String(String.UnicodeScalarView(list[(at + 1)..<end].map { Unicode.Scalar($0) })))
      at = end
    }
    return names.joined(separator: ",")
  }
}
