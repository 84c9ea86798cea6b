import ConfigSyntax
import Configuration
import Primitives

/// `option httpchk` and `option tcp-check` (manual section 4.2).
enum CheckOptions {
  static func tcpCheck(_ context: LoadContext, _ line: ConfigLine) {
    context.requires(.backend, "tcp-check")
    guard context.checkArgumentCount(line, atMost: 0, after: 1) else { return }
    context.proxy.check.kind = .tcpScript
    context.proxy.check.forgetUnusedRules()
    context.proxy.check.hasOwnScript = true
  }

  /// `option httpchk [[<method>] <uri> [<version>]]`.
  static func httpchk(_ context: LoadContext, _ line: ConfigLine) {
    context.requires(.backend, "httpchk")
    guard context.checkArgumentCount(line, atMost: 3, after: 1) else { return }
    var request = CheckRequest()
    if !line[3].isEmpty {
      request.method = line[2]
      request.uri = .plain(line[3].latin1Bytes)
    } else if !line[2].isEmpty {
      request.uri = .plain(line[2].latin1Bytes)
    }
    if !line[4].isEmpty {
      let parts = RequestTail(line[4])
      request.version = parts.version.isEmpty ? nil : parts.version
      if parts.hasMore {
        guard let headers = parts.headers else {
          return context.alert("'option httpchk' : unable to parse the request '\(parts.headerText)\r\n\r\n'..")
        }
        context.warningTight(
          "'option httpchk' : hiding headers or body at the end of the version string is deprecated. Please, consider "
            + "to use 'http-check send' directive instead.")
        request.headers = headers.map { CheckRequest.Header($0.0, .plain($0.1.latin1Bytes)) }
        if !parts.body.isEmpty { request.body = .plain(parts.body.latin1Bytes) }
      }
    }
    use(request, &context.proxy.check)
  }

  /// What the option says itself counts; what it only implies leaves a `http-check send` before it alone.
  private static func use(_ request: CheckRequest, _ check: inout CheckSettings) {
    check.kind = .http
    check.forgetUnusedRules()
    if let at = check.firstRequest, case .send(var send) = check.httpRules[at], case .request(let own) = send.content {
      send.content = .request(own.overwritten(by: request))
      check.httpRules[at] = .send(send)
    } else {
      check.request = request
    }
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
