import Configuration
import Memory
import Primitives

/// What a connection to a server is made for beside the server itself. Only requests that would make the same one may
/// use it again: another name in TLS, another client in a PROXY header or as the source is another connection.
extension Worker {
  /// 0 where all connections to the server are alike.
  func connectionIdentity(_ stream: Stream, _ server: ServerReplica) -> UInt64 {
    // A WebSocket may have to go another way than other requests.
    let way = stream.isHTTP ? server.settings.http2.variant(webSocket: stream.requestFraming.isWebSocket) : 0
    if !server.settings.hasIdentity { return way }
    let settings = server.settings
    var identity = way ^ (settings.serverName == nil ? 0 : serverNameHash(stream, server))
    if settings.sendProxy != .none {
      identity = Hash.xxh64(proxyHeader(stream, settings.sendProxy, settings.proxyOptions), seed: identity)
    }
    if let source = settings.source, let address = transparentSource(source, stream) {
      identity = mix(identity, address)
    }
    if settings.followsNamespace { identity = mix(identity, clientNamespace(of: stream)) }
    if settings.followsClient { identity = mix(identity, destination(of: stream)) }
    return identity
  }

  private func mix(_ identity: UInt64, _ namespace: Int) -> UInt64 {
    mix(identity, Endpoint(family: .none, port: 0, high: 0, low: UInt64(truncatingIfNeeded: namespace)))
  }

  private func mix(_ identity: UInt64, _ end: Endpoint) -> UInt64 {
    var hash = identity
    for part in [end.high, end.low, UInt64(end.port)] { hash = (hash ^ part) &* 0x9e37_79b9_7f4a_7c15 &+ hash >> 29 }
    return hash
  }
}
