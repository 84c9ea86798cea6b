import ConfigSyntax
import Configuration
import Primitives

/// `http-check` (manual section 4.2).
let checkKeywords: [KeywordEntry] = [KeywordEntry("http-check", .proxies, parse: HTTPCheckLines.parse)]

/// `option httpchk` and `option tcp-check`.
enum CheckOptions {
  static func tcpCheck(_ context: LoadContext, _ line: ConfigLine) {
    guard context.requires(.backend, "tcp-check") else { return }
    guard context.checkArgumentCount(line, atMost: 0, after: 1) else { return }
    context.proxy.check.kind = .tcpScript
    context.proxy.check.hasOwnScript = true
  }

  /// `option httpchk [[<method>] <uri> [<version>]]`.
  static func httpchk(_ context: LoadContext, _ line: ConfigLine) {
    guard context.requires(.backend, "httpchk") else { return }
    guard context.checkArgumentCount(line, atMost: 3, after: 1) else { return }
    var check = context.proxy.check.http
    var method = "OPTIONS"
    var uri = "/"
    var version = "HTTP/1.0"
    if !line[3].isEmpty {
      method = line[2]
      uri = line[3]
    } else if !line[2].isEmpty {
      uri = line[2]
    }
    if !line[4].isEmpty {
      let parts = RequestTail(line[4])
      version = parts.version
      if parts.hasMore {
        guard let headers = parts.headers else {
          return context.alert("'option httpchk' : unable to parse the request '\(parts.headerText)\r\n\r\n'..")
        }
        context.warningTight(
          "'option httpchk' : hiding headers or body at the end of the version string is deprecated. Please, consider "
            + "to use 'http-check send' directive instead.")
        check.headerNames = headers.map(\.0)
        check.headerValues = headers.map(\.1)
        check.body = parts.body
      }
    }
    // What the option says itself counts; what it only implies leaves `http-check send` alone.
    if !check.explicit.contains(.method) || !line[3].isEmpty { check.method = method }
    if !check.explicit.contains(.uri) || !line[2].isEmpty { check.uri = uri }
    if !check.explicit.contains(.version) || !line[4].isEmpty { check.version = version.isEmpty ? "HTTP/1.0" : version }
    context.proxy.check.http = check
    context.proxy.check.kind = .http
  }
}

/// The old way to say headers: behind the version, in one word with `\r\n` between.
private struct RequestTail {
  var version: String
  var hasMore = false
  var headerText = ""
  /// nil where a line has no colon.
  var headers: [(String, String)]? = []
  var body = ""

  init(_ word: String) {
    let bytes = word.latin1Bytes
    let end = Self.lineEnd(bytes, from: 0) ?? bytes.count
    version = String(latin1: bytes[..<end])
    guard end < bytes.count else { return }
    hasMore = true
    var at = end + 2
    let start = at
    while at < bytes.count {
      let next = Self.lineEnd(bytes, from: at) ?? bytes.count
      if next == at {
        body = String(latin1: bytes[min(at + 2, bytes.count)...])
        break
      }
      add(bytes[at..<next])
      at = next + 2
    }
    headerText = String(latin1: bytes[min(start, bytes.count)...])
  }

  private mutating func add(_ line: ArraySlice<UInt8>) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
      headers = nil
      return
    }
    let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
    headers?.append((String(latin1: line[..<colon]), String(latin1: value)))
  }

  private static func lineEnd(_ bytes: [UInt8], from start: Int) -> Int? {
    var at = start
    while at + 1 < bytes.count {
      if bytes[at] == 13 && bytes[at + 1] == 10 { return at }
      at += 1
    }
    return nil
  }
}

enum HTTPCheckLines {
  @Sendable static func parse(_ context: LoadContext, _ line: ConfigLine) {
    guard context.requires(.backend, "http-check") else { return }
    switch line[1] {
    case "disable-on-404":
      guard context.checkArgumentCount(line, atMost: 1) else { return }
      context.proxy.check.disableOn404 = true
    case "send-state":
      guard context.checkArgumentCount(line, atMost: 1) else { return }
      context.proxy.check.sendState = true
    case "send": send(context, line)
    case "expect": HTTPExpectLine.parse(context, line)
    case "comment":
      if line[2].isEmpty { return context.alert("'http-check comment' : expects a string as argument.") }
    case "connect":
      guard context.proxy.check.http.connect == nil, context.proxy.check.http.expect == nil else {
        return context.refuse("a second http-check connect")
      }
      if let connect = CheckConnectLine.parseHTTP(context, line) {
        context.proxy.check.http.connect = connect
        context.proxy.check.http.hasRules = true
      }
    case let word where ["set-var(", "set-var-fmt(", "unset-var("].contains(where: word.hasPrefix):
      context.refuse("http-check \(word)")
    default:
      context.alert(
        "'http-check' only supports 'disable-on-404', 'send-state', 'comment', 'connect', 'send', 'expect', "
          + "'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'. but got '\(line[1])'")
    }
  }

  private static func send(_ context: LoadContext, _ line: ConfigLine) {
    func fail(_ text: String) { context.alert("'http-check send' : \(text)") }
    var check = context.proxy.check.http
    if check.expect != nil {
      return fail("unable to add http-check send rule at step 2 (missing connect rule)..")
    }
    var at = 2
    while !line[at].isEmpty {
      let word = line[at]
      switch word {
      case "meth", "uri", "ver", "body", "comment":
        if line[at + 1].isEmpty { return fail("'\(word)' expects a string as argument..") }
        set(word, line[at + 1], &check)
        at += 2
      case "hdr":
        if line[at + 1].isEmpty || line[at + 2].isEmpty {
          return fail("'hdr' expects <name> and <value> as arguments.")
        }
        if line[at + 2].unicodeScalars.contains("%") { return context.refuse("http-check send hdr with a log-format") }
        let name = line[at + 1].lowercased()
        // The check's own framing decides these.
        if name != "content-length" && name != "transfer-encoding" {
          check.headerNames.append(line[at + 1])
          check.headerValues.append(line[at + 2])
        }
        at += 3
      case "uri-lf", "body-lf": return context.refuse("http-check send \(word)")
      default:
        return fail(
          "expects 'comment', 'meth', 'uri', 'uri-lf', 'ver', 'hdr', 'body' or 'body-lf' but got '\(word)' as "
            + "argument..")
      }
    }
    check.hasRules = true
    context.proxy.check.http = check
  }

  private static func set(_ word: String, _ value: String, _ check: inout HTTPCheck) {
    switch word {
    case "meth":
      check.method = value
      check.explicit.insert(.method)
    case "uri":
      check.uri = value
      check.explicit.insert(.uri)
    case "ver":
      check.version = value
      check.explicit.insert(.version)
    case "body": check.body = value
    default: break
    }
  }
}
