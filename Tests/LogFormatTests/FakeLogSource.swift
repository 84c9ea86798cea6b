import LogFormat
import Memory
import Primitives

/// A stream with the values of one exchange that HAProxy 2.6.12 logged; the tests change what they need.
struct FakeLogSource: LogSource {
  var logAcceptDate: Int64 = 1_795_416_772_907_123
  var logTimers: LogTimers = {
    var timers = LogTimers()
    (timers.idle, timers.request, timers.queue, timers.connect, timers.data, timers.close) = (0, 1, 3, 6, 10, 15)
    return timers
  }()
  var logFrontendName = Bytes("f0")
  var logBackendName = Bytes("be")
  var logServerName: Bytes? = Bytes("sv")
  var logFrontendIsTLS = false
  var logListenerID = 7
  var logClient = Endpoint(family: .ipv4, port: 33592, low: 0x7f00_0001)
  var logFrontendAddress = Endpoint(family: .ipv4, port: 21000, low: 0x7f00_0001)
  var logServerSource = Endpoint(family: .ipv4, port: 42162, low: 0x7f00_0001)
  var logServerAddress = Endpoint(family: .ipv4, port: 59681, low: 0x7f00_0001)
  var logTLSVersion: Bytes?
  var logTLSCipher: Bytes?
  var logIsHTTP = true
  var logStatus = 200
  var logBytesRead: UInt64 = 55
  var logBytesUploaded: UInt64 = 53
  var logTermination = TerminationState()
  var logRequestLine: Bytes? = Bytes("GET /p/a?q=1 HTTP/1.1")
  var logUniqueID: Bytes?
  var logRequestCookie: Bytes?
  var logResponseCookie: Bytes?
  var requestCaptures: [Bytes?] = []
  var responseCaptures: [Bytes?] = []
  var logRequestCaptureCount: Int { requestCaptures.count }
  var logResponseCaptureCount: Int { responseCaptures.count }
  func logRequestCapture(_ slot: Int) -> Bytes? { requestCaptures[slot] }
  func logResponseCapture(_ slot: Int) -> Bytes? { responseCaptures[slot] }
  var logProcessConnections = 1
  var logFrontendConnections = 1
  var logBackendConnections = 0
  var logServerConnections = 0
  var logRetries = 0
  var logWasRedispatched = false
  var logServerQueue = 0
  var logBackendQueue = 0
  var logRequestCounter: UInt64 = 0
  var logFrontendLogCounter: UInt64 = 0

  init(_ change: (inout FakeLogSource) -> Void = { _ in }) { change(&self) }
}

/// The line that `format` makes of `source`, decoded byte by byte.
func line(
  _ format: String, _ source: FakeLogSource = FakeLogSource(), flags: LogFieldFlags = [.mandatory, .mergeSpaces],
  limit: Int = 65535, asSoonAsPossible: Bool = false
) throws -> String {
  var compiled = try LogFormat(format, flags: flags, isHTTP: true)
  compiled.logsAsSoonAsPossible = asSoonAsPossible
  var context = LogContext(hostName: Bytes("vm"), processID: 11998)
  let arena = ByteArena(capacity: 70000)
  return compiled.write(source, &context, into: arena, limit: limit).latin1
}

/// What is wrong with `format`, or "OK".
func problem(_ format: String, isHTTP: Bool = true) -> String {
  do {
    _ = try LogFormat(format, flags: [.mandatory, .mergeSpaces], isHTTP: isHTTP)
    return "OK"
  } catch {
    return error.description
  }
}
