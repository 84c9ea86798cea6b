public import Memory
public import Primitives

/// When the phases of a stream ended, in milliseconds since its accept date; -1: not reached. The aliases `%Tc`,
/// `%Tw` and so on are differences of these (manual section 8.4).
public struct LogTimers: Sendable, Hashable {
  /// Duration of the TLS and PROXY handshakes; 0 after the first request of a connection.
  public var handshake: Int64 = 0
  /// Duration of the wait for the first byte of the request, after the handshakes.
  public var idle: Int64 = -1
  /// The request was complete. Never in TCP mode: HAProxy 2.6 leaves it at -1 there, which adds 1 to `%Tw`.
  public var request: Int64 = -1
  /// The queues were left.
  public var queue: Int64 = -1
  /// The server connection was established.
  public var connect: Int64 = -1
  /// The response headers were complete.
  public var data: Int64 = -1
  /// The stream ended; for a line logged early, the phase it was logged at.
  public var close: Int64 = 0
  @inlinable public init() {}
}

/// The termination state of a stream (manual section 8.5), as the four characters of `%tsc`.
public struct TerminationState: Sendable, Hashable {
  /// Which side ended it: `C S P L R I D U K c s` or `-`.
  public var cause: UInt8 = UInt8(ascii: "-")
  /// Where: `R Q C H D L T` or `-`.
  public var phase: UInt8 = UInt8(ascii: "-")
  /// The client's persistence cookie: `N I D V E O U` or `-`.
  public var clientCookie: UInt8 = UInt8(ascii: "-")
  /// What was done with the server's: `N I U D P R` or `-`.
  public var serverCookie: UInt8 = UInt8(ascii: "-")
  @inlinable public init() {}
  @inlinable public init(cause: UInt8, phase: UInt8, clientCookie: UInt8 = 45, serverCookie: UInt8 = 45) {
    self.cause = cause
    self.phase = phase
    self.clientCookie = clientCookie
    self.serverCookie = serverCookie
  }
}

/// What a stream, or a connection that never became one, tells a log line. All of it is asked for only by the format
/// that needs it. Numbers that a failed connection has not got are 0, and names it has not got are empty.
public protocol LogSource: ~Copyable {
  // Dates
  /// The accept date, in microseconds since 1970; for a later request of a kept-alive connection, its own start.
  var logAcceptDate: Int64 { get }
  var logTimers: LogTimers { get }

  // Places
  var logFrontendName: Bytes { get }
  /// The frontend where none was chosen.
  var logBackendName: Bytes { get }
  /// The server's name, `<STATS>` and the like for an applet, nil for none (written `<NOSRV>`).
  var logServerName: Bytes? { get }
  /// The client spoke TLS (the `~` of `%ft`).
  var logFrontendIsTLS: Bool { get }
  /// The identifier (`luid`) of the listener: the port that is shown for a unix socket.
  var logListenerID: Int { get }
  var logClient: Endpoint { get }
  var logFrontendAddress: Endpoint { get }
  /// Address and port of the connection to the server; `.none` before there is one.
  var logServerSource: Endpoint { get }
  var logServerAddress: Endpoint { get }
  var logTLSVersion: Bytes? { get }
  var logTLSCipher: Bytes? { get }

  // The exchange
  /// The stream is in HTTP mode (decides how `%Td` is computed).
  var logIsHTTP: Bool { get }
  /// 0 in TCP mode.
  var logStatus: Int { get }
  var logBytesRead: UInt64 { get }
  var logBytesUploaded: UInt64 { get }
  var logTermination: TerminationState { get }
  /// Method, target and version as received, cut to `tune.http.logurilen`; nil where none was parsed (`<BADREQ>`).
  var logRequestLine: Bytes? { get }
  var logUniqueID: Bytes? { get }
  var logRequestCookie: Bytes? { get }
  var logResponseCookie: Bytes? { get }
  /// Number of header captures declared by the frontend, or 0 where this stream has none at all.
  var logRequestCaptureCount: Int { get }
  var logResponseCaptureCount: Int { get }
  /// A captured value; nil where the header was not there.
  func logRequestCapture(_ slot: Int) -> Bytes?
  func logResponseCapture(_ slot: Int) -> Bytes?

  // Counters
  var logProcessConnections: Int { get }
  var logFrontendConnections: Int { get }
  var logBackendConnections: Int { get }
  var logServerConnections: Int { get }
  var logRetries: Int { get }
  /// The last retry went to another server (the `+` before `%rc`).
  var logWasRedispatched: Bool { get }
  /// Requests that were served before this one in the server's queue, and in the backend's.
  var logServerQueue: Int { get }
  var logBackendQueue: Int { get }
  /// Number of the request in the process (`%rt`).
  var logRequestCounter: UInt64 { get }
  /// Number of lines that the frontend logged before (`%lc`).
  var logFrontendLogCounter: UInt64 { get }
}
