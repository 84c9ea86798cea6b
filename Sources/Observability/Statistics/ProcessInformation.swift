import Configuration
import Memory
public import Proxies
import System

/// What the process knows of itself beside its proxies.
public struct ProcessFacts: Sendable {
  /// `2.6-weir...`, and the date of the release as `2026/11/23`.
  public var version: String
  public var releaseDate: String
  /// Descriptors that the process may open, and those it may need.
  public var descriptorLimit: Int
  public var maxSockets: Int
  /// `-m`, in bytes; 0 for none.
  public var memoryLimit: Int
  /// Listening sockets, those of the runtime API included.
  public var listeners: Int
  /// The warnings of the start, as they were printed (`show startup-logs`).
  public var startMessages = ""

  public init(
    version: String, releaseDate: String, descriptorLimit: Int, maxSockets: Int, memoryLimit: Int = 0, listeners: Int
  ) {
    self.version = version
    self.releaseDate = releaseDate
    self.descriptorLimit = descriptorLimit
    self.maxSockets = maxSockets
    self.memoryLimit = memoryLimit
    self.listeners = listeners
  }
  /// Of a worker that tells nobody.
  public static let none = ProcessFacts(version: "", releaseDate: "", descriptorLimit: 0, maxSockets: 0, listeners: 0)
}

/// One line of `show info` (management guide section 9.3).
public struct InformationField: Sendable {
  /// The number that the typed form shows.
  public let place: Int
  public let name: String
  public let tags: String
  public let kind: String
  public let value: StatisticsValue
  public let text: String

  public var plain: String { "\(name): \(value.printed)\n" }
  public var plainWithText: String { "\(name): \(value.printed):\"\(text)\"\n" }
  public func typed(desc: Bool) -> String {
    "\(place).\(name).1:\(tags):\(kind):\(value.printed)" + (desc ? ":\"\(text)\"\n" : "\n")
  }
  public var json: String { "{" + jsonField(place: place, name: name, tags: tags, kind: kind, value) }
}

/// The fields of `show info` in their order.
public struct ProcessInformation {
  private let process: ProcessRuntime
  private let facts: ProcessFacts
  private let now: Int64
  private let wallClock: Int64
  private var fields: [InformationField] = []
  private var place = 0

  /// `now`: monotonic milliseconds; `wallClock`: microseconds since 1970. `precise`: times with their fractions.
  public static func fields(
    _ process: ProcessRuntime, _ facts: ProcessFacts, now: Int64, wallClock: Int64, precise: Bool = false
  ) -> [InformationField] {
    var list = ProcessInformation(process: process, facts: facts, now: now, wallClock: wallClock)
    list.addIdentity(precise: precise)
    list.addLimits()
    list.addRates()
    list.addTLSAndCompression()
    list.addState()
    list.addTotals()
    return list.fields
  }

  private init(process: ProcessRuntime, facts: ProcessFacts, now: Int64, wallClock: Int64) {
    self.process = process
    self.facts = facts
    self.now = now
    self.wallClock = wallClock
  }

  private mutating func add(_ name: String, _ tags: String, _ value: Int, _ text: String, kind: String = "u32") {
    add(name, tags, .number(UInt64(clamping: value)), text, kind: kind)
  }
  private mutating func add(_ name: String, _ tags: String, _ value: StatisticsValue, _ text: String, kind: String) {
    fields.append(InformationField(place: place, name: name, tags: tags, kind: kind, value: value, text: text))
    place += 1
  }
  private mutating func add(_ name: String, _ tags: String, _ value: String, _ text: String) {
    add(name, tags, .text(value), text, kind: "str")
  }

