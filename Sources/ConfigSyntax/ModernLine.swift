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
      return "\(side(keyword)) add-header \(name) \(quoted(value))\(condition)"
    case "reqdel", "reqidel", "rspdel", "rspidel":
      if let name = headerName(first) { return "\(side(keyword)) del-header \(name)\(condition)" }
      return "\(side(keyword)) del-header \(quoted(first)) -m reg\(condition)"
    case "reqrep", "reqirep", "rsprep", "rspirep":
      return words.count > 2 ? replacement(keyword, first, words[2], words.dropFirst(3).joined(separator: " ")) : nil
    case "reqdeny", "reqideny", "reqtarpit", "reqitarpit", "reqallow", "reqiallow":
      let action = keyword.hasSuffix("deny") ? "deny" : keyword.hasSuffix("allow") ? "allow" : "tarpit"
      let flag = keyword.hasPrefix("reqi") ? " -i" : ""
      if let (name, pattern) = headerPattern(first) {
        return "http-request \(action) if { req.hdr(\(name)) -m reg\(flag) \(quoted(pattern)) }"
      }
      guard let pattern = pathPattern(first) else { return nil }
      return "http-request \(action) if { path -m reg\(flag) \(quoted("^" + pattern)) }"
    case "rspdeny", "rspideny":
      guard let (name, pattern) = headerPattern(first) else { return nil }
      let flag = keyword == "rspideny" ? " -i" : ""
      return "http-response deny if { res.hdr(\(name)) -m reg\(flag) \(quoted(pattern)) }"
    case "block": return "http-request deny " + words.dropFirst().joined(separator: " ")
    case "contimeout": return "timeout connect \(first)"
    case "clitimeout": return "timeout client \(first)"
    case "srvtimeout": return "timeout server \(first)"
    case "redispatch", "redisp": return "option redispatch"
    case "monitor-net": return "http-request return status 200 if { src \(first) }"
    case "appsession": return "stick-table type string size 100k expire 1h\nstick on req.cook(\(first))"
    case "nbproc": return "nbthread \(first)"
    case "bind-process": return nil
    case "option": return option(first)
    case "listen", "frontend":
      guard words.count > 2, words[2].contains(":") || words[2].hasPrefix("/") else { return nil }
      return "\(keyword) \(first)\n    bind \(words.dropFirst(2).joined(separator: " "))"
    default: return nil
    }
  }

  /// A remark where there is nothing to paste.
  public static func remark(on words: [String]) -> String? {
    switch words.first {
    case "bind-process", "grace":
      return "take the line out: it has no effect"
    case "option" where words.count > 1 && ["http-use-htx", "http-tunnel"].contains(words[1]):
      return "take the line out: it has no effect"
    default: return nil
    }
  }

  private static func option(_ name: String) -> String? {
    switch name {
    case "forceclose": "option httpclose"
    default: nil
    }
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
  /// `^Name:` with anything behind it: a whole header.
  private static func headerName(_ pattern: String) -> String? {
    guard let (name, rest) = headerPattern(pattern), [".*", "(.*)", "", ".*$"].contains(rest) else { return nil }
    return name
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
  /// What follows the group (or the letters) that stands for the method in a pattern of a request line.
  private static func pathPattern(_ pattern: String) -> String? {
    let starts = [
      "^([^\\ :]*)\\ ", "^([^\\ ]*)\\ ", "^([^ :]*) ", "^([^ ]*) ", "^[^\\ :]*\\ ", "^[^\\ ]*\\ ", "^[^ :]* ",
      "^[^ ]* ",
    ]
    for start in starts where pattern.hasPrefix(start) { return String(pattern.dropFirst(start.count)) }
    return nil
  }

  private static func replacement(_ keyword: String, _ pattern: String, _ new: String, _ condition: String) -> String? {
    let tail = condition.isEmpty ? "" : " " + condition
    let flag = keyword.hasSuffix("irep") ? "(?i)" : ""
    if let (name, rest) = headerPattern(pattern), let (newName, value) = field(new) {
      if name.lowercased() != newName.lowercased() { return nil }
      return "\(side(keyword)) replace-header \(name) \(quoted(flag + rest)) \(quoted(value))\(tail)"
    }
    guard keyword.hasPrefix("req"), let rest = pathPattern(pattern), pattern.hasPrefix("^(") else { return nil }
    var target = new
    for start in ["\\1\\ ", "\\1 "] where target.hasPrefix(start) { target = String(target.dropFirst(start.count)) }
    // The group of the method is gone: the others move up.
    var shifted = ""
    var isEscaped = false
    for c in target {
      if isEscaped, let digit = c.wholeNumberValue, digit > 1 { shifted += "\(digit - 1)" } else { shifted.append(c) }
      isEscaped = c == "\\" && !isEscaped
    }
    return "http-request replace-path \(quoted(flag + rest)) \(quoted(shifted))\(tail)"
  }
}
