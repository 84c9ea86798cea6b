import Memory
import Samples
import StickTables

/// What the streams of an HTTP/2 connection have of its session: what the rules of the connection track, and the
/// variables of the session's scope. Either may outlive the connection for as long as a stream does.
extension Worker {
  func shareSession(_ session: Session, with own: Session) {
    if session.tracked.isAny {
      own.tracked = session.tracked
      for i in 0..<TrackedEntries.count where own.tracked[i].isUsed {
        let entry = own.tracked[i]
        table(entry.table)?.with { $0.hold(entry.slot) }
      }
    }
    if !hasRules && session.variables == 0 { return }
    if session.variables == 0 { session.variables = evaluator.variables.makeSet() }
    own.variables = session.variables
    evaluator.variables.share(own.variables)
  }

  /// The stream has ended; its variables are dropped as those of any session.
  func letGoOfShared(_ own: Session) {
    if !own.tracked.isAny { return }
    let now = loop.now
    for i in 0..<TrackedEntries.count where own.tracked[i].isUsed {
      let entry = own.tracked[i]
      table(entry.table)?.with { $0.letGo(entry.slot, now: now) }
    }
    own.tracked = TrackedEntries()
  }
}
