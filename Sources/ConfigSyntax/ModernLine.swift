/// Lines that older versions took, and what does the same today, ready to be pasted.
public enum ModernLine {
  /// What to write instead of the line of these words; nil where nothing is known. Several lines are separated by
  /// line ends.
  public static func replacing(_ words: [String]) -> String? {
    guard let keyword = words.first else { return nil }
    let first = words.count > 1 ? words[1] : ""
    let rest = words.dropFirst(2).joined(separator: " ")
    let condition = rest.isEmpty ? "" : " " + rest
    switch keyword {
    case "reqadd", "rspadd":
      guard let (name, value) = field(first) else { return nil }
      // A format that gives nothing: the empty word would end the line.
      let format = value.isEmpty ? "%[str()]" : quoted(escaped(value))
      return "\(side(keyword)) add-header \(name) \(format)\(condition)"
    case "reqdel", "reqidel", "rspdel", "rspidel":
      return deletion(keyword, first, condition)
    case "reqrep", "reqirep", "rsprep", "rspirep", "cliexp", "srvexp":
      return words.count > 2 ? replacement(keyword, first, words[2], words.dropFirst(3).joined(separator: " ")) : nil
    case "reqdeny", "reqideny", "reqtarpit", "reqitarpit", "reqallow", "reqiallow":
      let action = keyword.hasSuffix("deny") ? "deny" : keyword.hasSuffix("allow") ? "allow" : "tarpit"
      let flag = keyword.hasPrefix("reqi") ? " -i" : ""
      if let (name, pattern) = headerPattern(first) {
        return "http-request \(action) if { req.hdr(\(name)) -m reg\(flag) \(quoted(anchored(pattern))) }"
      }
      guard let (method, pattern) = pathPattern(first) else { return nil }
      let test = method.map { "{ method \($0) } " } ?? ""
      return "http-request \(action) if \(test){ path -m reg\(flag) \(quoted(anchored(pattern))) }"
    case "rspdeny", "rspideny":
      guard let (name, pattern) = headerPattern(first) else { return nil }
      let flag = keyword == "rspideny" ? " -i" : ""
      return "http-response deny if { res.hdr(\(name)) -m reg\(flag) \(quoted(anchored(pattern))) }"
    case "block": return "http-request deny " + words.dropFirst().joined(separator: " ")
    case "contimeout": return "timeout connect \(first)"
    case "clitimeout": return "timeout client \(first)"
    case "srvtimeout": return "timeout server \(first)"
    case "redispatch", "redisp": return "option redispatch"
    case "monitor-net": return "http-request return status 200 if { src \(first) }"
    case "appsession": return "stick-table type string size 100k expire 1h\nstick on req.cook(\(first))"
    case "nbproc": return "nbthread \(first)"
    case "bind", "stats": return withoutProcess(words)
    case "option": return option(Array(words.dropFirst()))
    case "usesrc": return "source 0.0.0.0 usesrc \(first)"
    case "timeout":
      let names = ["clitimeout": "client", "contimeout": "connect", "srvtimeout": "server"]
      return names[first].map { "timeout \($0)\(condition)" }
    case "mode" where first == "health": return "mode http\nhttp-request return status 200"
    case "redirect" where first.contains("://") || first.hasPrefix("/"):
      return "redirect location \(quoted(first))\(condition)"
    case "tcp-request" where ["accept", "reject"].contains(first): return "tcp-request content \(first)\(condition)"
    case "listen", "frontend":
      guard words.count > 2, words[2].contains(":") || words[2].hasPrefix("/") else { return nil }
      return "\(keyword) \(first)\n    bind \(words.dropFirst(2).joined(separator: " "))"
    default: return nil
    }
  }

  /// A remark where there is nothing to paste.
  public static func remark(on words: [String]) -> String? {
    switch words.first {
    case "bind-process", "grace", "tune.chksize":
      return "take the line out: it has no effect"
    case "debug": return "take the line out, and start with -d"
    case "reqpass", "reqipass": return "take the line out, and give the rules that it spared a condition"
    case let word? where word.hasPrefix("req") || word.hasPrefix("rsp"):
      return "rules act on the method, the path and each header by name now, not on lines: see 'http-request' and "
        + "'http-response'"
    case "option" where words.count > 1 && ["http-use-htx", "http-tunnel"].contains(words[1]):
      return "take the line out: it has no effect"
    default: return nil
    }
  }

