import Configuration
import Memory

/// What a check found, as a value: the outcome of one exchange.
public struct CheckVerdict: Sendable, Equatable {
  public var status: CheckStatus
  public var code = 0
  /// Cut to 127 bytes where it is kept.
  public var info = ""
  /// Milliseconds.
  public var duration = -1
  public init(_ status: CheckStatus, code: Int = 0, info: String = "") {
    self.status = status
    self.code = code
    self.info = info
  }
}

/// What a stream saw of a server (`observe`).
public enum TrafficEvent: Sendable {
  case connected, connectionFailed
  case goodResponse, wrongStatus, invalidHeaders, invalidResponse
  case readError, readTimeout, closedEarly

  var text: String {
    switch self {
    case .connected: "L4 successful connection"
    case .connectionFailed: "L4 unsuccessful connection"
    case .goodResponse: "Correct http response"
    case .wrongStatus: "Wrong http response"
    case .invalidHeaders: "Invalid http response (headers)"
    case .invalidResponse: "Invalid http response"
    case .readError: "Read error (http)"
    case .readTimeout: "Read timeout (http)"
    case .closedEarly: "Close from server (http)"
    }
  }
  /// true: good, false: bad, nil: of no interest at this layer.
  func isGood(at mode: ObserveMode) -> Bool? {
    switch (mode, self) {
    case (.none, _): nil
    case (.layer4, .connected): true
    case (_, .connectionFailed): false
    case (.layer4, _), (.layer7, .connected): nil
    case (.layer7, .goodResponse): true
    case (.layer7, _): false
    }
  }
}

extension ServerTransitions {
  /// Takes in the outcome of a check or an agent: points of health, counters, messages, and the change of state that
  /// may follow. `worker` is the calling worker.
  public mutating func apply(_ verdict: CheckVerdict, to place: ServerPlace, isAgent: Bool, worker: Int) {
    guard let (backend, server) = process.server(at: place) else { return }
    let values = note(verdict, backend, server, place, isAgent: isAgent, worker: worker)
    switch values.result {
    case .failed: notifyFailure(values, backend, server, place, isAgent: isAgent)
    case .passed: notifySuccess(values, backend, server, place, isAgent: isAgent)
    case .conditional:
      if mayRise(server, place) { setStopping(place, cause(of: values, backend, place)) }
    case .unknown, .neutral: break
    }
  }

  /// Keeps the outcome and counts health up or down.
  private mutating func note(
    _ verdict: CheckVerdict, _ backend: BackendRuntime, _ server: ServerRuntime, _ place: ServerPlace, isAgent: Bool,
    worker: Int
  ) -> CheckValues {
    let record = server.record(isAgent: isAgent)
    let mayCountDown = !isAgent || verdict.status.hasCode
    let (values, changed, counted) = record.update { check in
      let before = check.status
      let health = check.health
      check.status = verdict.status
      check.result = verdict.status.result
      check.code = verdict.code
      check.duration = verdict.duration
      // Never fewer bytes than scalars, and faster to count.
      let isLong = verdict.info.utf8.count > 127 && verdict.info.unicodeScalars.count > 127
      check.info = isLong ? String(verdict.info.unicodeScalars.prefix(127)) : verdict.info
      switch check.result {
      case .failed where mayCountDown && check.health > 0:
        check.health -= 1
        if check.health < check.rise { check.health = 0 }
      case .passed, .conditional:
        if check.health < check.fullHealth {
          check.health += 1
          if check.health >= check.rise { check.health = check.fullHealth }
        }
      default: break
      }
      return (check, before != check.status, health != check.health)
    }
    if values.result == .neutral || values.result == .unknown { return values }
    if values.result == .failed && counted { server.counters.row(worker).count(.failedChecks) }
    if values.result != .failed { server.consecutiveErrors.set(0) }
    if backend.settings.options.contains(.logHealthChecks) && (changed || counted) {
      reportCheck(place, isAgent: isAgent, values)
    }
    return values
  }

  /// The reason is not said twice: not where the check's own message said it.
  private func cause(of values: CheckValues, _ backend: BackendRuntime, _ place: ServerPlace) -> TransitionCause {
    backend.settings.options.contains(.logHealthChecks) || process.tracking.followed[place] != nil
      ? .none : .check(values)
  }

  private mutating func notifyFailure(
    _ values: CheckValues, _ backend: BackendRuntime, _ server: ServerRuntime, _ place: ServerPlace, isAgent: Bool
  ) {
    // An agent that cannot be asked says nothing about the server.
    if isAgent && values.status != .layer7Status { return }
    if values.health > 0 { return }
    setStopped(place, cause(of: values, backend, place))
  }

  private func mayRise(_ server: ServerRuntime, _ place: ServerPlace) -> Bool {
    if server.isInMaintenance { return false }
    if let followed = process.tracking.followed[place], let (_, other) = process.server(at: followed),
      other.state == .stopped
    {
      return false
    }
    let check = server.check.current
    let agent = server.agent.current
    return !(check.isEnabled && !check.isUp) && !(agent.isEnabled && !agent.isUp)
  }

  private mutating func notifySuccess(
    _ values: CheckValues, _ backend: BackendRuntime, _ server: ServerRuntime, _ place: ServerPlace, isAgent: Bool
  ) {
    // As most checks find it: there is nothing to change.
    let state = server.state
    if state == .running || state == .starting { return }
    if !mayRise(server, place) || (isAgent && state == .stopping) { return }
    setRunning(place, cause(of: values, backend, place))
  }

  // MARK: - Errors of the traffic

  /// Takes in what a stream saw of a server whose `observe` asks for it. Returns whether the next check shall come
  /// after `fastinter`: the server's checker has then been told.
  public mutating func observe(_ event: TrafficEvent, of place: ServerPlace, worker: Int) {
    guard let (backend, server) = process.server(at: place) else { return }
    let settings = server.settings
    guard let isGood = event.isGood(at: settings.observe) else { return }
    if isGood {
      server.consecutiveErrors.set(0)
      return
    }
    let count = server.consecutiveErrors.add(1)
    if count < settings.errorLimit { return }
    let verdict = CheckVerdict(
      .observed, info: "Detected \(count) consecutive errors, last one was: \(event.text)")
    let action = settings.onError
    if action != .fastInter {
      server.check.update { check in
        if action == .suddenDeath && check.health > check.rise { check.health = check.rise + 1 }
        if action == .markDown { check.health = check.rise }
      }
      let values = note(verdict, backend, server, place, isAgent: false, worker: worker)
      notifyFailure(values, backend, server, place, isAgent: false)
    }
    server.consecutiveErrors.set(0)
    server.observedFailures.add(1)
    if settings.fastInter != nil {
      let owner = process.checkingWorker(of: place)
      process.mailboxes[owner].post(.checkSoon(backend: place.backend, server: place.server))
    }
  }
}

extension ProcessRuntime {
  /// The worker that runs the checks of a server.
  public func checkingWorker(of place: ServerPlace) -> Int { (place.backend + place.server) % max(1, threads) }
}
