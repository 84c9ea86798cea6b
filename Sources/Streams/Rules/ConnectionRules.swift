import EventLoop
import Memory
import Proxies
import Rules
import Samples
import System

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
        let counter: TrafficCounter = isSession ? .deniedSessions : .deniedConnections
        session.listener?.frontend.counters.count(counter)
        session.listener?.counters.count(counter)
        if case .silentDrop = rule.action { session.connection.abort() }
        return false
      case .setVariable(let id, let expression, let conditions):
        var sample = Sample()
        let mark = evaluator.arena.mark
        if evaluator.evaluate(expression, .final, from: &view, into: &sample) == .found {
          evaluator.variables.set(id, view.variables, to: sample.data, conditions: conditions)
        }
        evaluator.arena.reset(to: mark)
      case .unsetVariable(let id): evaluator.variables.unset(id, view.variables)
      default: break
      }
    }
    return true
  }
}
