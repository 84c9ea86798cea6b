import Configuration
import Primitives
import System

/// Sockets that checks have left connected and whose connection was then dissolved: the next check connects one of them.
/// Making and closing a socket is a third of what a check by connection costs the kernel. Only as many are kept as may
/// run at once, and none where there are few checks. All stand in the poller, which tells nothing of them.
struct SpareSockets {
  private var ipv4: [Socket] = []
  private var ipv6: [Socket] = []
  /// How many of each family are kept at most.
  var limit = 0

  var isKeeping: Bool { limit > 0 }

  /// A connection of a kept socket; nil where there is none, or where it cannot be used anew.
  mutating func connect(to target: CheckTarget, talksFirst: Bool) -> (Socket, Socket.ConnectResult)? {
    guard case .endpoint(let endpoint) = target.place,
      let socket = endpoint.family == .ipv6 ? ipv6.popLast() : ipv4.popLast()
    else { return nil }
    if talksFirst { socket.setQuickAck(false) }
    let result = socket.connect(to: endpoint)
    if case .failed = result {
      // A new socket finds out whether it was this one's fault.
      socket.close()
      return nil
    }
    return (socket, result)
  }

  /// Dissolves the connection, by a reset, and keeps the socket. False: the caller closes it.
  mutating func keep(_ socket: Socket, _ family: Endpoint.Family) -> Bool {
    switch family {
    case .ipv4:
      if ipv4.count >= limit || !socket.disconnect() { return false }
      ipv4.append(socket)
    case .ipv6:
      if ipv6.count >= limit || !socket.disconnect() { return false }
      ipv6.append(socket)
    case .unix, .none: return false
    }
    return true
  }

  mutating func closeAll() {
    for socket in ipv4 + ipv6 { socket.close() }
    (ipv4, ipv6) = ([], [])
  }
}

extension CheckTarget {
  /// Whether its socket is like all others of its family.
  func isPlain(_ server: ServerSettings, _ backend: ProxySettings) -> Bool {
    guard case .endpoint = place else { return false }
    return server.namespace == nil && server.tcpUserTimeout == nil && server.source == nil && backend.source == nil
  }
}
