import ConfigSyntax
import Configuration
import EventLoop
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
    var limits = DescriptorLimits(model, commandLine: settings.maxConnections, threads: threads)
    if !limits.raise(model.global, diagnostics) { return 1 }
    var wakeUps: [WakeUp] = []
    for _ in 0..<threads {
      guard let wakeUp = try? WakeUp() else {
        diagnostics.alert("[haproxy.main()] Cannot create a poller.")
        return 1
      }
      wakeUps.append(wakeUp)
    }
    let process = RuntimeAssembly.assemble(model, wakeUps: wakeUps, limits: limits)
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
    var opened: [Int: Socket] = [:]
    // The order of HAProxy: IPv6 first, then IPv4, then local sockets.
    for listener in process.listeners.sorted(by: { rank($0.settings.address) < rank($1.settings.address) }) {
      let proxy = model.proxies[listener.frontendIndex]
      let kind = proxy.capabilities.contains(.backend) ? "proxy" : "frontend"
      let backlog = proxy.backlog ?? proxy.maxConnections ?? limits.maxConnections
      opened[listener.index] = listening.open(
        listener.settings, owner: "\(kind) \(proxy.name)", defaultBacklog: backlog, smartAccept: proxy.acceptsSmartly)
    }
    let sockets = process.listeners.compactMap { opened[$0.index] }
    var statsSockets: [(settings: BindSettings, socket: Socket)] = []
    for settings in model.global.statsSockets {
      let backlog = model.global.statsMaxConnections
      if let socket = listening.open(settings, owner: "frontend GLOBAL", defaultBacklog: backlog) {
        statsSockets.append((settings, socket))
      }
    }
    var peerSockets: [(section: Int, socket: Socket)] = []
    for (section, peers) in model.peers.enumerated() where !peers.isDisabled && peers.localPeer != nil {
      for settings in peers.binds {
        if let socket = listening.open(settings, owner: "peers \(peers.name)", defaultBacklog: 100) {
          peerSockets.append((section, socket))
        }
      }
    }
    let forwards = listening.openForwards(model)
    if !listening.errors.isEmpty {
      for error in listening.errors { diagnostics.alert(error) }
      diagnostics.alert("[haproxy.main()] Some protocols failed to start their listeners! Exiting.")
      listening.closeAll()
      return 1
    }
    listening.inherited.closeRest()
    if !limits.check(model.global, diagnostics) {
      listening.closeAll()
      return 1
    }
    var exposed = zip(process.listeners, sockets).map { listener, socket in
      ExposedListener(
        socket: socket, namespace: listener.settings.namespace ?? "", interface: listener.settings.interface ?? "")
    }
    exposed += statsSockets.map { ExposedListener(socket: $0.socket, namespace: $0.settings.namespace ?? "") }
    exposed += peerSockets.map { ExposedListener(socket: $0.socket) }
    exposed += forwards.filter { !$0.isDatagram }.map { ExposedListener(socket: $0.socket) }
    if let failure = Privileges.take(model.global, settings, diagnostics) { return failure }
    if let socket = settings.master?.workerSocket { statsSockets.append(socket) }
    let reports = StateReports(diagnostics, quiet: settings.quiet)
    var facts = ProcessFacts(
      version: Version.text, releaseDate: Version.date, descriptorLimit: limits.granted,
      maxSockets: limits.maxSockets, listeners: sockets.count + statsSockets.count)
    facts.startMessages = diagnostics.startMessages
    let api = RuntimeAPISockets(
      facts: facts, listeners: statsSockets, peers: peerSockets, forwards: forwards, exposed: exposed)
    // The paths of local sockets stay: a new process may serve them by now.
    return start(process, wakeUps, sockets, reports, api, tellsService: settings.master == nil)
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

  private static func rank(_ address: SocketAddress) -> Int {
    switch address {
    case .ip(.v6, _): 0
    case .ip(.v4, _): 1
    case .unix, .abstract: 2
    case .descriptor, .socketPair: 3
    }
  }

  private static func start(
    _ process: ProcessRuntime, _ wakeUps: [WakeUp], _ sockets: [Socket], _ reports: StateReports,
    _ api: RuntimeAPISockets, tellsService: Bool
  ) -> Int32 {
    let routes = LogRoutes(process.model, dropped: process.droppedLogs, rings: process.rings)
    // Also the first worker has a thread of its own: locks remember the thread number that a fork changes.
    var threads: [Thread] = []
    for index in wakeUps.indices {
      let wakeUp = wakeUps[index]
      if let thread = try? Thread({
        work(process, index, wakeUp, sockets, routes, reports, api.facts, index == 0 ? api : nil)
      }) {
        threads.append(thread)
      }
    }
    if !process.model.global.insecureForkWanted { OwnProcess.forbidForks() }
    if tellsService { ServiceNotification.send("READY=1\n") }
    for thread in threads { thread.join() }
    // A shell's number for a process that SIGTERM ended, as HAProxy gives it.
    return process.stopping.value == 3 ? 143 : 0
  }

  private static func work(
    _ process: ProcessRuntime, _ index: Int, _ wakeUp: WakeUp, _ sockets: [Socket], _ routes: LogRoutes,
    _ reports: StateReports, _ facts: ProcessFacts, _ api: RuntimeAPISockets?
  ) {
    if let processors = process.model.global.cpuMap[index + 1] { Affinity.bind(to: processors) }
    let tune = process.model.global.tune
    let token = Token(kind: TokenKind.wakeUp, index: 0, generation: 0)
    guard
      let loop = try? EventLoop(
        capacity: tune.maxPollEvents, system: process.model.global.noEpoll ? .poll : .epoll, wakeUp: wakeUp,
        wakeToken: token)
    else {
      FileDescriptor.standardError.writeAll("[ALERT] Cannot create the poller of thread \(index + 1).\n")
      OwnProcess.exit(1)
    }
    let worker = Worker(process: process, index: index, loop: loop, routes: routes)
    worker.facts = facts
    for (runtime, socket) in zip(process.listeners, sockets) { worker.addListener(runtime, socket: socket) }
    let control = index == 0 ? ProcessSignals(process, waking: wakeUp) : nil
    WorkerLoop(worker: worker, process: process, reports: reports, api: api).run(control)
  }
}
