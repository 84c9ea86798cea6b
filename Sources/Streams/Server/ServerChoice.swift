import Configuration
import HTTP
import LoadBalancing
import Memory
import Primitives

/// The key by which `balance` finds a server for this stream.
extension Worker {
  func balanceHash(_ stream: Stream, _ backend: BackendReplica) -> UInt32? {
    guard backend.balance.algorithm.usesKey, let session = stream.session else { return nil }
    switch backend.balance.algorithm {
    case .source: return backend.balance.hash(source: stream.sourceOverride ?? session.peer)
    case .uri: return stream.isHTTP ? backend.balanceKeys.hash(target: stream.request.target) : nil
    case .urlParameter:
      guard stream.isHTTP else { return nil }
      if let hash = backend.balanceKeys.hash(parameterOf: stream.request.target) { return hash }
      // HAProxy looks into the body of every POST, whether `check_post` is set or not.
      guard stream.request.method == .post else { return nil }
      return backend.balanceKeys.hash(parameterOfBody: receivedBody(stream))
    case .header:
      guard stream.isHTTP, let name = backend.balanceHeader else { return nil }
      return backend.balanceKeys.hash(header: stream.request.value(name))
    case .rdpCookie: return backend.balanceKeys.hash(rdpCookieIn: stream.requestChannel.input.readable)
    case .hash: return hashKey(of: stream, backend)
    case .roundrobin, .staticRoundRobin, .leastconn, .first, .random: return nil
    }
  }

  /// What has come of the request's body, without the framing of chunks.
  private func receivedBody(_ stream: Stream) -> Bytes {
    let bytes = stream.requestChannel.input.readable
    guard stream.requestChannel.source == .chunked else { return bytes.prefix(stream.requestChannel.plainBytes) }
    var decoder = stream.requestChannel.decoder
    var at = 0
    stream.text.begin()
    while at < bytes.count, case .data(let framing, let data) = decoder.next(bytes.dropFirst(at)) {
      stream.text.append(bytes.slice(at + framing, data))
      at += framing + data
    }
    return stream.text.finish()
  }
}
