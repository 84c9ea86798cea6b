import ConfigSyntax
import Configuration
import EventLoop
import Memory
import Observability
import Primitives
import Proxies
import RuntimeAPI
import Streams
import System

/// From a valid model to running workers, and back to an exit status.
enum Runner {
  struct Settings {
    var daemon = false
    var maxConnections: Int?
    var pidFile: String?
    var oldProcesses: [Int32] = []
    var oldProcessSignal: Int32 = Signals.user1
    var quiet = false
    /// `-x`: where to take listening sockets from.
    var transferSocket: String?
    /// What a master runs beside its worker.
    var programs: [ProgramSettings] = []
    /// In master-worker mode: what forks the worker.
    var master: MasterStart?
    /// What a reload in place reads the configuration by.
    var options: CommandLineOptions?
    /// `-d`: traffic is shown.
    var tracesTraffic = false
    /// `-V` and `-d`: tell how the process runs.
    var talks = false
  }

  /// Runs the proxies of `model`. Returns when they have stopped; a daemon's parent never returns from here.
  static func run(_ model: ConfigurationModel, _ settings: Settings, _ diagnostics: Diagnostics) -> Int32 {
    if !RingReferences.check(model, diagnostics) { return 1 }
    keepToOneMemoryNode(model.global, diagnostics)
    let threads = max(1, min(model.global.threadCount ?? Affinity.usable.count, 64))
    var limits = DescriptorLimits(model, settings.options, threads: threads)
    if !limits.raise(model.global, diagnostics) { return 1 }
    var wakeUps: [WakeUp] = []
    for _ in 0..<threads {
      guard let wakeUp = try? WakeUp() else {
        diagnostics.alert("[haproxy.main()] Cannot create a poller.")
        return 1
      }
      wakeUps.append(wakeUp)
    }
    var reloads: ReloadRequests?
    if model.global.reloadsInPlace && settings.master != nil, let wakeUp = try? WakeUp() {
      reloads = ReloadRequests(wakeUp: wakeUp)
      PermanentTexts.share()
    }
    let process = RuntimeAssembly.assemble(model, wakeUps: wakeUps, limits: limits, reloads: reloads)
    process.isTracing.set(settings.tracesTraffic ? 1 : 0)
    let pollers = PollerChoice(model.global)
    if settings.talks {
      tellStart(limits, pollers, isMaximumGiven: (settings.maxConnections ?? model.global.maxConnections ?? 0) > 0)
    }
    if pollers.used == nil {
      diagnostics.alert("[haproxy.main()] No polling mechanism available: epoll and poll are both disabled.")
      return 1
    }

    var listening = ListenerSetup(model.global)
    if let place = settings.transferSocket, place != "/dev/null" {
      do throws(InheritedListeners.Failure) { listening.inherited = try InheritedListeners(from: place) } catch {
        diagnostics.warning(error.text)
        diagnostics.alert("Failed to get the sockets from the old process!")
        // As in HAProxy, a master goes on and has its worker bind anew.
        if settings.master == nil { return 1 }
      }
    }
    guard var sockets = GenerationSockets(process, limits, &listening, diagnostics) else { return 1 }
    listening.inherited.closeRest()
    if !limits.check(model.global, diagnostics) {
      listening.closeAll()
      return 1
    }
    let exposed = sockets.exposed(process)
    if let failure = Privileges.take(model.global, settings, diagnostics) { return failure }
    if let socket = settings.master?.workerSocket {
      sockets.stats.append(socket)
      OwnProcess.setEnvironment("HAPROXY_MWORKER", "1")
    }
    if !sockets.stats.isEmpty {
      OwnProcess.setEnvironment("HAPROXY_CLI", SocketListing.environment(sockets.stats.map(\.settings)))
    }
    let reports = StateReports(diagnostics, quiet: settings.quiet)
    var facts = ProcessFacts(
      version: Version.text, releaseDate: Version.date, descriptorLimit: limits.granted,
      maxSockets: limits.maxSockets, listeners: sockets.listeners.count + sockets.stats.count)
    facts.startMessages = diagnostics.written
    let api = RuntimeAPISockets(
      facts: facts, listeners: sockets.stats, peers: sockets.peers, forwards: sockets.forwards, exposed: exposed)
    // The paths of local sockets stay: a new process may serve them by now.
    let generation = Generation(
      process: process, routes: LogRoutes(model, dropped: process.droppedLogs, rings: process.rings), reports: reports,
      api: api, sockets: sockets.listeners, wakeUps: wakeUps)
    return start(generation, settings)
  }

