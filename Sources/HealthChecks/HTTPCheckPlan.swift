import Configuration

/// The request of an HTTP check, and what its answer must be.
public struct HTTPCheckPlan: Sendable {
  public let method: String
  public let expect: HTTPExpect?
  /// `http-check connect`
  public let connect: CheckConnect?
  public let disableOn404: Bool
  public let sendState: Bool
  private let start: String
  private let end: String

  public init(_ check: CheckSettings) {
    let http = check.http
    method = http.method
    expect = http.expect
    connect = http.connect
    disableOn404 = check.disableOn404
    sendState = check.sendState
    var lines = "\(http.method) \(http.uri) \(http.version)\r\n"
    let isVersion11 = http.version == "HTTP/1.1"
    var connection: String? = isVersion11 ? "close" : nil
    for (name, value) in http.headers {
      let name = HTTPCheckPlan.lowered(name)
      switch name {
      // The length is that of the body, which is never chunked.
      case "content-length", "transfer-encoding": continue
      case "connection": connection = HTTPCheckPlan.connection(value, isVersion11: isVersion11)
      default: lines += "\(name): \(value)\r\n"
      }
    }
    start = lines
    var rest = ""
    let mayLackBody = ["GET", "HEAD", "OPTIONS", "DELETE", "CONNECT", "TRACE"].contains(http.method)
    if !http.body.isEmpty || !mayLackBody { rest += "content-length: \(http.body.unicodeScalars.count)\r\n" }
    if let connection { rest += "connection: \(connection)\r\n" }
    end = rest + "\r\n" + http.body
  }

  private static func lowered(_ name: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in name.unicodeScalars {
      let isUpper = scalar.value >= 0x41 && scalar.value <= 0x5a
      scalars.append(isUpper ? Unicode.Scalar(UInt8(scalar.value | 0x20)) : scalar)
    }
    return String(scalars)
  }
  /// What the version means anyway is not sent.
  private static func connection(_ value: String, isVersion11: Bool) -> String? {
    switch lowered(value) {
    case "close": isVersion11 ? "close" : nil
    case "keep-alive": isVersion11 ? nil : "keep-alive"
    default: value
    }
  }

  /// The request's bytes. `state`: the value of `x-haproxy-server-state`, where `http-check send-state` asks for it.
  public func request(state: String?) -> [UInt8] {
    let text = start + (state.map { "x-haproxy-server-state: \($0)\r\n" } ?? "") + end
    return text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }
}
