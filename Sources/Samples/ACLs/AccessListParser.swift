import Memory

extension SampleCompiler {
  /// Reads the words behind `acl`: a name, then what it tests. A name that is known gets another test.
  public func parseAccessList(
    words: [String], lists: inout AccessLists, site: ExpressionSite
  ) throws(SampleError) {
    let name = words.first ?? ""
    if let bad = name.unicodeScalars.first(where: { !SampleCompiler.isNameScalar($0) }) {
      throw SampleError("character '\(bad)' is not permitted in acl name '\(name)'")
    }
    let test = try parseTest(Array(words.dropFirst()), site, of: name)
    if let known = lists.numbers[name] {
      accessLists[Int(known)].tests.append(test)
    } else {
      lists.numbers[name] = add(AccessListBuild(name: name, tests: [test]))
    }
  }

  /// The first character of a name that may not stand in one, or nil.
  public static func invalidCharacter(inAccessListName name: String) -> Unicode.Scalar? {
    name.unicodeScalars.first { !isNameScalar($0) }
  }

  private static func isNameScalar(_ c: Unicode.Scalar) -> Bool {
    switch c {
    case "0"..."9", "a"..."z", "A"..."Z", "_", "-", ".", ":": true
    default: false
    }
  }

  func add(_ list: AccessListBuild) -> Int32 {
    accessLists.append(list)
    return Int32(accessLists.count - 1)
  }

  /// Reads a test: an ACL keyword or an expression, options, and patterns.
  func parseTest(
    _ words: [String], _ site: ExpressionSite, of list: String = ""
  ) throws(SampleError) -> AccessListBuild.Test {
    var subject = try parseSubject(words, site)
    // An empty word ends the line for whatever reads on.
    let end = words.dropFirst().firstIndex(of: "") ?? words.count
    if subject.method != nil && subject.type != .boolean && end < 2 {
      warn(
        "parsing acl keyword '\(words[0])' :\n"
          + "  no pattern to match against were provided, so this ACL will never match.\n"
          + "  If this is what you intended, please add '--' to get rid of this warning.\n"
          + "  If you intended to match only for existence, please use '-m found'.\n"
          + "  If you wanted to force an int to match as a bool, please use '-m bool'.\n")
    }
    var at = 1
    let options = try parseOptions(words, &at, &subject, site)
    guard let method = subject.method else { throw SampleCompiler.methodMissing(subject.keyword) }
    var indices: [Int32] = []
    do {
      for file in options.files {
        let reference = try patterns.load(
          file: file.path, asMap: file.isMap, forMap: false, location: nil)
        indices.append(try patterns.expression(reference, method: file.method, flags: file.flags, output: nil))
      }
      let reference = patterns.makeInline(
        id: options.id, display: "acl '\(subject.keyword)' file '\(site.file)' line \(site.line)")
      var operation = "eq"
      for word in words[min(at, end)..<end] {
        if method == .integer || method == .dottedVersion || method == .length,
          ["eq", "gt", "ge", "le", "lt"].contains(word)
        {
          operation = word
          continue
        }
        let text = try SampleCompiler.rangeText(word, operation, method)
        let bytes = keep(text.bytes)
        // The first word that is wrong is told, as HAProxy reads them one by one.
        if method == .integer { _ = try Pattern.range(bytes) }
        reference.load(bytes, value: nil, line: 0)
      }
      indices.append(try patterns.expression(reference, method: method, flags: options.flags, output: nil))
    } catch {
      throw SampleError(error.message)
    }
    if words.count > 1, words[1].hasPrefix("("), !words[0].unicodeScalars.contains("(") {
      warn(
        "parsing acl '\(list)' :\n"
          + "  matching '\(words[0])' for pattern '\(words[1])' is likely a mistake and probably\n"
          + "  not what you want. Maybe you need to remove the extraneous space before '('.\n"
          + "  If you are really sure this is not an error, please insert '--' between the\n"
          + "  match and the pattern to make this warning message disappear.")
    }
    return AccessListBuild.Test(
      expression: subject.expression, fetch: subject.fetch, keyword: subject.keyword, proxy: site.proxy,
      method: method, patterns: indices)
  }

  private static func methodMissing(_ keyword: String) -> SampleError {
    SampleError(
      "matching method must be specified first (using '-m') when using a sample fetch of this type ('\(keyword)')")
  }

  private struct Subject {
    let expression: Expression
    let fetch: FetchDescriptor
    let keyword: String
    let type: SampleType
    var method: PatternMethod?
  }

