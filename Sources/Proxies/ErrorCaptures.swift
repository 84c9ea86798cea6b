public import Primitives
import Memory

/// An invalid request or response, as `show errors` shows it (management guide section 9.3).
public struct ErrorCapture: Sendable {
  /// Microseconds since 1970.
  public var date: Int64
  public var isResponse: Bool
  /// Places in `ConfigurationModel.proxies`; nil: none yet.
  public var frontend: Int
  public var backend: Int?
  /// Place in the backend's list.
  public var server: Int?
  public var source: Endpoint
  /// The bytes from the start of the message, at most a buffer, and the one that was refused.
  public var bytes: [UInt8]
  public var errorOffset: Int
  /// The name and number of the parser's state.
  public var stateName: String
  public var stateNumber: Int
  public var bufferSize: Int
  /// The order of the events over the process.
  public internal(set) var event = 0

  public init(
    date: Int64, isResponse: Bool, frontend: Int, backend: Int?, server: Int?, source: Endpoint, bytes: [UInt8],
    errorOffset: Int, stateName: String, stateNumber: Int, bufferSize: Int
  ) {
    self.date = date
    self.isResponse = isResponse
    self.frontend = frontend
    self.backend = backend
    self.server = server
    self.source = source
    self.bytes = bytes
    self.errorOffset = errorOffset
    self.stateName = stateName
    self.stateNumber = stateNumber
    self.bufferSize = bufferSize
  }
}

/// The last invalid request and the last invalid response of each proxy.
public final class ErrorCaptures: Sendable {
  private struct State {
    var requests: [ErrorCapture?]
    var responses: [ErrorCapture?]
    var count = 0
  }
  private let state: Lock<State>

  public init(proxies: Int) {
    state = Lock(
      State(
        requests: [ErrorCapture?](repeating: nil, count: proxies),
        responses: [ErrorCapture?](repeating: nil, count: proxies)))
  }
  /// Keeps the capture for its frontend (request) or backend (response).
  public func store(_ capture: ErrorCapture) {
    state.withLock { state in
      var capture = capture
      capture.event = state.count
      state.count += 1
      if capture.isResponse {
        if let backend = capture.backend, backend < state.responses.count { state.responses[backend] = capture }
      } else if capture.frontend < state.requests.count {
        state.requests[capture.frontend] = capture
      }
    }
  }
  /// How many there have been.
  public var count: Int { state.withLock { $0.count } }
  /// What is kept for a proxy.
  public func captures(ofProxy index: Int) -> (request: ErrorCapture?, response: ErrorCapture?) {
    state.withLock { state in
      index < state.requests.count ? (state.requests[index], state.responses[index]) : (nil, nil)
    }
  }
}
