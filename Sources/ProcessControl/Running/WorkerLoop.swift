import EventLoop
import HealthChecks
import LogForwarding
import Observability
import Peers
import Proxies
import Resolution
import RuntimeAPI
import Streams
import System

/// The loop of one worker thread for one generation of the configuration: waits, and hands every event to the part that
/// it belongs to.
final class WorkerLoop {
  let worker: Worker
  let process: ProcessRuntime
  let reports: StateReports
  private var checks: CheckScheduler
  /// Empty on all workers but the first.
  private var api: RuntimeAPIServer
  /// On the first worker too.
  private var forwarder = RingForwarder()
  private var resolvers: ResolverScheduler
  private var peers: PeersService
  private var mails: MailAlerts
  private var forwards: LogForwarder
  private let isBusyPolling: Bool
  /// Another generation has taken this one's place.
  private var isRetired = false
  /// When the bytes sent were last told.
  private var lastSample: Int64 = 0
  private let counts: OperationCounts.WorkerCounts?
  /// What the last turn brought: another thread or a signal woke this one; former generations have events.
  private(set) var wasWoken = false
  private(set) var awakened: [Int] = []

  init(worker: Worker, process: ProcessRuntime, reports: StateReports, api sockets: RuntimeAPISockets?) {
    self.worker = worker
    self.process = process
    self.reports = reports
    let all = process.operations.workers
    counts = all.indices.contains(worker.index) ? all[worker.index] : nil
    isBusyPolling = process.model.global.busyPolling
    resolvers = ResolverScheduler(process: process)
    peers = PeersService(process: process, listeners: sockets?.peers ?? [], buffers: worker.buffers)
    checks = CheckScheduler(process: process, worker: worker.index, buffers: worker.buffers)
    mails = MailAlerts(process: process)
    forwards = LogForwarder(process: process, listeners: sockets?.forwards ?? [], buffers: worker.buffers)
    let facts = sockets?.facts ?? ProcessFacts.none
    api = RuntimeAPIServer(
      process: process, facts: facts, listeners: sockets?.listeners ?? [], exposed: sockets?.exposed ?? [])
  }

  /// Starts all parts.
  func begin() {
    checks.start(&worker.loop)
    api.start(&worker.loop)
    if worker.index == 0 {
      forwarder.start(process.rings, &worker.loop)
      resolvers.start(&worker.loop)
      peers.start(&worker.loop)
      forwards.start(&worker.loop)
    }
  }

  /// One round: waits at most `limit` milliseconds, and handles what there is.
  func turn(limit: Int64) {
    // `busy-polling`, which an old process leaves off: it would only take time from the new one.
    let polls = isBusyPolling && process.stopping.value == 0 && !isRetired
    if worker.loop.poller.needsRearming {
      worker.rearm()
      peers.rearm(worker.loop.poller)
      forwards.rearm(worker.loop.poller)
    }
    wasWoken = false
    if !awakened.isEmpty { awakened.removeAll(keepingCapacity: true) }
    worker.profile.roundEnds()
    let count = worker.loop.wait(block: !worker.hasReadyWork && !polls, limit: limit)
    worker.profile.roundBegins()
    worker.activity.count(events: count)
    for i in 0..<count {
      let event = worker.loop.poller.event(i)
      let start = worker.profile.start()
      handle(event)
      worker.profile.count(ProfiledTask(kind: Token(bits: event.token).kind), from: start)
    }
    worker.loop.collectTimers()
    if !worker.loop.expired.isEmpty { worker.activity.expiries &+= 1 }
    for i in 0..<worker.loop.expired.count {
      let token = worker.loop.expired[i]
      let start = worker.profile.start()
      handleTimer(token)
      worker.profile.count(ProfiledTask(kind: Token(bits: token).kind), from: start)
    }
    finishChecks()
    worker.runReady()
    tellCounts()
  }

  /// What `show info` tells of this worker, and of the process's last second.
  private func tellCounts() {
    if let counts {
      counts.bufferBytes.set(worker.buffers.allocated &* worker.buffers.bufferSize)
      counts.bufferBytesInUse.set(worker.buffers.inUse &* worker.buffers.bufferSize)
      counts.ready.set(worker.readyCount)
    }
    if worker.index == 0 && !isRetired && worker.loop.now - lastSample >= 1000 {
      lastSample = worker.loop.now
      process.operations.sample(bytesOut: process.bytesOut, now: lastSample)
    }
  }

  private func handle(_ event: Poller.Event) {
    switch Token(bits: event.token).kind {
    case TokenKind.check: checks.handleEvent(event, &worker.loop)
    case TokenKind.runtimeAPI: api.handleEvent(event, &worker.loop)
    case TokenKind.log: forwarder.handleEvent(event, &worker.loop)
    case TokenKind.resolver: resolvers.handleEvent(event, &worker.loop)
    case TokenKind.peers: peers.handleEvent(event, &worker.loop)
    case TokenKind.mail: mails.handleEvent(event, &worker.loop)
    case TokenKind.forward: forwards.handleEvent(event, &worker.loop, &worker.logs)
    case TokenKind.generation: awakened.append(Token(bits: event.token).index)
    case TokenKind.wakeUp:
      wasWoken = true
      worker.handle(event)
    default: worker.handle(event)
    }
  }

