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
    case .source: return backend.balance.hash(source: session.peer)
    case .uri: return stream.isHTTP ? backend.balanceKeys.hash(target: stream.request.target) : nil
    case .urlParameter(_, let checkPost, _):
      guard stream.isHTTP else { return nil }
      if let hash = backend.balanceKeys.hash(parameterOf: stream.request.target) { return hash }
      guard checkPost, stream.request.method == .post else { return nil }
      return backend.balanceKeys.hash(parameterOfBody: stream.requestChannel.input.readable)
    case .header:
      guard stream.isHTTP, let name = backend.balanceHeader else { return nil }
      return backend.balanceKeys.hash(header: stream.request.value(name))
    case .rdpCookie: return backend.balanceKeys.hash(rdpCookieIn: stream.requestChannel.input.readable)
    case .roundrobin, .staticRoundRobin, .leastconn, .first, .random, .hash: return nil
    }
  }
}
