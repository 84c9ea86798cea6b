import EventLoop
import Proxies
import RuntimeAPI
import Streams
import System

/// One worker thread: the generation of the configuration that it serves, and the former ones whose streams have not
/// ended yet (`reload-mode in-place`). Each generation has a loop of its own; the poller of a former one is a descriptor
/// of the present one's poller, so that without former ones nothing is paid for.
final class WorkerThread {
  private var current: WorkerLoop
  private var former: [Former] = []
  private var lastNumber = 0
  private let control: ProcessSignals?
  private let succession: Succession

  private struct Former {
    let loop: WorkerLoop
    /// What its events are known by.
    let number: Int
    /// When its timers must be looked at.
    var due: Int64
  }

  init(_ loop: WorkerLoop, _ control: ProcessSignals?, _ succession: Succession) {
    current = loop
    self.control = control
    self.succession = succession
  }

  /// Runs until the process stops and nothing of it is left to do.
  func run() {
    current.begin()
    if current.worker.index == 0 { current.reports.reportStart(current.worker, current.process) }
    while true {
      current.turn(limit: former.isEmpty ? 1000 : wait)
      if !former.isEmpty { turnFormer() }
      if current.worker.isAskedToSucceed { succeed() }
      control?.handle(current.worker)
      // Without its master nobody could stop it: it ends at once, as HAProxy's does.
      if current.hasLostMaster { OwnProcess.exitNow(1) }
      let stopping = current.process.stopping.value
      if stopping >= 2 { return }
      if stopping == 1 && current.worker.isStopping && isFinished { return }
    }
  }

  /// A soft stop has nothing to wait for any more.
  private var isFinished: Bool {
    current.stopListening()
    for one in former where !one.loop.worker.isStopping { one.loop.worker.softStop() }
    return !current.hasFarewell && current.worker.activeSessions == 0
      && current.process.workerConnections[current.worker.index].value == 0
  }

  // MARK: - Former generations

  /// Milliseconds until some former generation must have its turn.
  private var wait: Int64 {
    let now = current.worker.loop.now
    return former.reduce(1000) { $1.loop.worker.hasReadyWork ? 0 : min($0, max(0, $1.due - now)) }
  }

  /// Gives those a turn that have something to do.
  private func turnFormer() {
    let now = current.worker.loop.now
    var hasEnded = false
    for place in former.indices {
      let loop = former[place].loop
      let isAwake =
        current.wasWoken || current.awakened.contains(former[place].number) || loop.worker.takeVisit()
      if !isAwake && former[place].due > now && !loop.worker.hasReadyWork { continue }
      if current.wasWoken { loop.worker.takeMail() }
      loop.turn(limit: 0)
      former[place].due = loop.worker.loop.due
      current.takeClients(of: loop)
      if loop.isOver { hasEnded = true }
    }
    if hasEnded { dropFormer() }
  }

  private func dropFormer() {
    former.removeAll { one in
      if !one.loop.isOver { return false }
      // What other threads have sent before they went over may begin something yet.
      one.loop.worker.takeMail()
      current.takeClients(of: one.loop)
      if !one.loop.isOver { return false }
      one.loop.finish()
      one.loop.worker.loop.poller.leave(current.worker.loop.poller)
      return true
    }
    current.worker.setFormer(former.map(\.loop.worker))
  }

  // MARK: - The next generation

  /// Serves the next generation from now on.
  private func succeed() {
    guard let next = succession.next else { return }
    let old = current
    let index = old.worker.index
    if index == 0 {
      next.process.inheritStates(from: old.process, now: old.worker.loop.now)
      // The others follow once the states are there.
      for mailbox in old.process.mailboxes.dropFirst() { mailbox.post(.succeed) }
    }
    let fresh = next.makeLoop(index, predecessor: old.worker)
    old.retire(to: fresh)
    old.worker.handOver(to: fresh.worker)
    for one in former {
      one.loop.worker.loop.poller.leave(old.worker.loop.poller)
      one.loop.worker.follow(fresh.worker)
    }
    lastNumber += 1
    former.append(Former(loop: old, number: lastNumber, due: 0))
    current = fresh
    for one in former {
      let token = Token(kind: TokenKind.generation, index: one.number & 0xff_ffff, generation: 0)
      one.loop.worker.loop.poller.join(fresh.worker.loop.poller, token: token.bits)
    }
    fresh.worker.setFormer(former.map(\.loop.worker))
    control?.follow(next.process)
    fresh.begin()
    fresh.worker.takeMail()
    fresh.takeClients(of: old)
    old.process.succeededWorkers.add(1)
    succession.threadIsReady()
  }
}
