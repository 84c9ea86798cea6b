import Configuration
import EventLoop
import Proxies
import Streams
import System

/// What signals ask of the process; watched by the first worker.
final class ProcessSignals {
  private var process: ProcessRuntime
  private var hardStopAt: Int64?
  /// End of `grace`: listeners go on until then.
  private var softStopAt: Int64?

  init(_ process: ProcessRuntime) { self.process = process }

  /// Before any worker serves: what comes from now on is kept until the first one looks. A signal that came between would
  /// end the process.
  static func watch(waking wakeUp: WakeUp) {
    Signals.ignore(Signals.pipe)
    Signals.watch(
      [
        Signals.terminate, Signals.user1, Signals.hangup, Signals.quit, Signals.terminalInput, Signals.terminalOutput,
      ], waking: wakeUp)
    // A master holds them back while it forks its workers.
    Signals.setBlocked(false)
  }

  /// Another generation is served from now on.
  func follow(_ next: ProcessRuntime) { process = next }

  func handle(_ worker: Worker) {
    if Signals.take(Signals.terminate) { return stopNow(bySignal: true) }
    if Signals.take(Signals.hangup) { worker.stateMessages += StateDump.messages(process) }
    if Signals.take(Signals.terminalOutput) { pause(worker) }
    if Signals.take(Signals.terminalInput) { resume(worker) }
    if Signals.take(Signals.user1) && softStopAt == nil {
      softStopAt = worker.loop.now + Int64(process.model.global.grace ?? 0)
    }
    if let at = softStopAt, worker.loop.now >= at { softStop(worker) }
    if let at = hardStopAt, worker.loop.now >= at { stopNow(bySignal: false) }
  }

  private func stopNow(bySignal: Bool) {
    process.stopping.set(bySignal ? 3 : 2)
    for mailbox in process.mailboxes { mailbox.wakeUp.notify() }
  }

  /// What a process that wants the same ports asks for, and takes back where it does not get them all the same.
  private func pause(_ worker: Worker) {
    change(worker, from: [.ready, .full], to: .paused, "Paused") { .pauseFrontend($0) }
  }
  private func resume(_ worker: Worker) {
    change(worker, from: [.paused], to: .ready, "Resumed") { .resumeFrontend($0) }
  }
  private func change(
    _ worker: Worker, from: [FrontendRuntime.State], to: FrontendRuntime.State, _ word: String,
    _ message: (Int) -> WorkerMessage
  ) {
    if process.stopping.value != 0 { return }
    for frontend in process.frontends.compactMap({ $0 }) {
      guard let state = FrontendRuntime.State(rawValue: frontend.state.value), from.contains(state) else { continue }
      frontend.state.set(to.rawValue)
      for mailbox in process.mailboxes { mailbox.post(message(frontend.index)) }
      let kind = frontend.settings.capabilities.isSuperset(of: .listen) ? "proxy" : "frontend"
      worker.stateMessages.append(
        StateMessage(
          level: .warning, text: "\(word) \(kind) \(frontend.settings.name).", proxyIndex: frontend.index))
    }
  }

  private func softStop(_ worker: Worker) {
    if process.stopping.value != 0 { return }
    process.stopping.set(1)
    if let limit = process.model.global.hardStopAfter { hardStopAt = worker.loop.now + Int64(limit) }
    for mailbox in process.mailboxes { mailbox.post(.softStop) }
    noteStopped(worker)
    // What this process no longer needs is for the next one (`no-memory-trimming`).
    if process.model.global.memoryTrimming { OwnProcess.trimMemory() }
  }

  /// Tells of every proxy that it stops: those that listen first.
  private func noteStopped(_ worker: Worker) {
    let open = process.frontends.lazy.compactMap { $0 }.filter {
      $0.state.value != FrontendRuntime.State.stopped.rawValue
    }
    let inner = process.backends.indices.filter { process.frontends[$0] == nil && process.backends[$0] != nil }
    for index in open.map(\.index) + inner {
      let connections = process.frontends[index]?.counters.total(.connectionsTotal) ?? 0
      let sessions = process.backends[index]?.counters.total(.sessionsTotal) ?? 0
      let name = process.model.proxies[index].name
      worker.stateMessages.append(
        StateMessage(
          level: .warning, text: "Proxy \(name) stopped (cumulated conns: FE: \(connections), BE: \(sessions)).",
          proxyIndex: index))
    }
  }
}
