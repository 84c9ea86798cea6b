import LogFormat
import Memory
import Primitives
import Samples

/// A stream with the values of one exchange that HAProxy 2.6.12 logged; the tests change what they need.
struct FakeLogSource: LogSource, SampleSource {
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

  // Samples: two fetches that ask the source, the others have no answer.
  var variables = VariableScopes()
  mutating func fetch(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus {
    switch call.id {
    case .src: sample.data = .ipv4(IPv4Address(bits: UInt32(truncatingIfNeeded: logClient.low)))
    case .srcPort: sample.data = .integer(Int64(logClient.port))
    case .captureReqHdr:
      guard let value = requestCaptures.first ?? nil else { return .notFound }
      sample.data = .string(value)
    default: return .notFound
    }
    return .found
  }
  mutating func convert(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool { false }

  init(_ change: (inout FakeLogSource) -> Void = { _ in }) { change(&self) }
}

/// The line that `format` makes of `source`, decoded byte by byte.
func line(
  _ format: String, _ source: some LogSource & SampleSource = FakeLogSource(), flags: LogFieldFlags = .logLine,
  limit: Int = 65535, asSoonAsPossible: Bool = false
) throws -> String {
  let compiler = SampleCompiler()
  var compiled = try LogFormat(
    format, flags: flags, isHTTP: true, places: CheckPoints(.log), site: ExpressionSite(file: "t", line: 1),
    compiler: compiler)
  compiled.logsAsSoonAsPossible = asSoonAsPossible
  let evaluator = Evaluator(
    program: compiler.makeProgram(), arena: ByteArena(capacity: 16384),
    variables: VariablePool(process: ProcessVariables()))
  var context = LogContext(hostName: Bytes("vm"), processID: 11998)
  var source = source
  let arena = ByteArena(capacity: 70000)
  return compiled.write(&source, evaluator, &context, into: arena, limit: limit).latin1
}

func compile(
  _ format: String, flags: LogFieldFlags = .logLine, isHTTP: Bool = true, places: CheckPoints = CheckPoints(.log)
) throws(LogFormatError) -> LogFormat {
  try LogFormat(
    format, flags: flags, isHTTP: isHTTP, places: places, site: ExpressionSite(file: "t", line: 1),
    compiler: SampleCompiler())
}

/// What is wrong with `format`, or "OK".
func problem(_ format: String, isHTTP: Bool = true, places: CheckPoints = CheckPoints(.log)) -> String {
  do {
    _ = try compile(format, isHTTP: isHTTP, places: places)
    return "OK"
  } catch {
    return error.description
  }
}

/// A connection without a stream, as a worker would describe it.
struct FakeSession: SessionLogSource, SampleSource {
  var logAcceptDate: Int64 = 1_795_416_772_907_123
  var logTimers: LogTimers = {
    var timers = LogTimers()
    (timers.idle, timers.close) = (0, 50)
    return timers
  }()
  var logFrontendName = Bytes("f7")
  var logFrontendIsTLS = false
  var logListenerID = 1
  var logClient = Endpoint(family: .ipv4, port: 45104, low: 0x7f00_0001)
  var logFrontendAddress = Endpoint(family: .ipv4, port: 21707, low: 0x7f00_0001)
  var logTLSVersion: Bytes?
  var logTLSCipher: Bytes?
  var logIsHTTP = true
  var logStatus = 400
  var logTermination = TerminationState(cause: UInt8(ascii: "C"), phase: UInt8(ascii: "R"))
  var logProcessConnections = 1
  var logFrontendConnections = 1
  var logRequestCounter: UInt64 = 0
  var logFrontendLogCounter: UInt64 = 0
  var variables = VariableScopes()
  mutating func fetch(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus {
    guard call.id == .fcErr else { return .notFound }
    sample.data = .integer(14)
    return .found
  }
  mutating func convert(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool { false }
}
