import Configuration
import HTTP
import HTTP1
import Memory
import Primitives
import Proxies

/// From a complete request head to a backend: rules, choice of the backend, and the changes that the proxy itself makes.
extension Worker {
  func routeRequest(_ stream: Stream) {
    guard let frontend = stream.frontend else { return }
    if stream.ruleStage == .start {
      stream.text.reset()
      if stream.isHTTP, let uri = frontend.monitorURI, stream.request.target.equals(uri) {
        if countsBehindContentRules(stream, frontend) { countRequest(frontend) }
        return answerMonitor(stream)
      }
      if stream.isHTTP && !restrictHeaderNames(stream, frontend.options) {
        if countsBehindContentRules(stream, frontend) { countRequest(frontend) }
        return
      }
    }
    if stream.isHTTP && frontend.options.contains(.httpBufferRequest) && !stream.requestChannel.isComplete
      && !stream.bodyWaited
    {
      return beginBodyWait(stream, frontend)
    }
    if stream.backend == nil {
      if let index = stream.session?.switchedBackend {
        stream.session?.switchedBackend = nil
        stream.chosenBackend = index
      } else if frontend.hasRequestRules && runFrontendRules(stream, frontend) != .proceed {
        return
      }
      guard let index = stream.chosenBackend ?? frontend.defaultBackend, let backend = backends[index] else {
        return noServer(stream, backendKnown: false)
      }
      if !stream.isHTTP && backend.mode == .http { return switchToHTTP(stream, .detected, for: index) }
      enter(backend, stream)
      if stream.isHTTP && backend.mode == .tcp { return refuseMode(stream) }
      if !backend.rules.persistence.isEmpty { applyPersistenceRules(stream, backend) }
      stream.ruleStage = .backendContent
      stream.ruleIndex = 0
    }
    guard let backend = stream.backend else { return }
    if stream.isHTTP && backend.index != frontend.index && !restrictHeaderNames(stream, backend.options) { return }
    // A `listen` section's rules were those of the frontend.
    if backend.hasRequestRules && backend.index != frontend.index && runBackendRules(stream, backend) != .proceed {
      return
    }
    if stream.isHTTP {
      if let rule = frontend.cookieCapture { captureCookie(stream, rule, isResponse: false) }
      if let rule = backend.cookie { applyRequestCookie(stream, backend, rule) }
      prepareRequest(stream, frontend: frontend, backend: backend)
    }
    if let entry = stream.effects.cacheHit, answerFromCache(stream, entry) { return }
    stream.connector = .assign
    stream.requestPhase = .connect
    let waits =
      backend.options.contains(.httpBufferRequest) || (backend.balancesByBody && stream.request.method == .post)
    if stream.isHTTP && waits && !stream.requestChannel.isComplete && !stream.bodyWaited {
      beginBodyWait(stream, frontend)
    }
  }

  /// The body belongs to what `timeout http-request` waits for, and the request is not complete without it.
  private func beginBodyWait(_ stream: Stream, _ frontend: FrontendReplica) {
    stream.requestPhase = .waitBody
    stream.connector = .idle
    stream.headReceivedTick = -1
    let limit = frontend.timeouts.httpRequest
    if limit != .max {
      stream.clientDeadline = min(
        stream.clientDeadline, (stream.requestTick < 0 ? loop.now : stream.requestTick) + limit)
    }
  }

  /// Counts the stream in its backend.
  private func enter(_ backend: BackendReplica, _ stream: Stream) {
    stream.backend = backend
    stream.countedInBackend = true
    let current = backend.sessions.add(1)
    backend.counters.count(.sessionsTotal)
    if stream.isHTTP { backend.counters.count(.requestsTotal) }
    let now = loop.now
    backend.shared.with {
      $0.sessionsMax.raise(to: current)
      $0.sessionRateMax.raise(to: $0.sessionRate.count(at: now))
    }
    stream.retriesLeft = retries(of: stream, backend)
  }