  private mutating func addIdentity(precise: Bool) {
    let age = max(0, now - process.startedAtTick)
    let seconds = Int(age / 1000)
    add("Name", "POS", "HAProxy", "name of the product")
    add("Version", "POS", facts.version, "version of the product")
    add("Release_date", "POS", facts.releaseDate, "date of the release")
    add("Nbthread", "CGS", process.threads, "worker threads")
    add("Nbproc", "CGS", 1, "worker processes, always 1")
    add("Process_num", "KGP", 1, "number of this process, always 1")
    add("Pid", "SGP", Int(OwnProcess.id), "process id")
    let day = seconds / 86400
    let rest = "\(day)d \(seconds / 3600 % 24)h\(two(seconds / 60 % 60))m\(two(seconds % 60))s"
    add("Uptime", "MDP", rest, "time since the start")
    if precise {
      let fraction = String(age % 1000 + 1000).dropFirst()
      add("Uptime_sec", "MDP", .text("\(seconds).\(fraction)000"), "seconds since the start", kind: "flt")
    } else {
      add("Uptime_sec", "MDP", seconds, "seconds since the start")
    }
  }
  private func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }

  private mutating func addLimits() {
    let sockets = facts.maxSockets
    add("Memmax_MB", "CLP", facts.memoryLimit >> 20, "limit of memory in MB")
    add("PoolAlloc_MB", "MGP", process.operations.bufferBytes >> 20, "memory of the pools in MB")
    add("PoolUsed_MB", "MGP", process.operations.bufferBytesInUse >> 20, "pool memory in use in MB")
    add("PoolFailed", "MCP", 0, "failed allocations")
    add("Ulimit-n", "CLP", facts.descriptorLimit, "limit of descriptors")
    add("Maxsock", "CLP", sockets, "limit of sockets")
    add("Maxconn", "CLP", process.maxConnections.value, "limit of connections now")
    add("Hard_maxconn", "CLP", process.hardMaxConnections, "highest limit of connections")
    add("CurrConns", "MGP", process.connections.value, "connections now")
    add("CumConns", "MCP", process.connectionsTotal.value, "connections since the start")
    add("CumReq", "MCP", process.requestsTotal.value, "requests since the start")
    add("MaxSslConns", "MMP", process.model.global.maxSSLConnections ?? 0, "limit of TLS connections, 0 for none")
    add("CurrSslConns", "MGP", process.tls.connections.value, "TLS connections now")
    add("CumSslConns", "MCP", process.tls.connectionsTotal.value, "TLS connections since the start")
    add("Maxpipes", "CLP", process.maxPipes, "limit of pipes")
    add("PipesUsed", "MGP", process.pipesUsed.value, "pipes in use")
    add("PipesFree", "MGP", 0, "pipes kept ready")
  }

  private mutating func addRates() {
    add("ConnRate", "MRP", process.connectionRate.rate(at: now), "connections in the last second")
    add("ConnRateLimit", "CLP", process.connectionRateLimit.value, "limit of connections per second")
    add("MaxConnRate", "MMP", process.connectionRateMax.value, "most connections in a second")
    add("SessRate", "MRP", process.sessionRate.rate(at: now), "sessions in the last second")
    add("SessRateLimit", "CLP", process.sessionRateLimit.value, "limit of sessions per second")
    add("MaxSessRate", "MRP", process.sessionRateMax.value, "most sessions in a second")
  }

  private mutating func addTLSAndCompression() {
    let misses = process.listeners.reduce(0) { $0 + ($1.settings.tlsContext?.cacheMisses ?? 0) }
    add("SslRate", "MRP", process.tls.rate.rate(at: now), "TLS handshakes in the last second")
    add("SslRateLimit", "CLP", process.tls.rateLimit.value, "limit of TLS handshakes per second")
    add("MaxSslRate", "MMP", process.tls.rateMax.value, "most TLS handshakes in a second")
    add(
      "SslFrontendKeyRate", "MGP", process.tls.frontendKeys.rate(at: now),
      "keys computed for clients in the last second")
    add("SslFrontendMaxKeyRate", "MMP", process.tls.frontendKeysMax.value, "most keys computed for clients in a second")
    add("SslFrontendSessionReuse_pct", "MGP", process.tls.reuse(at: now), "percent of resumed sessions")
    add(
      "SslBackendKeyRate", "MRP", process.tls.backendKeys.rate(at: now), "keys computed for servers in the last second")
    add("SslBackendMaxKeyRate", "MMP", process.tls.backendKeysMax.value, "most keys computed for servers in a second")
    add("SslCacheLookups", "MCP", misses + process.tls.cacheHits.value, "lookups in the TLS session cache")
    add("SslCacheMisses", "MCP", misses, "misses in the TLS session cache")
    add("CompressBpsIn", "MRP", process.compressionIn.rate(at: now), "bytes per second into compression")
    add("CompressBpsOut", "MRP", process.compressionOut.rate(at: now), "bytes per second out of compression")
    add("CompressBpsRateLim", "CLP", process.compressionRateLimit.value, "limit of bytes per second into compression")
    // Two numbers belong to the memory of a compression library.
    place += 2
  }

  private mutating func addState() {
    let global = process.model.global
    let jobs = process.connections.value + facts.listeners
    add("Tasks", "MGP", jobs, "tasks")
    add("Run_queue", "MGP", process.operations.ready, "tasks that wait to run")
    let idle = process.processorShare.idlePercent(threads: process.threads, at: now)
    add("Idle_pct", "MaP", idle, "percent of idle time of the threads")
    add("node", "COS", .text(global.nodeName ?? OwnProcess.hostName), "name of the node", kind: "str")
    if let text = global.descriptionText {
      add("description", "COS", text, "description of the node")
    } else {
      place += 1
    }
    add("Stopping", "MGP", process.stopping.value == 0 ? 0 : 1, "1 while the process ends")
    add("Jobs", "MGP", jobs, "connections and listeners")
    add("Unstoppable Jobs", "MGP", 0, "jobs that outlive a stop")
    add("Listeners", "MGP", facts.listeners, "listening sockets")
    add("ActivePeers", "MGP", process.operations.activePeers.value, "peers in touch")
    add("ConnectedPeers", "MGP", process.operations.connectedPeers.value, "peers connected")
    add("DroppedLogs", "MGP", process.droppedLogs.value, "log lines lost")
    add("BusyPolling", "MGP", global.busyPolling ? 1 : 0, "1 where workers never sleep")
    add("FailedResolutions", "MGP", process.failedResolutions.value, "failed name resolutions")
  }

  private mutating func addTotals() {
    let operations = process.operations
    let sent = process.bytesOut
    add("TotalBytesOut", "MGP", .number(sent), "bytes sent to clients", kind: "u64")
    add(
      "TotalSplicdedBytesOut", "MGP", .number(UInt64(max(0, operations.splicedBytes.value))),
      "bytes sent through pipes",
      kind: "u64")
    add(
      "BytesOutRate", "MRP", .number(operations.bytesOutRate(sent, now: now)), "bytes sent in the last second",
      kind: "u64")
    add("DebugCommandsIssued", "MGP", operations.debugCommands.value, "debugging commands run")
    add("CumRecvLogs", "MCP", process.receivedLogs.value, "log lines received")
    add("Build info", "POS", facts.version, "build")
    add("Memmax_bytes", "CLP", facts.memoryLimit, "limit of memory in bytes")
    add("PoolAlloc_bytes", "MGP", operations.bufferBytes, "memory of the pools in bytes", kind: "u64")
    add("PoolUsed_bytes", "MGP", operations.bufferBytesInUse, "pool memory in use in bytes", kind: "u64")
    add("Start_time_sec", "MDP", Int(process.startedAt / 1_000_000), "date of the start, seconds since 1970")
    let tainted = operations.tainted.value
    add(
      "Tainted", "SGP", tainted == 0 ? "0" : "0x\(String(tainted, radix: 16))", "experimental features in use")
  }
}
