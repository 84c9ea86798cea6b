public import EventLoop
public import Observability
import Proxies

/// A reload in place: another generation of the configuration takes the place of one.
extension LogForwarder {
  /// Takes over the connections of the generation before whose sections are there again; what has come on the others is
  /// sent on before they end. To be called before `start`.
  public mutating func takeOver(
    _ old: inout LogForwarder, _ oldLoop: inout EventLoop, _ oldLogs: inout LogSender, _ loop: inout EventLoop
  ) {
    old.retire(&oldLoop)
    for place in old.sessions.indices {
      guard let session = old.sessions[place] else { continue }
      let name = old.process.model.logForwards[session.section].name
      if let section = process.model.logForwards.firstIndex(where: { $0.name == name }) {
        old.sessions[place] = nil
        oldLoop.timers.release(session.slot)
        session.connection.unregister(from: oldLoop.poller)
        put(session, section, &loop)
      } else {
        old.advance(place, session, &oldLoop, &oldLogs)
        old.close(place, &oldLoop)
      }
    }
  }

  /// Hears of nothing any more; its sessions are there to be taken.
  private mutating func retire(_ loop: inout EventLoop) {
    isStopped = true
    for listener in listeners where !isFull[listener.section] || listener.isDatagram {
      loop.poller.remove(listener.socket.descriptor)
    }
    for case let timer? in retryTimers { loop.timers.arm(timer, at: TimerWheel.never) }
  }
}