  /// `numa-cpu-mapping`: what lies in another node's memory would be slow to reach.
  private static func keepToOneMemoryNode(_ global: GlobalSettings, _ diagnostics: Diagnostics) {
    guard global.numaMapping, global.threadCount == nil, global.cpuMap.isEmpty,
      let node = MemoryNodes.choice(among: MemoryNodes.all(), usable: Affinity.usable)
    else { return }
    diagnostics.diagnostic(
      "Multi-socket cpu detected, automatically binding on active CPUs of '\(node.name)' "
        + "(\(node.processors.count) active cpu(s))")
    Affinity.bind(to: node.processors)
  }

  private static func tellStart(_ limits: DescriptorLimits, _ pollers: PollerChoice, isMaximumGiven: Bool) {
    var text = isMaximumGiven ? "" : "Note: setting global.maxconn to \(limits.maxConnections).\n"
    text += pollers.text + "\n" + VersionReport.filters
    FileDescriptor.standardError.writeAll(text)
    if let used = pollers.used { FileDescriptor.standardOutput.writeAll("Using \(used)() as the polling mechanism.\n") }
  }

  /// Serves until the process is told to end. After a fork the first thread only waits: locks, those of Swift's own
  /// start-up too, remember the number that it had before, and another thread that meets one would wait for ever.
  private static func start(_ generation: Generation, _ settings: Settings) -> Int32 {
    let wanted = (generation.wakeUps.count + 1) * MemoryRoom.stackSize + 2 * Worker.sparedMemory
    if MemoryRoom.isLimited && !MemoryRoom.has(wanted) {
      FileDescriptor.standardError.writeAll(
        "[ALERT] Not enough memory to start: the limit of the address space (-m, ulimit -v) leaves less than "
          + "\(wanted >> 20) MB.\n")
      OwnProcess.exitNow(1)
    }
    let options = settings.options
    let hasMaster = settings.master != nil
    ProcessSignals.watch(waking: generation.wakeUps[0])
    do throws(SystemError) {
      try Thread { startThreads(generation, options, hasMaster: hasMaster) }.join()
    } catch { refuseThread("1", error) }
    // A shell's number for a process that SIGTERM ended, as HAProxy gives it.
    return generation.process.stopping.value == 3 ? 143 : 0
  }

  /// Starts the workers and whoever reads new configurations for them, and waits for the workers' end.
  private static func startThreads(_ generation: Generation, _ options: CommandLineOptions?, hasMaster: Bool) {
    let process = generation.process
    let succession = Succession(waking: process.reloads?.wakeUp)
    var threads: [Thread] = []
    for index in generation.wakeUps.indices {
      do throws(SystemError) {
        threads.append(try Thread { work(generation, index, succession) })
      } catch { refuseThread("\(index + 1)", error) }
    }
    if let reloads = process.reloads, let options {
      // Nobody waits for its end.
      _ = try? Thread({
        var reload = InPlaceReload(generation, options, succession, reloads)
        reload.run()
      })
    }
    if !process.model.global.insecureForkWanted { OwnProcess.forbidForks() }
    if !hasMaster { ServiceNotification.send("READY=1\n") }
    for thread in threads { thread.join() }
  }

  private static func refuseThread(_ name: String, _ error: SystemError) -> Never {
    FileDescriptor.standardError.writeAll("[ALERT] Cannot start thread \(name): \(error).\n")
    OwnProcess.exitNow(1)
  }

  private static func work(_ generation: Generation, _ index: Int, _ succession: Succession) {
    let global = generation.process.model.global
    if let processors = global.cpuMap[index + 1] { Affinity.bind(to: processors) }
    let token = Token(kind: TokenKind.wakeUp, index: 0, generation: 0)
    guard
      let loop = try? EventLoop(
        capacity: global.tune.maxPollEvents, system: global.noEpoll ? .poll : .epoll,
        wakeUp: generation.wakeUps[index], wakeToken: token)
    else {
      FileDescriptor.standardError.writeAll("[ALERT] Cannot create the poller of thread \(index + 1).\n")
      OwnProcess.exit(1)
    }
    let first = generation.makeLoop(index, loop, predecessor: nil)
    let control = index == 0 ? ProcessSignals(generation.process) : nil
    WorkerThread(first, control, succession).run()
  }
}