  private static func option(_ words: [String]) -> String? {
    switch words.first {
    case "forceclose": return "option httpclose"
    case "http_proxy":
      return "http-request set-dst url_ip\nhttp-request set-dst-port url_port\nhttp-request set-uri %[pathq]\n"
        + "server origin 0.0.0.0:0"
    case "httpchk": return checkRequest(words)
    default: return nil
    }
  }

  /// Headers and a body that hide behind the version of `option httpchk`.
  private static func checkRequest(_ words: [String]) -> String? {
    guard words.count == 4 else { return nil }
    let parts = pieces(of: words[3], by: "\\r\\n")
    guard parts.count > 1 else { return nil }
    var line = "http-check send meth \(words[1]) uri \(quoted(words[2])) ver \(parts[0])"
    for (at, part) in parts.enumerated().dropFirst() {
      if part.isEmpty {
        let body = parts[(at + 1)...].joined(separator: "\r\n")
        if !body.isEmpty { line += " body \(quoted(body))" }
        break
      }
      guard let (name, value) = field(part) else { return nil }
      line += " hdr \(name) \(quoted(escaped(value)))"
    }
    return "option httpchk\n" + line
  }

  private static func pieces(of text: String, by separator: String) -> [String] {
    var found: [String] = []
    var piece = ""
    var rest = text[...]
    while let c = rest.first {
      if rest.hasPrefix(separator) {
        found.append(piece)
        piece = ""
        rest = rest.dropFirst(separator.count)
      } else {
        piece.append(c)
        rest = rest.dropFirst()
      }
    }
    return found + [piece]
  }

  /// `process <n>` of a listener means nothing any more; `process <n>/<threads>` is `thread <threads>`.
  private static func withoutProcess(_ words: [String]) -> String? {
    guard let at = words.firstIndex(of: "process"), at + 1 < words.count else { return nil }
    var line = words[..<at].map(quoted)
    if let slash = words[at + 1].firstIndex(of: "/") {
      line += ["thread", String(words[at + 1][words[at + 1].index(after: slash)...])]
    }
    return (line + words[(at + 2)...].map(quoted)).joined(separator: " ")
  }

  /// A percent sign begins a field in what rules write.
  private static func escaped(_ text: String) -> String { text.map { $0 == "%" ? "%%" : String($0) }.joined() }

  private static func anchored(_ pattern: String) -> String {
    pattern.hasPrefix("^") || pattern.hasPrefix(".*") || pattern.hasPrefix("(.*") ? pattern : "^" + pattern
  }

  private static func deletion(_ keyword: String, _ pattern: String, _ condition: String) -> String? {
    let side = side(keyword)
    if let (name, rest) = headerPattern(pattern) {
      if ["", ".*", "(.*)", ".*$"].contains(rest) { return "\(side) del-header \(name)\(condition)" }
      // With a condition of its own there are two to be joined.
      if !condition.isEmpty { return nil }
      let flag = keyword.hasSuffix("idel") ? " -i" : ""
      let fetch = keyword.hasPrefix("req") ? "req" : "res"
      return "\(side) del-header \(name) if { \(fetch).hdr(\(name)) -m reg\(flag) \(quoted(anchored(rest))) }"
    }
    // A pattern for names: those of messages are written in small letters inside.
    guard let name = pattern.split(separator: ":", omittingEmptySubsequences: false).first else { return nil }
    return "\(side) del-header \(quoted("(?i)" + name)) -m reg\(condition)"
  }

  private static func side(_ keyword: String) -> String { keyword.hasPrefix("req") ? "http-request" : "http-response" }

