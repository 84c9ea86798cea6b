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
    default: return nil
    }
  }
}
