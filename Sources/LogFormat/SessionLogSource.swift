public import Memory
public import Primitives

/// A connection that is logged without ever having had a stream: its handshakes failed (`error-log-format`), or no
/// request could be read from it (400 and 408 lines). Everything that only a stream has is answered here the way
/// HAProxy shows it.
public protocol SessionLogSource: LogSource, ~Copyable {}

extension SessionLogSource where Self: ~Copyable {
  public var logBackendName: Bytes { logFrontendName }
  public var logServerName: Bytes? { nil }
  public var logServerSource: Endpoint { .none }
  public var logServerAddress: Endpoint { .none }
  public var logBytesRead: UInt64 { 0 }
  public var logBytesUploaded: UInt64 { 0 }
  public var logRequestLine: Bytes? { nil }
  public var logUniqueID: Bytes? { nil }
  public var logRequestCookie: Bytes? { nil }
  public var logResponseCookie: Bytes? { nil }
  public var logRequestCaptureCount: Int { 0 }
  public var logResponseCaptureCount: Int { 0 }
  public func logRequestCapture(_ slot: Int) -> Bytes? { nil }
  public func logResponseCapture(_ slot: Int) -> Bytes? { nil }
  public var logBackendConnections: Int { 0 }
  public var logServerConnections: Int { 0 }
  public var logRetries: Int { 0 }
  public var logWasRedispatched: Bool { false }
  public var logServerQueue: Int { 0 }
  public var logBackendQueue: Int { 0 }
}
