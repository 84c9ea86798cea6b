public import Configuration
public import LogFormat

/// Whether a frontend logs a stream, and at which level (manual section 8.3).
public struct LogPolicy: Sendable {
  private let options: ProxyOptions
  private let isHTTP: Bool

  public init(_ frontend: ProxySettings) {
    options = frontend.options
    isHTTP = frontend.mode == .http
  }

  /// What `http-request set-log-level` and the like left: nothing, a level, or `silent`.
  public enum Override: Sendable, Equatable {
    case none
    case level(LogLevel)
    case silent
  }

  /// The level to log a stream at; nil: no line.
  ///
  /// - Parameters:
  ///   - received: bytes that came from the client; with `option dontlognull` a stream without any is not logged.
  ///   - early: the line is written before the stream ends (`LogFormat.isLoggedEarly`), when nothing is known of that.
  ///   - status: 0 where there was no response.
  @inlinable public func level(
    termination: TerminationState, status: Int, retries: Int, redispatched: Bool, received: UInt64,
    early: Bool = false, override: Override = .none
  ) -> LogLevel? {
    if received == 0 && ignoresEmpty && !early { return nil }
    let failed = isError(termination: termination, status: status, retries: retries, redispatched: redispatched)
    if !failed && ignoresNormal { return nil }
    switch override {
    case .none: return failed && separatesErrors ? .error : .information
    case .level(let level): return level
    case .silent: return nil
    }
  }

  /// An error, a timeout, a retry, a redispatch or a status of 500 and more. An answer that the proxy made itself
  /// (cause `L`) is none.
  public func isError(termination: TerminationState, status: Int, retries: Int, redispatched: Bool) -> Bool {
    if redispatched || isHTTP && status >= 500 { return true }
    switch termination.cause {
    case UInt8(ascii: "-"): return retries > 0
    case UInt8(ascii: "L"): return false
    default: return true
    }
  }

  /// `option dontlognull`.
  public var ignoresEmpty: Bool { options.contains(.dontLogNull) }
  /// `option dontlog-normal`.
  public var ignoresNormal: Bool { options.contains(.dontLogNormal) }
  /// `option log-separate-errors`.
  public var separatesErrors: Bool { options.contains(.logSeparateErrors) }

  /// The level to log a connection at that failed in its handshakes; nil: no line. With `option dontlognull` those
  /// where nothing was exchanged are left out.
  public func level(of failure: ConnectionFailure) -> LogLevel? {
    if ignoresEmpty && failure.isSilence { return nil }
    return separatesErrors ? .error : .information
  }
}
