import ConfigSyntax
import Configuration
import System

/// A master from its start, or from a reload, to the fork of its worker. It then executes itself once more, so that it
/// waits in a process that has read no configuration and holds no memory of one; the program on disk may be a new one.
final class MasterStart {
  /// The words of the command line, without what a reload put there.
  let words: [String]
  /// This is the master after its fork, or after a reload that failed.
  let isWaiting: Bool
  /// A master before this one asked for a new configuration.
  let isReload: Bool
  private(set) var isWorker = false
  /// In the worker: its end of the socket that the master reaches it over.
  private(set) var workerSocket: (settings: BindSettings, socket: Socket)?
  var table: ProcessTable
  /// Opened with the first worker, and by a master that waits.
  private(set) var sockets: MasterSockets?
  private let options: CommandLineOptions
  /// Programs that were started now.
  var started: [ProcessTable.Entry] = []

  private static let waitVariable = "HAPROXY_MWORKER_WAIT_ONLY"
  private static let reloadVariable = "HAPROXY_MWORKER_REEXEC"
  private static let processesVariable = "HAPROXY_PROCESSES"
  /// Says that the configuration wants no epoll.
  static let pollVariable = "WEIR_MWORKER_NO_EPOLL"
  static let keepVariable = "WEIR_MWORKER_NO_EXIT_ON_FAILURE"
  private static let inPlaceVariable = "WEIR_MWORKER_RELOAD_IN_PLACE"
  /// Not nil: the worker's configuration says so (`reload-mode in-place`); the master itself knows none. True: the worker
  /// has given its rights up.
  static var reloadsInPlace: Bool? { OwnProcess.environment(inPlaceVariable).map { $0 == "confined" } }

  init(words: [String], options: CommandLineOptions) {
    self.words = Self.plain(words)
    self.options = options
    isReload = OwnProcess.environment(Self.reloadVariable) != nil
    isWaiting = isReload && OwnProcess.environment(Self.waitVariable) != nil
    table = ProcessTable(isReload ? OwnProcess.environment(Self.processesVariable) ?? "" : "")
    for entry in table.entries where entry.socket >= 0 { FileDescriptor(entry.socket).setCloseOnExec() }
  }

