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
      + "mux=\(session.mux != nil ? "H2" : session.stream?.isHTTP == false ? "PASS" : "H1")\n"
  }

  private func serverLine(_ connection: ServerConnection, _ one: Int?) -> String? {
    let number = connection.connection.descriptorNumber
    if number < 0 || (one != nil && one != number) { return nil }
    let local = connection.connection.socket.localEndpoint
    let ports = local.family == .unix ? "" : " lport=\(local.port) rport=\(connection.remote.port)"
    let place = "\(connection.backend?.name.latin1 ?? "?")/\(connection.server?.name.latin1 ?? "?")"
    return "\(head(number, canReceive: connection.connection.canReceive, canSend: connection.connection.canSend)) "
      + "owner=connection iocb=connection back=1 fam=\(family(connection.remote))\(ports) sv=\(place) "
      + "mux=\(connection.mux != nil ? "H2" : connection.stream?.isHTTP == false ? "PASS" : "H1")\(connection.isIdle ? " idle" : "")\n"
  }

  /// `st`: 1 and 10h tell readiness to receive and to send; `W` and `R` in letters, as in HAProxy (capital: yes).
  private func head(_ number: Int, canReceive: Bool, canSend: Bool) -> String {
    let digits = String(number)
    let bits = UInt64((canReceive ? 0x1 : 0) | (canSend ? 0x10 : 0))
    let state = ReportText.hex(bits)
    let mask = ReportText.hex(1 << UInt64(index & 63))
    return String(repeating: " ", count: max(0, 7 - digits.utf8.count)) + digits
      + " : st=0x\(String(repeating: "0", count: 6 - min(6, state.utf8.count)))\(state)"
      + "(cl heopi W:s\(canSend ? "R" : "r")a R:s\(canReceive ? "R" : "r")a) ref=0 gid=1 tmask=0x\(mask) umask=0x0 "
      + "prmsk=0x\(mask) pwmsk=0x\(mask)"
  }
  private func family(_ endpoint: Endpoint) -> String {
    switch endpoint.family {
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    case .unix: "unix"
    case .none: "none"
    }
  }
}