  private func handleTimer(_ token: UInt64) {
    switch Token(bits: token).kind {
    case TokenKind.check: checks.handleTimer(Token(bits: token), &worker.loop)
    case TokenKind.runtimeAPI: api.handleTimer(Token(bits: token), &worker.loop)
    case TokenKind.log: forwarder.handleTimer(Token(bits: token), &worker.loop)
    case TokenKind.resolver: resolvers.handleTimer(Token(bits: token), &worker.loop)
    case TokenKind.peers: peers.handleTimer(Token(bits: token), &worker.loop)
    case TokenKind.mail: mails.handleTimer(Token(bits: token), &worker.loop)
    case TokenKind.forward: forwards.handleTimer(Token(bits: token), &worker.loop)
    default: worker.handleTimer(token)
    }
  }

  /// Its master is gone.
  var hasLostMaster: Bool { api.hasLostMaster }
  /// A soft stop: nobody connects to the runtime API any more.
  func stopListening() {
    api.stopListening(&worker.loop)
    forwards.stopListening(&worker.loop)
    if worker.index == 0 { peers.stopListening(&worker.loop) }
  }
  /// The process that follows may have to be told something before this one ends.
  var hasFarewell: Bool { worker.index == 0 && !peers.isDone }

  /// Takes on what other parts asked of the checks, and tells what they found.
  private func finishChecks() {
    if !worker.checkRequests.isEmpty {
      for place in worker.checkRequests { checks.checkSoon(backend: place.backend, server: place.server, &worker.loop) }
      worker.checkRequests.removeAll()
    }
    if !worker.nameQuestions.isEmpty {
      resolvers.answer(worker.nameQuestions, &worker.loop)
      worker.nameQuestions.removeAll()
    }
    if !worker.peerQuestions.isEmpty {
      for question in worker.peerQuestions { answer(question) }
      worker.peerQuestions.removeAll()
    }
    for change in worker.serverChanges {
      switch change {
      case .added(let place): checks.add(place, &worker.loop)
      case .removed(let place):
        checks.remove(place, &worker.loop)
        process.letGo(place)
      case .renamed(let place, let old): resolvers.rename(place, from: old, &worker.loop)
      }
    }
    worker.serverChanges.removeAll()
    if worker.hasReports {
      worker.hasReports = false
      api.continueReports(&worker.loop)
      forwarder.wake(&worker.loop)
    }
    if resolvers.hasMessages { tell(resolvers.takeMessages()) }
    if api.hasMessages { tell(api.takeMessages()) }
    if !worker.stateMessages.isEmpty {
      tell(worker.stateMessages)
      worker.stateMessages.removeAll()
    }
    if checks.hasMessages { tell(checks.takeMessages()) }
  }

  /// What is no worker's: peers, and descriptors of all that is not a stream's.
  private func answer(_ report: WorkerReport) {
    guard case .serviceDescriptors(let one) = report.question else {
      return peers.answer(report, now: worker.loop.now)
    }
    var answer = WorkerReport.Answer()
    let lines = (peers.descriptors + forwards.descriptors + api.descriptors).filter { one == nil || $0.number == one }
    answer.text = lines.sorted { $0.number < $1.number }.map(\.line).joined()
    report.give(answer)
  }

  /// To the logs, to standard error and, where `email-alert` asks for it, to the mailers.
  private func tell(_ messages: [StateMessage]) {
    reports.report(messages, worker)
    mails.add(messages, &worker.loop)
  }

  // MARK: - Generations

  /// Another generation takes over: what is not of a stream moves there or ends.
  func retire(to successor: WorkerLoop) {
    isRetired = true
    checks.stop(&worker.loop)
    if worker.index == 0 {
      for ring in successor.process.rings { ring.wake(successor.process.mailboxes.first) }
      successor.forwarder.takeOver(&forwarder, successor.process.rings, &worker.loop, &successor.worker.loop)
      successor.peers.takeOver(&peers, &worker.loop, &successor.worker.loop)
      successor.forwards.takeOver(&forwards, &worker.loop, &worker.logs, &successor.worker.loop)
    }
    resolvers.forgetServers(&worker.loop)
    api.handOver(&worker.loop)
    worker.loop.letGoOfWakeUp()
  }

  /// Takes what a former generation has not to keep any more: clients between two requests, and of the runtime API.
  func takeClients(of former: WorkerLoop) {
    worker.adoptClients(of: former.worker)
    if former.api.hasSessions { api.takeSessions(of: &former.api, &former.worker.loop, &worker.loop) }
  }

  /// Nothing is left to do for a generation that was succeeded on all threads.
  var isOver: Bool {
    isRetired && worker.isDone && !api.hasSessions && !mails.isBusy
      && process.succeededWorkers.value >= process.threads
  }
  /// The end of a generation that is over.
  func finish() {
    mails.stop(&worker.loop)
    // What its last streams have logged to rings that are gone.
    forwarder.wake(&worker.loop)
    forwarder.stop(&worker.loop)
    resolvers.stop(&worker.loop)
    worker.finish()
  }
}
