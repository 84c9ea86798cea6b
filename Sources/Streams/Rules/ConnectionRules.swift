import EventLoop
import Memory
import Primitives
import Proxies
import Rules
import Samples
import System

extension Worker {
  /// `set-src` and its like, for everything that the connection brings.
  private func setAddress(
    _ part: AddressPart, _ expression: Expression, _ session: Session, _ view: inout SessionSampleView
  ) {
    let mark = evaluator.arena.mark
    defer { evaluator.arena.reset(to: mark) }
    var sample = Sample()
    guard evaluator.evaluate(expression, .final, from: &view, into: &sample) == .found else { return }
    let isSource = part == .source || part == .sourcePort
    let old = isSource ? session.peer : localEndpoint(of: session)
    var new = old
    switch part {
    case .source, .destination:
      if case .string(let text) = sample.data,
        !sample.cast(to: text.firstIndex(of: 0x3a) == nil ? .ipv4 : .ipv6, arena: evaluator.arena)
      {
        return
      }
      switch sample.data {
      case .ipv4(let a): new = Endpoint(.v4(a), port: old.port)
      case .ipv6(let a): new = Endpoint(.v6(a), port: old.port)
      default: return
      }
    case .sourcePort, .destinationPort:
      guard sample.cast(to: .integer, arena: evaluator.arena), case .integer(let port) = sample.data,
        let address = old.address
      else { return }
      new = Endpoint(address, port: UInt16(truncatingIfNeeded: port))
    }
    if isSource {
      session.peer = new
    } else {
      session.local = new
      session.hasLocal = true
    }
  }
}

/// `tcp-request connection` and `tcp-request session`: before there is a stream.
extension Worker {
  /// False: the connection is to be closed at once.
  func admits(_ session: Session, _ list: [Rule], isSession: Bool) -> Bool {
    if list.isEmpty { return true }
    if session.variables == 0 { session.variables = evaluator.variables.makeSet() }
    var view = SessionSampleView(session: session, worker: self, source: nil)
    for rule in list {
      if let condition = rule.condition, evaluator.evaluate(condition, .final, from: &view) != .yes { continue }
      switch rule.action {
      case .allow: return true
      case .reject, .silentDrop:
        var counter: TrafficCounter = isSession ? .deniedSessions : .deniedConnections
        // As HAProxy counts it, whatever list it stands in.
        if case .silentDrop = rule.action { counter = .deniedRequests }
        session.listener?.frontend.counters.count(counter)
        session.listener?.counters.count(counter)
        if case .silentDrop = rule.action {
          session.connection.socket.vanish(family: session.peer.family)
        }
        return false
      case .setVariable(let id, let expression, let conditions):
        var sample = Sample()
        let mark = evaluator.arena.mark
        if evaluator.evaluate(expression, .final, from: &view, into: &sample) == .found {
          evaluator.variables.set(id, view.variables, to: sample.data, conditions: conditions)
        }
        evaluator.arena.reset(to: mark)
      case .setVariableText(let id, let handle, let conditions):
        let format = rules.texts[Int(handle.index)]
        proxyArena.reset()
        let value =
          format.constantText
          ?? format.write(&view, evaluator, &logs.context, into: proxyArena, limit: proxyArena.room)
        evaluator.variables.set(id, view.variables, to: .string(value), conditions: conditions)
      case .unsetVariable(let id): evaluator.variables.unset(id, view.variables)
      case .setAddress(let part, let expression): setAddress(part, expression, session, &view)
      case .setTOS(let tos):
        _ = session.connection.socket.setTypeOfService(UInt8(truncatingIfNeeded: tos), family: session.peer.family)
      case .setMark(let mark): _ = session.connection.socket.setMark(mark)
      case .expectProxyHeader: session.isAskedForProxyHeader = true
      case .expectNetScalerHeader: session.isAskedForNetScalerHeader = true
      case .track(let number, let expression, let table): track(Int(number), expression, table, session, &view)
      case .incrementCounter, .setTag: changeTracked(rule.action, session, nil)
      default: break
      }
    }
    return true
  }
}
