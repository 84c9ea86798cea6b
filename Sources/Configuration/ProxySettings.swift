import LogFormat
import Primitives
import Rules
import Samples

public struct ProxyCapabilities: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let frontend = ProxyCapabilities(rawValue: 1)
  public static let backend = ProxyCapabilities(rawValue: 2)
  public static let listen: ProxyCapabilities = [.frontend, .backend]
  /// A `defaults` section.
  public static let defaults = ProxyCapabilities(rawValue: 4)
  /// Internal: the proxy of the stats sockets.
  public static let runtimeAPI = ProxyCapabilities(rawValue: 8)
}

public enum ProxyMode: String, Sendable { case tcp, http }

/// How HTTP connections end after an exchange; the stronger of frontend and backend wins
/// (`option http-keep-alive` < `http-server-close` < `httpclose`).
public enum HTTPConnectionMode: Int, Sendable, Comparable {
  case keepAlive, serverClose, close
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// Timeouts in milliseconds; nil: not set (infinite, or as the manual says for each).
public struct Timeouts: Sendable, Hashable {
  public var client: Int?
  public var clientFin: Int?
  public var server: Int?
  public var serverFin: Int?
  public var connect: Int?
  public var queue: Int?
  public var check: Int?
  public var httpRequest: Int?
  public var httpKeepAlive: Int?
  public var tunnel: Int?
  public var tarpit: Int?
  public init() {}
}

/// `option ...` keywords that are plain switches (manual section 4.1). An unset bit that was set by `no option` is not
/// told from one never set, except through `ProxySettings.options` after inheritance, which is what counts at run time.
public struct ProxyOptions: OptionSet, Sendable, Hashable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }
  private init(_ bit: UInt64) { self.rawValue = 1 << bit }
  public static let abortOnClose = ProxyOptions(0)
  public static let acceptInvalidHTTPRequest = ProxyOptions(1)
  public static let acceptInvalidHTTPResponse = ProxyOptions(2)
  public static let allBackups = ProxyOptions(3)
  public static let checkCache = ProxyOptions(4)
  public static let clientTCPKeepAlive = ProxyOptions(5)
  public static let contStats = ProxyOptions(6)
  public static let disableH2Upgrade = ProxyOptions(7)
  public static let dontLogNormal = ProxyOptions(8)
  public static let dontLogNull = ProxyOptions(9)
  public static let forceCaseAdjustClient = ProxyOptions(10)
  public static let forceCaseAdjustServer = ProxyOptions(11)
  public static let httpBufferRequest = ProxyOptions(12)
  public static let httpIgnoreProbes = ProxyOptions(13)
  public static let httpNoDelay = ProxyOptions(14)
  public static let httpPretendKeepAlive = ProxyOptions(15)
  public static let httpUseProxyHeader = ProxyOptions(16)
  public static let httpRestrictReqHdrPreserve = ProxyOptions(17)
  public static let httpRestrictReqHdrDelete = ProxyOptions(18)
  public static let httpRestrictReqHdrReject = ProxyOptions(19)
  public static let independentStreams = ProxyOptions(20)
  public static let logHealthChecks = ProxyOptions(21)
  public static let logSeparateErrors = ProxyOptions(22)
  public static let logASAP = ProxyOptions(23)
  public static let noLinger = ProxyOptions(24)
  public static let persist = ProxyOptions(25)
  public static let preferLastServer = ProxyOptions(26)
  public static let serverTCPKeepAlive = ProxyOptions(27)
  public static let socketStats = ProxyOptions(28)
  public static let spliceAuto = ProxyOptions(29)
  public static let spliceRequest = ProxyOptions(30)
  public static let spliceResponse = ProxyOptions(31)
  public static let tcpSmartAccept = ProxyOptions(32)
  public static let tcpSmartConnect = ProxyOptions(33)
  public static let transparent = ProxyOptions(34)
  public static let idleCloseOnResponse = ProxyOptions(35)
  public static let h2UpgradeDisabled = ProxyOptions(36)
  /// `no option tcp-smart-accept`: HTTP mode would have it by itself.
  public static let tcpSmartAcceptRefused = ProxyOptions(37)
}

/// `option forwardfor` / `option originalto`.
public struct ForwardedHeader: Sendable, Hashable {
  public var header: String
  public var except: IPNetwork?
  /// Add only where the request has none (`if-none`).
  public var ifNone = false
  public init(header: String) { self.header = header }
}

public struct IPNetwork: Sendable, Hashable {
  public var address: IPAddress
  /// Prefix length: 0...32 or 0...128.
  public var prefix: Int
  public init(address: IPAddress, prefix: Int) {
    self.address = address
    self.prefix = prefix
  }
}

public enum HTTPReuse: String, Sendable { case never, safe, aggressive, always }

