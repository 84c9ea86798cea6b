import ConfigSyntax
import Configuration
import System

/// The master while its workers work: it reaps them, passes signals on, reloads, and serves its socket. One thread, no
/// configuration, and nothing that a request waits for.
final class MasterLoop {
  let start: MasterStart
  let diagnostics: Diagnostics
  let options: CommandLineOptions
  private var notifiesService: Bool { options.notifiesService }
  let poller: Poller
  private let wakeUp: WakeUp
  private var listeners: [(settings: BindSettings, socket: Socket)] { start.sockets?.listeners ?? [] }
  private var sessions: [Int: MasterSession] = [:]
  private var lastSession = 0
  /// The exit status that the first worker to fail had.
  private var status: Int32 = 0
  /// A session asked for a reload, which happens once its answer is out.
  var isReloadWanted = false
  /// Listeners that found no descriptor for a connection: until the next round.
  private var resting: [Int] = []
  /// What the worker has been asked.
  var inPlace: InPlaceRequest?

  static let watchedSignals = [
    Signals.terminate, Signals.interrupt, Signals.user1, Signals.user2, Signals.hangup, Signals.child,
    Signals.terminalInput, Signals.terminalOutput,
  ]
  static let inPlaceToken = UInt64.max
  private static let firstListener: UInt64 = 1
  private static let firstSession: UInt64 = 1 << 32

  static func run(_ start: MasterStart, _ options: CommandLineOptions, _ diagnostics: Diagnostics) -> Int32 {
    do throws(SystemError) {
      let isWithoutEpoll = options.noEpoll || OwnProcess.environment(MasterStart.pollVariable) != nil
      let poller = try Poller(capacity: 64, system: isWithoutEpoll ? .poll : .epoll)
      let loop = MasterLoop(start, options, diagnostics, poller: poller, wakeUp: try WakeUp())
      // Without them a master still does its work, so that a failure is only told.
      start.openSockets(diagnostics)
      for place in loop.listeners.indices { loop.register(place) }
      return loop.run()
    } catch {
      diagnostics.alert("[haproxy.main()] Cannot create a poller.")
      return 1
    }
  }

  private init(
    _ start: MasterStart, _ options: CommandLineOptions, _ diagnostics: Diagnostics, poller: Poller, wakeUp: WakeUp
  ) {
    self.start = start
    self.diagnostics = diagnostics
    self.poller = poller
    self.wakeUp = wakeUp
    self.options = options
    poller.add(wakeUp.descriptor, .read, token: 0)
    Signals.ignore(Signals.pipe)
    Signals.ignore(Signals.quit)
    Signals.watch(Self.watchedSignals, waking: wakeUp)
    Signals.setBlocked(false)
  }

  private func register(_ place: Int) {
    poller.add(listeners[place].socket.descriptor, .read, token: Self.firstListener + UInt64(place))
  }

  private var hasFailed: Bool { (start.table.master?.failedReloads ?? 0) > 0 }

  func notify(_ text: String) { if notifiesService { ServiceNotification.send(text) } }

  private func run() -> Int32 {
    if hasFailed {
      notify("READY=1\nSTATUS=Reload failed!\n")
    } else {
      notify("READY=1\nMAINPID=\(OwnProcess.id)\nSTATUS=Ready.\n")
    }
    // Half of what the service manager allows between two signs of life.
    let watchdog = OwnProcess.environment("WATCHDOG_USEC").flatMap { Int($0) }.map { max(1, $0 / 2000) }
    var limit = Int32(clamping: notifiesService ? watchdog ?? -1 : -1)
    if let status = reap() { return status }
    while true {
      let count = poller.wait(timeout: resting.isEmpty ? limit : 100)
      for place in resting { register(place) }
      resting.removeAll()
      if watchdog != nil { notify("WATCHDOG=1\n") }
      for i in 0..<count { handle(poller.event(i)) }
      if isReloadWanted && inPlace == nil { reload() }
      if let status = takeSignals() { return status }
      limit = Int32(clamping: notifiesService ? watchdog ?? -1 : -1)
    }
  }

  // MARK: - Signals

  private func takeSignals() -> Int32? {
    if Signals.take(Signals.child), let status = reap() { return status }
    if Signals.take(Signals.user2) || Signals.take(Signals.hangup) { reload() }
    for (number, sent) in [
      (Signals.terminate, Signals.terminate), (Signals.interrupt, Signals.interrupt), (Signals.user1, Signals.user1),
    ] where Signals.take(number) {
      notify("STOPPING=1\n")
      diagnostics.warning("Exiting Master process...")
      send(sent)
    }
    for number in [Signals.terminalInput, Signals.terminalOutput] where Signals.take(number) { send(number) }
    return nil
  }

