import Configuration
import Primitives
import Proxies

/// `show fd`: the descriptors of a worker's listeners and connections, in HAProxy's form.
extension Worker {
  func descriptors(_ from: Int, one: Int?) -> WorkerReport.Answer {
    var answer = WorkerReport.Answer()
    let count = listeners.count + sessions.count + serverConnections.count
    var described = 0
    for place in max(0, from)..<max(from, count) {
      guard let line = descriptorLine(place, one: one) else { continue }
      if described == Worker.reportPiece {
        answer.next = place
        break
      }
      described += 1
      answer.text += line
    }
    return answer
  }

  private func descriptorLine(_ place: Int, one: Int?) -> String? {
    if place < listeners.count {
      // All workers wait for the same sockets: the first one tells them.
      return index == 0 ? listenerLine(listeners[place], one) : nil
    }
    if place < listeners.count + sessions.count { return clientLine(sessions[place - listeners.count], one) }
    return serverLine(serverConnections[place - listeners.count - sessions.count], one)
  }

  private func listenerLine(_ listener: ListenerReplica, _ one: Int?) -> String? {
    let number = Int(listener.socket.descriptor.number)
    if one != nil && one != number { return nil }
    let local = listener.socket.localEndpoint
    let port = local.family == .unix ? "" : " lport=\(local.port)"
    return "\(head(number, canReceive: listener.isWaiting, canSend: false)) owner=listener iocb=listener "
      + "l.st=\(listener.isStopped ? "PAU" : listener.isWaiting ? "RDY" : "LIM") fe=\(listener.frontend.name.latin1) "
      + "fam=\(family(local))\(port)\n"
  }

  private func clientLine(_ session: Session, _ one: Int?) -> String? {
    let number = session.connection.descriptorNumber
    if number < 0 || (one != nil && one != number) { return nil }
    let local = session.hasLocal ? session.local : session.connection.socket.localEndpoint
    let ports = local.family == .unix ? "" : " lport=\(local.port) rport=\(session.peer.port)"
    let frontend = session.listener.map { " fe=\($0.frontend.name.latin1)" } ?? ""
    return "\(head(number, canReceive: session.connection.canReceive, canSend: session.connection.canSend)) "
      + "owner=connection iocb=connection back=0 fam=\(family(session.peer))\(ports)\(frontend) "
      + "mux=\(session.mux != nil ? "H2" : session.stream?.isHTTP == false ? "PASS" : "H1") "
      + "xprt=\(session.connection.isTLS ? "SSL" : "RAW")\n"
  }

  private func serverLine(_ connection: ServerConnection, _ one: Int?) -> String? {
    let number = connection.connection.descriptorNumber
    if number < 0 || (one != nil && one != number) { return nil }
    let local = connection.connection.socket.localEndpoint
    let ports = local.family == .unix ? "" : " lport=\(local.port) rport=\(connection.remote.port)"
    let place = "\(connection.backend?.name.latin1 ?? "?")/\(connection.server?.name.latin1 ?? "?")"
    return "\(head(number, canReceive: connection.connection.canReceive, canSend: connection.connection.canSend)) "
      + "owner=connection iocb=connection back=1 fam=\(family(connection.remote))\(ports) sv=\(place) "
      + "mux=\(connection.mux != nil ? "H2" : connection.stream?.isHTTP == false ? "PASS" : "H1") "
      + "xprt=\(connection.connection.isTLS ? "SSL" : "RAW")\(connection.isIdle ? " idle" : "")\n"
  }

  private func head(_ number: Int, canReceive: Bool, canSend: Bool) -> String {
    DescriptorText.head(number, worker: index, canReceive: canReceive, canSend: canSend)
  }
  private func family(_ endpoint: Endpoint) -> String { DescriptorText.family(endpoint) }
}
