import Configuration
import Primitives
import System

/// Sockets that checks have left and that the next checks connect anew. Making and closing a socket is a third of what a
/// check by connection costs the kernel. Only as many are kept as may run at once, and none where there are few checks.
/// All stand in the poller, which tells nothing of them.
struct SpareSockets {
  /// Sockets of one family.
  private struct Family {
    /// Without a connection.
    var unconnected: [Socket] = []
    /// Whose connection both sides have ended, in the order of their times: a ring of `limit` places.
    var ended: [(socket: Socket, since: Int64)] = []
    var first = 0
    var count = 0
  }
  private var ipv4 = Family()
  private var ipv6 = Family()
  /// How many of each family and kind are kept at most.
  var limit = 0
  /// Milliseconds that the server has to acknowledge our end. Its connection would only be reset later on.
  private static let endingTime: Int64 = 16

  var isKeeping: Bool { limit > 0 }

  /// A connection of a kept socket; nil where there is none, or where it cannot be used anew.
  mutating func connect(to target: CheckTarget, talksFirst: Bool, _ now: Int64) -> (Socket, Socket.ConnectResult)? {
    guard case .endpoint(let endpoint) = target.place,
      let socket = endpoint.family == .ipv6 ? take(&ipv6, now) : take(&ipv4, now)
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

  private func take(_ family: inout Family, _ now: Int64) -> Socket? {
    if let socket = family.unconnected.popLast() { return socket }
    guard family.count > 0, family.ended[family.first].since &+ Self.endingTime <= now else { return nil }
    let socket = family.ended[family.first].socket
    family.first = (family.first + 1) % limit
    family.count -= 1
    if socket.disconnect() { return socket }
    socket.close()
    return nil
  }

  /// Dissolves the connection, by a reset, and keeps the socket. False: the caller closes it.
  mutating func keep(_ socket: Socket, _ family: Endpoint.Family) -> Bool {
    switch family {
    case .ipv4: keep(socket, &ipv4)
    case .ipv6: keep(socket, &ipv6)
    case .unix, .none: false
    }
  }
  private func keep(_ socket: Socket, _ family: inout Family) -> Bool {
    if family.unconnected.count >= limit || !socket.disconnect() { return false }
    family.unconnected.append(socket)
    return true
  }

  /// Ends the connection after the server did, in order, and keeps the socket. False: the caller closes it.
  mutating func keepEnded(_ socket: Socket, _ family: Endpoint.Family, _ now: Int64) -> Bool {
    switch family {
    case .ipv4: keepEnded(socket, &ipv4, now)
    case .ipv6: keepEnded(socket, &ipv6, now)
    case .unix, .none: false
    }
  }
  private func keepEnded(_ socket: Socket, _ family: inout Family, _ now: Int64) -> Bool {
    if family.count >= limit || !socket.shutdown(.write) { return false }
    let place = (family.first + family.count) % limit
    if place < family.ended.count { family.ended[place] = (socket, now) } else { family.ended.append((socket, now)) }
    family.count += 1
    return true
  }

  mutating func closeAll() {
    for family in [ipv4, ipv6] {
      for socket in family.unconnected { socket.close() }
      for place in 0..<family.count { family.ended[(family.first + place) % limit].socket.close() }
    }
    (ipv4, ipv6) = (Family(), Family())
  }
}

extension CheckTarget {
  /// Whether its socket is like all others of its family.
  func isPlain(_ server: ServerSettings, _ backend: ProxySettings) -> Bool {
    guard case .endpoint = place else { return false }
    return server.namespace == nil && server.tcpUserTimeout == nil && server.source == nil && backend.source == nil
  }
}