  /// Without `-sf`, `-st` and `-x`.
  private static func plain(_ words: [String]) -> [String] {
    var kept: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      switch word {
      case "-sf", "-st":
        while let next = rest.first, !next.hasPrefix("-") { rest = rest.dropFirst(next.isEmpty ? 0 : 1) }
      case "-x": rest = rest.dropFirst()
      case "-f", "-C", "-p", "-n", "-N", "-m", "-L", "-S":
        kept.append(word)
        if let value = rest.popFirst() { kept.append(value) }
      case "--":
        kept.append(word)
        kept += rest
        rest = []
      default: kept.append(word)
      }
    }
    return kept
  }

  /// Forks the worker. nil in the worker; the master executes itself and never comes back.
  func fork(_ global: GlobalSettings, _ settings: Runner.Settings, _ diagnostics: Diagnostics) -> Int32? {
    openSockets(diagnostics)
    startPrograms(settings.programs, diagnostics)
    let ends: (own: Socket, worker: Socket)
    do throws(SystemError) { ends = try Socket.pair() } catch {
      diagnostics.alert("[haproxy.main()] Cannot create the socket of a worker: \(error).")
      return 1
    }
    Signals.setBlocked(true)
    let child = OwnProcess.fork()
    if child < 0 {
      diagnostics.alert("[haproxy.main()] Cannot fork.")
      return 1
    }
    if child == 0 {
      become(ends.worker, closing: ends.own)
      return nil
    }
    diagnostics.notice("New worker (\(child)) forked")
    // HAProxy's daemon has let go of the terminal by then.
    if !settings.daemon { diagnostics.notice("Loading success.") }
    for pid in settings.oldProcesses {
      let survived = table.entries.first { $0.pid == pid }?.reloads ?? 0
      let isTooOld = survived > global.maxReloads
      OwnProcess.send(signal: isTooOld ? Signals.terminate : settings.oldProcessSignal, to: pid)
    }
    let now = Int(Clock.wallMicroseconds() / 1_000_000)
    if table.master == nil { table.entries.append(.init(kind: .master, pid: OwnProcess.id, startedAt: now)) }
    for place in table.entries.indices {
      // From now on those of before are leaving.
      table.entries[place].failedReloads = 0
    }
    table.entries += started
    var entry = ProcessTable.Entry(kind: .worker, pid: child, startedAt: now)
    entry.socket = ends.own.descriptor.number
    entry.version = Version.text
    table.entries.append(entry)
    if global.keepsWorkersOnFailure {
      OwnProcess.setEnvironment(Self.keepVariable, "1")
    } else {
      OwnProcess.unsetEnvironment(Self.keepVariable)
    }
    if global.noEpoll {
      OwnProcess.setEnvironment(Self.pollVariable, "1")
    } else {
      OwnProcess.unsetEnvironment(Self.pollVariable)
    }
    if global.reloadsInPlace {
      OwnProcess.setEnvironment(Self.inPlaceVariable, InPlaceObstacles.isConfined(global) ? "confined" : "1")
    } else {
      OwnProcess.unsetEnvironment(Self.inPlaceVariable)
    }
    if settings.daemon { Privileges.detach() }
    OwnProcess.setEnvironment(Self.waitVariable, "1")
    let error = execute([])
    // The new worker would be nobody's.
    diagnostics.warning("Failed to reexecute the master process [\(OwnProcess.id)]: \(error)")
    OwnProcess.send(signal: Signals.terminate, to: child)
    OwnProcess.exitNow(1)
  }

  func openSockets(_ diagnostics: Diagnostics) {
    if sockets == nil { sockets = MasterSockets(options, diagnostics) }
  }

  private func become(_ socket: Socket, closing other: Socket) {
    isWorker = true
    other.close()
    sockets?.drop()
    for entry in table.entries where entry.socket >= 0 { FileDescriptor(entry.socket).close() }
    for name in [
      Self.waitVariable, Self.reloadVariable, Self.processesVariable, Self.keepVariable, Self.pollVariable,
      Self.inPlaceVariable,
    ] {
      OwnProcess.unsetEnvironment(name)
    }
    socket.descriptor.setNonBlocking()
    var settings = BindSettings(address: .socketPair(socket.descriptor.number))
    settings.level = .admin
    settings.exposeListeners = true
    workerSocket = (settings, socket)
  }

  /// The new configuration is no good: waits on with the workers that there are.
  func fail(_ diagnostics: Diagnostics) -> Int32 {
    diagnostics.warning("Loading failure!")
    for place in table.entries.indices where table.entries[place].kind == .master || !wasLeaving(table.entries[place]) {
      table.entries[place].failedReloads += 1
    }
    Signals.setBlocked(true)
    OwnProcess.setEnvironment(Self.waitVariable, "1")
    let error = execute([])
    diagnostics.alert("Failed to reexecute the master process [\(OwnProcess.id)]: \(error)")
    return 1
  }
  /// Whether the worker was of an earlier configuration before this reload, which counted it once more.
  private func wasLeaving(_ entry: ProcessTable.Entry) -> Bool { entry.reloads - 1 > entry.failedReloads }

  /// Executes the program anew, to read the configuration again. Returns where that fails.
  func reload() -> SystemError {
    for place in table.entries.indices { table.entries[place].reloads += 1 }
    OwnProcess.unsetEnvironment(Self.waitVariable)
    var extra: [String] = []
    let workers = table.workers
    let others = table.entries.filter { $0.kind != .master }
    if !others.isEmpty { extra = ["-sf"] + others.map { "\($0.pid)" } }
    if let current = workers.last(where: { $0.reloads - 1 <= $0.failedReloads }), current.socket >= 0 {
      extra += ["-x", "sockpair@\(current.socket)"]
    }
    Signals.setBlocked(true)
    let error = execute(extra)
    for place in table.entries.indices { table.entries[place].reloads -= 1 }
    OwnProcess.setEnvironment(Self.waitVariable, "1")
    return error
  }

  private func execute(_ extra: [String]) -> SystemError {
    OwnProcess.setEnvironment("HAPROXY_MWORKER", "1")
    OwnProcess.setEnvironment(Self.reloadVariable, "1")
    OwnProcess.setEnvironment(Self.processesVariable, table.text)
    for entry in table.entries where entry.socket >= 0 { FileDescriptor(entry.socket).setCloseOnExec(false) }
    sockets?.handOver()
    return OwnProcess.execute(words.prefix(1) + extra + words.dropFirst())
  }
}