  private func send(_ signal: Int32) {
    for entry in start.table.entries where entry.kind != .master { OwnProcess.send(signal: signal, to: entry.pid) }
  }

  private func reload() {
    isReloadWanted = false
    if !beginInPlace() { reloadByNewWorker() }
  }

  /// Sessions that asked for a reload hear what came of it.
  func answerReload(_ text: String) {
    for (id, session) in sessions where session.isWaitingForReload {
      session.endReload(text)
      session.handle(isWorker: nil, start.table)
      follow(session, id)
    }
  }

  func reloadByNewWorker() {
    notify("RELOADING=1\nSTATUS=Reloading Configuration.\n")
    diagnostics.notice("Reloading HAProxy")
    for id in sessions.keys { close(id) }
    let error = start.reload()
    // The program could not be executed: nothing has changed.
    Signals.setBlocked(false)
    diagnostics.warning("Failed to reexecute the master process [\(OwnProcess.id)]: \(error)")
    notify("READY=1\nSTATUS=Reload failed!\n")
  }

  /// Takes note of children that have ended; the exit status once none is left.
  private func reap() -> Int32? {
    while true {
      switch OwnProcess.reap() {
      case .none: return nil
      case .noChildren:
        diagnostics.warning("All workers exited. Exiting... (\(max(status, 0)))")
        return max(status, 0)
      case .child(let pid, let code): ended(pid, code)
      }
    }
  }

  private func ended(_ pid: Int32, _ code: Int32) {
    let how = code >= 128 ? OwnProcess.signalName(code - 128) : "Exit"
    guard let place = start.table.entries.firstIndex(where: { $0.pid == pid }) else { return }
    let entry = start.table.entries.remove(at: place)
    if entry.socket >= 0 { FileDescriptor(entry.socket).close() }
    let what = entry.kind == .program ? "program '\(entry.name)'" : "worker"
    if entry.isLeaving {
      return diagnostics.warning("Former \(what) (\(pid)) exited with code \(code) (\(how))")
    }
    let text = "Current \(what) (\(pid)) exited with code \(code) (\(how))"
    if code == 0 && entry.kind == .worker { return diagnostics.warning(text) }
    diagnostics.alert(text)
    // Told to leave: no failure. What SIGTERM ended gives a good status.
    if code == 0 || code == 143 { return }
    if status == 0 { status = code }
    if code == 130 { return }
    if OwnProcess.environment(MasterStart.keepVariable) == nil {
      diagnostics.alert("exit-on-failure: killing every processes with SIGTERM")
      send(Signals.terminate)
    }
  }

  // MARK: - Sessions

  private func handle(_ event: Poller.Event) {
    if event.token == 0 { return wakeUp.drain() }
    if event.token == Self.inPlaceToken { return continueInPlace() }
    if event.token < Self.firstSession { return accept(Int(event.token - Self.firstListener)) }
    let id = Int((event.token - Self.firstSession) / 2)
    guard let session = sessions[id] else { return }
    session.handle(isWorker: event.token % 2 == 1, start.table)
    follow(session, id)
  }

  private func follow(_ session: MasterSession, _ id: Int) {
    if session.takeReloadWish() { isReloadWanted = true }
    if session.isOver { close(id) } else { session.watch(poller, token: Self.firstSession + UInt64(id) * 2) }
  }

  private func accept(_ place: Int) {
    guard place < listeners.count else { return }
    while true {
      let socket: Socket
      switch listeners[place].socket.accept() {
      case .success(let (accepted, _)): socket = accepted
      case .failure(let error):
        if error.isOutOfResources && !resting.contains(place) {
          poller.remove(listeners[place].socket.descriptor)
          resting.append(place)
        }
        return
      }
      // A bound, so that idle clients cannot take every descriptor.
      if sessions.count >= 100 {
        socket.close()
        continue
      }
      lastSession += 1
      let session = MasterSession(socket, level: listeners[place].settings.level, hasFailed: hasFailed)
      sessions[lastSession] = session
      follow(session, lastSession)
    }
  }

  private func close(_ id: Int) {
    sessions.removeValue(forKey: id)?.close(poller)
  }
}