/// `retry-on` words.
public struct RetryConditions: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let connFailure = RetryConditions(rawValue: 1)
  public static let emptyResponse = RetryConditions(rawValue: 2)
  public static let junkResponse = RetryConditions(rawValue: 4)
  public static let responseTimeout = RetryConditions(rawValue: 8)
  public static let zeroRTTRejected = RetryConditions(rawValue: 16)
  public static let status401 = RetryConditions(rawValue: 1 << 5)
  public static let status403 = RetryConditions(rawValue: 1 << 6)
  public static let status404 = RetryConditions(rawValue: 1 << 7)
  public static let status408 = RetryConditions(rawValue: 1 << 8)
  public static let status425 = RetryConditions(rawValue: 1 << 9)
  public static let status500 = RetryConditions(rawValue: 1 << 10)
  public static let status501 = RetryConditions(rawValue: 1 << 11)
  public static let status502 = RetryConditions(rawValue: 1 << 12)
  public static let status503 = RetryConditions(rawValue: 1 << 13)
  public static let status504 = RetryConditions(rawValue: 1 << 14)
}

/// `source` of a proxy or server.
public struct SourceSettings: Sendable, Hashable {
  public enum UseSource: Sendable, Hashable {
    case none, client, clientIP
    case address(IPAddress, port: UInt16)
    case headerIP(name: String, occurrence: Int)
  }
  public var address: IPAddress?
  public var port: UInt16 = 0
  /// Port range to walk through, where one was given.
  public var portRange: ClosedRange<UInt16>?
  public var useSource = UseSource.none
  public var interface: String?
  public init() {}
}

/// What answers for a status: bytes read from an `errorfile`, or an `errorloc` redirect.
public enum ErrorAnswer: Sendable, Hashable {
  /// The whole answer, head included; empty for `/dev/null` (close without a word).
  case file([UInt8])
  case redirect302(String)
  case redirect303(String)
  /// `http-error`: as rules give it.
  case reply(ReplyHandle)
}

/// A line that says what answers for a status.
public enum ErrorRule: Sendable, Hashable {
  case answer(status: Int, ErrorAnswer)
  /// `errorfiles <section> [<status> ...]`: all statuses of the section where none is given.
  case section(name: String, statuses: [Int], SourceLocation)
}

extension ProxySettings {
  /// Whether clients' first acknowledgement waits for the answer: asked for, or in HTTP mode not refused.
  public var acceptsSmartly: Bool {
    self.options.contains(.tcpSmartAccept)
      || (self.mode == .http && !self.options.contains(.tcpSmartAcceptRefused))
  }
}

/// A `use_backend` line. Conditions are refused until rules exist, so that the first rule always holds.
public struct SwitchingRule: Sendable, Hashable {
  public var backend: String
  /// Index into `ConfigurationModel.proxies`, resolved after the last file.
  public var backendIndex: Int?
  public var location: SourceLocation
  public init(backend: String, location: SourceLocation) {
    self.backend = backend
    self.location = location
  }
}

/// TCP keep-alive probes where `option clitcpka` or `srvtcpka` turns them on; nil leaves the system's value.
public struct KeepAliveProbes: Sendable, Hashable {
  /// Probes without an answer before the connection is given up.
  public var count: Int?
  /// Seconds of silence before the first probe.
  public var idle: Int?
  /// Seconds between probes.
  public var interval: Int?
  public init() {}
}

public struct HeaderCapture: Sendable, Hashable {
  public var name: String
  public var length: Int
  public init(name: String, length: Int) {
    self.name = name
    self.length = length
  }
}

/// `cookie` (manual section 4.2): which cookie names the server, and what is done with it.
public struct PersistenceCookie: Sendable, Hashable {
  public var name: String
  public var rewrites = false
  public var inserts = false
  public var prefixes = false
  public var isIndirect = false
  public var isUncached = false
  public var isPostOnly = false
  public var preserves = false
  public var isHTTPOnly = false
  public var isSecure = false
  /// Servers without a cookie of their own get one made of their address.
  public var isDynamic = false
  /// What stands behind `domain=`.
  public var domain: String?
  public var attributes: [String] = []
  /// Seconds after which a cookie that was not used, or is this old, names no server any more; 0 for no limit.
  public var maximumIdle = 0
  public var maximumLife = 0
  public init(name: String) { self.name = name }
  /// Not only read: then logs show what became of the cookies.
  public var changesMessages: Bool { rewrites || inserts || prefixes || isIndirect }
}

/// Format strings of a frontend in compiled form.
public struct CompiledLog: Sendable {
  public var format: LogFormat?
  public var errorFormat: LogFormat?
  public var structuredData: LogFormat?
  public var uniqueID: LogFormat?
  public init() {}
}

/// Which log line a frontend writes.
public enum LogFormatChoice: Sendable, Hashable {
  /// No option: the short connection line ("Connect from ...").
  case none
  case tcp
  case http
  /// `option httplog clf`.
  case clf
  case custom(String)
}

/// `stats enable|uri|...` (manual section 4.2). The page itself belongs to the operations issue.
public struct StatsPageSettings: Sendable, Hashable {
  public var enabled = false
  /// Taken over from `defaults`: a section's own first `stats` line replaces all of it.
  public var isInherited = false
  public var uri: String?
  public var refresh: Int?
  public var realm: String?
  public var users: [String] = []
  public var hideVersion = false
  public var showNode: String?
  public var showDescription: String?
  public var showLegends = false
  public var showModules = false
  public var scope: [String] = []
  public init() {}

  /// What HAProxy takes where nothing is said.
  public static let standardURI = "/haproxy?stats"
  public static let standardRealm = "HAProxy Statistics"
}
