import Configuration
import Connections
import Memory
import Primitives
import TLS

/// Which protocol requests to a server use: `proto`, what TLS agreed on (`alpn`), and `ws` for WebSockets.
struct ServerHTTP2 {
  private let forced: String?
  private let webSocket: WebSocketProtocol
  private let offers: (h1: Bool, h2: Bool)
  /// TLS tells what is spoken, if it is only that nothing else is.
  let isAgreed: Bool
  /// Some request may reach the server over HTTP/2.
  let isPossible: Bool

  init(_ s: ServerSettings, hasTLS: Bool) {
    forced = s.proto
    webSocket = s.webSocketProtocol
    let list = hasTLS ? s.tls.applicationProtocols ?? [] : []
    isAgreed = forced == nil && hasTLS && !(list.isEmpty && s.tls.nextProtocols == nil)
    offers = (Self.names(list).contains("http/1.1"), Self.names(list).contains("h2"))
    isPossible = forced == "h2" || webSocket == .h2 || (offers.h2 && forced == nil)
  }

  private static func names(_ list: [UInt8]) -> [String] {
    var names: [String] = []
    var at = 0
    while at < list.count {
      let end = min(list.count, at + 1 + Int(list[at]))
      names.append(String(decoding: list[at + 1..<end], as: UTF8.self))
      at = end
    }
    return names
  }

  /// Nothing has to be agreed on.
  func isPrior(webSocket isWebSocket: Bool) -> Bool {
    if isWebSocket && webSocket != .auto { return webSocket == .h2 }
    return forced == "h2"
  }
  /// Whether TLS may bring HTTP/2 about.
  func isNegotiated(webSocket isWebSocket: Bool) -> Bool {
    if isWebSocket && webSocket != .auto { return webSocket == .h2 }
    return forced == nil && offers.h2
  }
  /// What TLS offers for a WebSocket where that is not what it offers for other requests. Without `ws`, HTTP/1.1 is
  /// tried where the server may have it: more servers take WebSockets there.
  var webSocketOffer: StaticString? {
    switch webSocket {
    case .auto: offers.h2 && offers.h1 ? "http/1.1" : nil
    case .h1: offers.h2 ? "http/1.1" : nil
    case .h2: offers.h1 ? "h2" : nil
    }
  }
  /// Connections that serve WebSockets in their own way serve nothing else.
  func variant(webSocket isWebSocket: Bool) -> UInt64 {
    if !isWebSocket || !(isPossible || webSocket != .auto) { return 0 }
    if webSocketOffer == nil && isPrior(webSocket: true) == isPrior(webSocket: false) { return 0 }
    return isPrior(webSocket: true) ? 0x7768_3200 : 0x7768_3100
  }
}

extension Worker {
  /// A new connection: where HTTP/2 is sure, others may join before it is made.
  func prepareHTTP2(_ connection: ServerConnection, _ stream: Stream, _ server: ServerReplica) {
    if !stream.isHTTP || !server.settings.http2.isPrior(webSocket: stream.requestFraming.isWebSocket) { return }
    connection.mux = makeServerMux()
    if let mux = connection.mux { share(connection, mux, stream, isKnownFirst: true) }
  }

  /// Whether the connection, which is there now, speaks HTTP/2.
  func speaksHTTP2(_ connection: ServerConnection, _ stream: Stream) -> Bool {
    if connection.mux != nil { return true }
    guard stream.isHTTP, connection.isSecure, let server = connection.server,
      server.settings.http2.isNegotiated(webSocket: stream.requestFraming.isWebSocket)
    else { return false }
    return connection.connection.withTLS { $0.negotiatedProtocol == .http2 } ?? false
  }
}
