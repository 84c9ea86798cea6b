import Primitives

/// The `global` section (manual section 3). Sizes are bytes, times are milliseconds.
public struct GlobalSettings: Sendable {
  // Process management (3.1)
  public var daemon = false
  public var chroot: String?
  public var user: String?
  public var group: String?
  public var uid: UInt32?
  public var gid: UInt32?
  public var pidFile: String?
  public var nodeName: String?
  public var descriptionText: String?
  public var localPeer: String?
  /// nil: one per usable processor.
  public var threadCount: Int?
  /// Thread number (from 1) to its processors.
  public var cpuMap: [Int: [Int]] = [:]
  public var ulimitN: Int?
  public var strictLimits = true
  public var hardStopAfter: Int?
  public var grace: Int?
  public var dumpable = false
  public var masterWorker = false
  /// `master-worker no-exit-on-failure`: a worker that dies does not take the others with it.
  public var keepsWorkersOnFailure = false
  /// `mworker-max-reloads`: reloads that a worker may survive.
  public var maxReloads = Int.max
  /// `reload-mode in-place`: the running worker takes a new configuration on.
  public var reloadsInPlace = false
  /// `zero-warning`: a warning is fatal.
  public var zeroWarning = false
  public var defaultPath: String?
  public var unixBindPrefix: String?
  public var unixBindMode: UInt32?
  public var unixBindUID: UInt32?
  public var unixBindGID: UInt32?
  public var externalCheck = false
  public var insecureForkWanted = false
  public var insecureSetuidWanted = false
  /// `fd-hard-limit`: the most descriptors to ask for; 0 for no limit of its own.
  public var descriptorHardLimit = 0
  /// `numa-cpu-mapping`: without `nbthread`, use the processors of the first memory node only.
  public var numaMapping = true
  public var memoryTrimming = true
  /// `close-spread-time`: how long a soft stop spreads the closing of idle connections; `.max` for infinite.
  public var closeSpreadTime: Int?
  /// `pp2-never-send-local`: health checks send PROXY rather than LOCAL headers.
  public var proxyProtocolNeverLocal = false
  /// `h1-accept-payload-with-any-method`: bodies of GET, HEAD and DELETE are not refused.
  public var acceptPayloadWithAnyMethod = false
  public var taskProfiling = TaskProfiling.automatic
  public enum TaskProfiling: String, Sendable { case on, off, automatic = "auto" }
  public var serverStateBase: String?
  public var serverStateFile: String?

  // Performance (3.2)
  /// nil: computed from the descriptor limit, as HAProxy does.
  public var maxConnections: Int?
  public var maxConnectionRate = 0
  public var maxSessionRate = 0
  public var maxSSLConnections: Int?
  public var maxSSLRate = 0
  public var maxPipes = 0
  /// Percent of spread added to check intervals, 0 to 50.
  public var spreadChecks = 0
  public var maxSpreadChecks = 0
  public var noSplice = false
  public var noReusePort = false
  public var busyPolling = false
  /// `noepoll`, `-de`: the poller to use is not epoll.
  public var noEpoll = false
  /// `nopoll`, `-dp`
  public var noPoll = false

  // Logging
  public var logTargets: [LogTarget] = []
  public var logTag = "haproxy"
  /// `log-send-hostname`: the host name to put in syslog headers; nil sends none.
  public var logSendHostname: String?

  // Runtime API (`stats socket`)
  public var statsSockets: [BindSettings] = []
  public var statsTimeout = 10_000
  public var statsMaxConnections = 10

  public var tune = TuneSettings()
  /// What `ssl` on `bind` and `server` lines starts from.
  public var tls = TLSDefaults()
  /// Checked values of keywords that matter only to features which are refused until they exist (HTTP/2, Lua,
  /// compression, peers, external checks, cache keys): by keyword, as written.
  public var dormant: [String: String] = [:]
  /// Header-case rules of `h1-case-adjust`: lower-case name to the wanted spelling.
  public var headerCaseAdjust: [String: String] = [:]

  public init() {}
}

/// `tune.*` (manual section 3.2). Sizes are bytes, times are milliseconds.
public struct TuneSettings: Sendable {
  public var bufferSize = 16384
  public var maxRewrite = 1024
  public var maxHTTPHeaders = 101
  public var httpLogURILength = 1023
  public var httpCookieLength = 63
  public var maxPollEvents = 200
  public var maxAccept: Int?
  public var runQueueDepth = 200
  /// `tune.sched.low-latency`
  public var lowLatency = false
  public var buffersLimit = 0
  public var buffersReserve = 2
  public var receiveBufferClient: Int?
  public var receiveBufferServer: Int?
  public var sendBufferClient: Int?
  public var sendBufferServer: Int?
  public var pipeSize: Int?
  public var receiveEnough = 10136
  public var idleTimer: Int?
  public var idlePoolShared = true
  public var poolLowFDRatio = 20
  public var poolHighFDRatio = 25
  public var listenerMultiQueue = true
  public var compressionMaxLevel = 1
  public var patternCacheSize = 10_000
  public var varsGlobalMaxSize = 0
  public var varsProcMaxSize = 0
  public var varsSessMaxSize = 0
  public var varsTxnMaxSize = 0
  public var varsReqresMaxSize = 0
  public var varsCheckMaxSize = 0
  /// Percent of buffers that are refused, to try out what happens then; acts with `-dMfail` only.
  public var failAlloc = 0
  /// `-dM`: what new buffers are filled with; nil leaves them as they are.
  public var poisonByte: UInt8?
  public init() {}
}