  private func prepareRequest(_ stream: Stream, frontend: FrontendReplica, backend: BackendReplica) {
    let mode = max(frontend.connectionMode, backend.connectionMode)
    stream.connectionMode = mode
    if frontend.connectionMode == .close { stream.clientKeepsAlive = false }
    if isStopping && closing.isAtOnce { stream.clientKeepsAlive = false }
    addUniqueID(stream, frontend)
    if let rule = backend.forwardFor ?? frontend.forwardFor {
      addForwarded(stream, rule, frontend.forwardFor, stream.session?.peer ?? .none)
    }
    if let rule = backend.originalTo ?? frontend.originalTo, let session = stream.session {
      addForwarded(stream, rule, frontend.originalTo, stream.effects.destination ?? localEndpoint(of: session))
    }
  }

  private func addForwarded(_ stream: Stream, _ rule: ForwardRule, _ other: ForwardRule?, _ address: Endpoint) {
    if rule.excludes(address) || (other?.excludes(address) ?? false) { return }
    if (rule.ifNone || (other?.ifNone ?? false)) && stream.request.find(rule.header) != nil { return }
    stream.text.begin()
    stream.text.append(address: address)
    let value = stream.text.finish()
    if !value.isEmpty { stream.request.add(rule.header, value) }
  }

  /// `option http-buffer-request`: goes on once the body is there, the buffer is full, or the time is over.
  func waitForRequestBody(_ stream: Stream) {
    guard let session = stream.session else { return }
    while true {
      let have = stream.requestChannel.input.count
      switch stream.requestChannel.source {
      case .length(let n) where UInt64(have) >= n: return bodyReady(stream)
      case .none: return bodyReady(stream)
      case .chunked:
        switch scanChunks(&stream.requestChannel, resources) {
        case .progress: return bodyReady(stream)
        case .malformed: return malformedRequestBody(stream)
        case .needMore: break
        }
      default: break
      }
      if !stream.requestChannel.input.back(by: buffers) { return bodyReady(stream) }
      if stream.requestChannel.input.room == 0 { return bodyReady(stream) }
      guard session.connection.canReceive == true else {
        if session.connection.endReceived == true { clientAborted(stream) }
        return
      }
      switch session.connection.receive(into: &stream.requestChannel.input) {
      case .bytes: break
      case .wouldBlock: return
      case .closed, .failed: return clientAborted(stream)
      }
    }
  }
  func bodyReady(_ stream: Stream) {
    // The wait belongs to the client: it is part of the time of the request.
    stream.headReceivedTick = loop.now
    stream.bodyWaited = true
    if stream.backend == nil {
      stream.requestPhase = .route
      return routeRequest(stream)
    }
    stream.requestPhase = .connect
    stream.connector = .assign
  }

  private func answerMonitor(_ stream: Stream) {
    if hasRules, let frontend = stream.frontend, monitorFails(stream, frontend) {
      // Probes leave no line.
      stream.logged = true
      setEnd(stream, .local, .request)
      return reply(stream, status: 503)
    }
    stream.isMonitor = true
    setEnd(stream, .local, .request)
    replyMonitor(stream)
  }

  /// No backend, or none of its servers can be used.
  func noServer(_ stream: Stream, backendKnown: Bool) {
    if stream.isHTTP {
      setEnd(stream, .server, .connect)
      reply(stream, status: 503)
    } else {
      setEnd(stream, .server, .connect)
      endTCP(stream)
    }
  }
}

extension ByteArena {
  /// Appends an IP address as text; nothing for other families.
  func append(address endpoint: Endpoint) {
    switch endpoint.family {
    case .ipv4:
      let bits = UInt32(truncatingIfNeeded: endpoint.low)
      append(decimal: Int64(bits >> 24))
      append(byte: 0x2e)
      append(decimal: Int64(bits >> 16 & 255))
      append(byte: 0x2e)
      append(decimal: Int64(bits >> 8 & 255))
      append(byte: 0x2e)
      append(decimal: Int64(bits & 255))
    case .ipv6:
      for byte in IPv6Address(high: endpoint.high, low: endpoint.low).description.utf8 { append(byte: byte) }
    case .unix, .none: break
    }
  }
}