  private func parseSubject(_ words: [String], _ site: ExpressionSite) throws(SampleError) -> Subject {
    let word = words.first ?? ""
    var cursor = WordCursor([word.bytes], word: 0)
    let name = cursor.identifier()
    guard let keyword = AccessListKeywords.all[name], let fetch = FetchCatalogue.find(keyword.fetch) else {
      var at = 0
      do {
        let parsed = try parse(words: words, at: &at, site: site)
        return Subject(
          expression: parsed.expression, fetch: parsed.fetch, keyword: parsed.fetch.name, type: parsed.type,
          method: PatternMethod.byDefault(for: parsed.type))
      } catch {
        throw SampleError("\(error.message) in ACL expression '\(word)'")
      }
    }
    let index: Int
    do {
      index = try parseFetch(fetch, name, &cursor, site)
    } catch {
      switch error {
      case .syntax(let message): throw SampleError("ACL keyword '\(name)' : \(message)")
      case .refused(let message): throw SampleError("in argument to '\(name)', \(message)")
      }
    }
    if let c = cursor.byte(), c != UInt8(ascii: ",") {
      throw SampleError("ACL keyword '\(name)' : missing comma after fetch keyword.")
    }
    let type: SampleType
    do {
      type = try parseConverters(index, &cursor, site, isEmbedded: false)
    } catch {
      throw SampleError("ACL keyword '\(name)' : \(error.message).")
    }
    let hasConverters = expressions[index].converterCount > 0
    return Subject(
      expression: Expression(index: Int32(index)), fetch: fetch, keyword: name, type: type,
      method: hasConverters ? PatternMethod.byDefault(for: type) : keyword.method)
  }

  private struct Options {
    struct File {
      let path: String
      let method: PatternMethod
      let flags: PatternFlags
      let isMap: Bool
    }
    var flags: PatternFlags = []
    var id: Int32?
    var files: [File] = []
  }

  private func parseOptions(
    _ words: [String], _ at: inout Int, _ subject: inout Subject, _ site: ExpressionSite
  ) throws(SampleError) -> Options {
    var options = Options()
    var isMap = false
    func next() -> String { at + 1 < words.count ? words[at + 1] : "" }
    while at < words.count, words[at].hasPrefix("-") {
      switch words[at] {
      case "-i": options.flags.insert(.ignoreCase)
      case "-n": options.flags.insert(.noDNS)
      case "-M": isMap = true
      case "-u":
        let word = next()
        guard let id = word.isEmpty ? 0 : ArgumentParser.integer(word.bytes), id >= 0, let number = Int32(exactly: id)
        else {
          throw SampleError("the argument of -u must be an integer")
        }
        if patterns.reference(id: number) != nil { throw SampleError("the id is already used") }
        options.id = number
        at += 1
      case "-f":
        guard let method = subject.method else { throw SampleCompiler.methodMissing(subject.keyword) }
        // The file is opened at once, so that its errors come before those of later words.
        do {
          _ = try patterns.expression(
            try patterns.load(
              file: next(), asMap: isMap, forMap: false, location: "file '\(site.file)' line \(site.line)"),
            method: method, flags: options.flags, output: nil)
        } catch {
          throw SampleError(error.message)
        }
        options.files.append(Options.File(path: next(), method: method, flags: options.flags, isMap: isMap))
        at += 1
      case "-m":
        if !options.files.isEmpty {
          throw SampleError("'-m' must only be specified before patterns and files in parsing ACL expression")
        }
        guard let method = PatternMethod(name: next()) else {
          throw SampleError("unknown matching method '\(next())' when parsing ACL expression")
        }
        if !subject.type.canCast(to: method.expects) {
          throw SampleError("matching method '\(next())' cannot be used with fetch keyword '\(subject.keyword)'")
        }
        subject.method = method
        at += 1
      case "--":
        at += 1
        return options
      default:
        throw SampleError(
          "'\(words[at])' is not a valid ACL option. Please use '--' before any pattern beginning with a '-'")
      }
      at += 1
    }
    return options
  }

  /// A number behind an operator as the range that it means ("gt 5" is "6:"); a range stays what it is.
  private static func rangeText(
    _ word: String, _ operation: String, _ method: PatternMethod
  ) throws(PatternError) -> String {
    if operation == "eq" || !(method == .integer || method == .dottedVersion || method == .length) { return word }
    if word.unicodeScalars.contains(where: { $0 == ":" || $0 == "-" }) { return word }
    let parts = word.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    func number(_ part: Int) throws(PatternError) -> Int64 {
      if part >= parts.count { return 0 }
      if parts[part].utf8.allSatisfy({ $0 &- 48 < 10 }), let number = Int64(parts[part]) { return number }
      throw PatternError("'\(word)' is neither a number nor a supported operator")
    }
    var major = try number(0)
    if method != .dottedVersion {
      // What follows a point counts for nothing.
      switch operation {
      case "gt": return "\(major &+ 1):"
      case "ge": return "\(major):"
      case "lt": return ":\(major &- 1)"
      default: return ":\(major)"
      }
    }
    var minor = try number(1)
    if major > 65535 { throw PatternError("'\(word)' contains too large a major value") }
    if minor > 65535 { throw PatternError("'\(word)' contains too large a minor value") }
    let packed = operation == "gt" ? 1 : operation == "lt" ? -1 : 0 as Int64
    (major, minor) = ((major << 16 + minor + packed) >> 16, (minor + packed) & 0xffff)
    return operation == "gt" || operation == "ge" ? "\(major).\(minor):" : ":\(major).\(minor)"
  }
}
