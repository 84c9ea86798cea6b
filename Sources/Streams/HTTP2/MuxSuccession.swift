import HTTP2
import Memory

/// A reload in place: an HTTP/2 connection goes over to the worker of the new generation at once, whatever streams it has.
/// Those end where they began; what they write and what comes for them crosses between the two workers, which are of the
/// same thread.
extension Worker {
  /// The multiplexer of `old`, a session of a former worker, belongs to `session` from now on. False: it has none.
  func takeMux(of old: Session, for session: Session) -> Bool {
    guard let mux = old.mux else { return false }
    old.mux = nil
    session.mux = mux
    session.state = .multiplexing
    // Where it stands in lists, it does so as another's.
    (mux.isDirty, mux.isFull) = (false, false)
    for stream in mux.protocolSession.streams.values {
      (stream.link.owner, stream.link.home) = (session.index, number)
      if stream.link.isClosed { continue }
      if let home = worker(stream.home), stream.user < home.sessions.count {
        home.sessions[stream.user].carrier = session
      }
    }
    return true
  }

  /// This thread's worker of another generation; nil once that has ended.
  private func worker(_ wanted: Int) -> Worker? {
    if wanted == number { return self }
    let current = succession.successor ?? self
    if current.number == wanted { return current }
    return (current.succession.former + succession.former).first { $0.number == wanted }
  }

  /// The stream is of another generation than its connection. What it does is settled when this turn is: events of the
  /// connection may be under way.
  func wakeElsewhere(_ stream: HTTP2Stream) {
    guard let home = worker(stream.home) else { return }
    visit(home)
    home.wakeOwn(stream)
  }

  /// At the end of a turn: the link's connection is of another generation than what has used it.
  func settleElsewhere(_ link: ByteLink) {
    guard let home = worker(link.home) else { return }
    visit(home)
    home.settle(link)
    home.settleLinks()
  }

  /// Its clock may have stood still, and its timers have to be looked at.
  private func visit(_ other: Worker) {
    other.loop.follow(loop)
    other.succession.wasVisited = true
  }
  /// True once behind work that another generation had for it.
  public func takeVisit() -> Bool {
    defer { succession.wasVisited = false }
    return succession.wasVisited
  }
}
