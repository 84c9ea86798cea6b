import LogFormat
import Memory
import Primitives
import Proxies

/// What texts of rules see of a connection before there is a stream.
extension SessionSampleView: SessionLogSource {
  var logAcceptDate: Int64 { session.acceptedAt }
  var logTimers: LogTimers {
    var timers = LogTimers()
    timers.handshake = session.handshakeTime
    timers.close = max(0, worker.loop.now - session.acceptedTick)
    return timers
  }
  var logFrontendName: Bytes { session.listener?.frontend.name ?? Bytes() }
  var logFrontendIsTLS: Bool { session.listener?.tlsContext != nil }
  var logListenerID: Int { session.listener?.id ?? 0 }
  var logClient: Endpoint { source ?? session.peer }
  var logFrontendAddress: Endpoint { destination ?? worker.localEndpoint(of: session) }
  var logTLSVersion: Bytes? { session.transport.connection.withTLS { $0.version } }
  var logTLSCipher: Bytes? { session.transport.connection.withTLS { $0.cipher } }
  var logIsHTTP: Bool { session.listener?.frontend.mode == .http }
  var logStatus: Int { 0 }
  var logTermination: TerminationState {
    session.failure == .none
      ? TerminationState() : TerminationState(cause: UInt8(ascii: "P"), phase: UInt8(ascii: "R"))
  }
  var logProcessConnections: Int { worker.process.connections.value }
  var logFrontendConnections: Int { session.listener?.frontend.sessions.value ?? 0 }
  var logRequestCounter: UInt64 { UInt64(max(0, worker.process.requestCounter.value)) }
  var logFrontendLogCounter: UInt64 { UInt64(max(0, session.listener?.frontend.logCounter.value ?? 0)) }
}