  /// `Name: value`.
  private static func field(_ text: String) -> (String, String)? {
    guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else { return nil }
    return (String(text[..<colon]), String(text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }))
  }

  /// The word as a configuration must write it.
  static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.unicodeScalars.allSatisfy { $0 > " " && $0 != "\"" && $0 != "'" && $0 != "\\" && $0 != "#" && $0 != "$" }
    if isPlain { return text }
    return text.contains("'") ? "\"" + text.flatMap { "\"\\$".contains($0) ? "\\\($0)" : "\($0)" } + "\"" : "'\(text)'"
  }

  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
  }
  /// `^Name:\ pattern`.
  private static func headerPattern(_ pattern: String) -> (String, String)? {
    guard pattern.hasPrefix("^"), let colon = pattern.firstIndex(of: ":") else { return nil }
    let name = pattern[pattern.index(after: pattern.startIndex)..<colon]
    guard isName(name) else { return nil }
    var rest = pattern[pattern.index(after: colon)...]
    for blank in ["[ ]*", "[ \t]*", "\\ *", "\\s*", " *", "\\ ", " "] where rest.hasPrefix(blank) {
      rest = rest.dropFirst(blank.count)
      break
    }
    return (String(name), String(rest))
  }
  /// The method where the pattern of a request line names one, and what follows the group or letters that stand for it.
  private static func pathPattern(_ pattern: String) -> (method: String?, rest: String)? {
    let letters = ["[^ :]*", "[^: ]*", "[^ ]*", "[^ ]+", "[A-Z]*", "[A-Z]+", "\\S*", "\\S+", "\\w*", "\\w+", ".*"]
    for start in letters.flatMap({ ["^(\($0)) ", "^\($0) "] }) where pattern.hasPrefix(start) {
      return pathOnly(String(pattern.dropFirst(start.count))).map { (nil, $0) }
    }
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"] {
      for start in ["^(\(method)) ", "^\(method) "] where pattern.hasPrefix(start) {
        return pathOnly(String(pattern.dropFirst(start.count))).map { (method, $0) }
      }
    }
    return nil
  }
  /// Without the version behind a blank; nil where something stands there that is more than any version.
  private static func pathOnly(_ pattern: String) -> String? {
    let parts = pattern.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1 else { return pattern }
    return ["(.*)", ".*", "HTTP/.*", "(HTTP/.*)", "HTTP", ""].contains(parts[1]) ? parts[0] + "$" : nil
  }

  private static func replacement(_ keyword: String, _ pattern: String, _ new: String, _ condition: String) -> String? {
    let tail = condition.isEmpty ? "" : " " + condition
    let flag = keyword.hasSuffix("irep") ? "(?i)" : ""
    let isRequest = keyword.hasPrefix("req") || keyword == "cliexp"
    if let (name, rest) = headerPattern(pattern), let (newName, value) = field(new) {
      if name.lowercased() != newName.lowercased() { return nil }
      let side = isRequest ? "http-request" : "http-response"
      return "\(side) replace-header \(name) \(quoted(flag + anchored(rest))) \(quoted(escaped(value)))\(tail)"
    }
    if !isRequest { return statusReplacement(pattern, new, tail) }
    guard let (method, rest) = pathPattern(pattern), method == nil, pattern.hasPrefix("^(") else { return nil }
    var target = new
    if target.hasPrefix("\\1 ") { target = String(target.dropFirst(3)) }
    target = target.split(separator: " ", omittingEmptySubsequences: false).first.map(String.init) ?? target
    // The group of the method is gone: the others move up.
    var shifted = ""
    var isEscaped = false
    for c in target {
      if isEscaped, let digit = c.wholeNumberValue, digit > 1 { shifted += "\(digit - 1)" } else { shifted.append(c) }
      isEscaped = c == "\\" && !isEscaped
    }
    let action = rest.contains("?") ? "replace-pathq" : "replace-path"
    return "http-request \(action) \(quoted(flag + anchored(rest))) \(quoted(escaped(shifted)))\(tail)"
  }

  /// A status line for another.
  private static func statusReplacement(_ pattern: String, _ new: String, _ tail: String) -> String? {
    func code(_ line: String) -> String? {
      line.split(separator: " ").map(String.init).first { $0.count == 3 && Int($0) != nil }
    }
    guard pattern.hasPrefix("^HTTP"), new.hasPrefix("HTTP"), tail.isEmpty, let old = code(pattern), let code = code(new)
    else { return nil }
    return "http-response set-status \(code) if { status \(old) }"
  }
}
