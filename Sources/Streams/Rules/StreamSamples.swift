import Configuration
import HTTP
import Memory
import Primitives
import Proxies
import Samples
import System

/// What expressions read of a stream. It is the view that log lines have, with the messages added.
extension StreamLogView: SampleSource {
  var variables: VariableScopes { stream.variables }

  mutating func fetch(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus {
    if stream.isHTTP {
      if options.contains(.response) {
        if stream.hasResponseHead,
          let status = HTTPFetches.response(call, stream.response, options, evaluator, into: &sample)
        {
          return status
        }
        if call.id == .method { return put(.method(stream.request.method, stream.request.methodName), &sample) }
      } else if stream.requestPhase >= .route,
        let status = HTTPFetches.request(call, stream.request, options, evaluator, into: &sample)
      {
        return status
      }
      if let status = body(call, options, evaluator, &sample) { return status }
    }
    if let status = payload(call, options, &sample) { return status }
    if call.id == .waitEnd { return options.contains(.final) ? put(.boolean(true), &sample) : .mayChange }
    if let status = exchange(call, evaluator, &sample) { return status }
    if let server = stream.serverConnection?.transport, server.connection.isTLS {
      var found = sample
      let status = server.connection.withTLS { TLSSamples.server(call, $0, evaluator.arena, into: &found) } ?? nil
      if let status {
        sample = found
        return status
      }
    }
    if call.id == .sslBc || call.id == .sslBcIsResumed { return put(.boolean(false), &sample) }
    if let session = stream.session {
      let view = SessionSampleView(
        session: session, worker: worker, source: stream.sourceOverride, destination: stream.effects.destination)
      if let status = view.connection(call, evaluator, &sample) { return status }
      if let status = worker.fetchFromTable(call, session, stream, evaluator, &sample) { return status }
    }
    return proxy(call, &sample) ?? .notFound
  }

  mutating func convert(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool {
    switch call.id {
    case .nbsrv, .addItem, .captureReq, .captureRes: return external(call, evaluator, &sample)
    default: return worker.convertByTable(call, evaluator, &sample)
    }
  }

  private func put(_ data: SampleData, _ sample: inout Sample) -> FetchStatus {
    sample.data = data
    return .found
  }

  // MARK: - Content

  private func body(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, _ sample: inout Sample
  ) -> FetchStatus? {
    let isResponse: Bool
    switch call.id {
    case .reqBody, .reqBodyLen, .reqBodySize, .reqBodyParam: isResponse = false
    case .resBody, .resBodyLen, .resBodySize: isResponse = true
    default: return nil
    }
    let source = isResponse ? stream.responseChannel.source : stream.requestChannel.source
    let have = isResponse ? stream.responseChannel.input.readable : stream.requestChannel.input.readable
    let bytes: Bytes
    let size: Int64
    switch source {
    case .length(let n):
      bytes = have.prefix(Int(clamping: n))
      size = Int64(clamping: n)
    case .none: (bytes, size) = (Bytes(), 0)
    case .chunked:
      bytes = ChunkedBody.plain(have, into: evaluator.arena)
      size = Int64(bytes.count)
    case .untilClose: (bytes, size) = (have, Int64(have.count))
    }
    return BodyFetches.fetch(call, body: bytes, size: size, options, into: &sample)
  }

  private func payload(_ call: FetchCall, _ options: EvaluationOptions, _ sample: inout Sample) -> FetchStatus? {
    let isResponse: Bool
    switch call.id {
    case .reqLen, .reqPayload, .reqPayloadLv, .reqSslHelloType, .reqSslVer, .reqSslSni, .reqSslAlpn, .reqSslEcExt,
      .reqSslStExt, .reqRdpCookie, .reqRdpCookieCnt, .distccParam, .distccBody:
      isResponse = false
    case .resLen, .resPayload, .resPayloadLv, .resSslHelloType: isResponse = true
    case .payload, .payloadLv: isResponse = options.contains(.response)
    case .reqProtoHttp:
      if stream.isHTTP { return put(.boolean(true), &sample) }
      return HTTPDetection.detect(
        stream.requestChannel.input.readable, isOpen: stream.session?.connection.endReceived == false, &sample)
    default: return nil
    }
    if isResponse {
      let channel = ChannelView(
        bytes: stream.responseChannel.input.readable, capacity: worker.tune.bufferSize,
        isOpen: stream.serverConnection?.connection.endReceived == false)
      return PayloadFetches.fetch(call, channel, into: &sample)
    }
    let input = stream.requestChannel.input.readable
    let channel = ChannelView(
      bytes: input, capacity: worker.tune.bufferSize,
      isOpen: stream.session?.connection.endReceived == false && input.count < worker.tune.bufferSize)
    return PayloadFetches.fetch(call, channel, into: &sample)
  }

  // MARK: - The exchange

  private func exchange(_ call: FetchCall, _ evaluator: Evaluator, _ sample: inout Sample) -> FetchStatus? {
    switch call.id {
    case .httpFirstReq: return put(.boolean(stream.isFirstRequest), &sample)
    case .prioClass: return put(.integer(stream.effects.priorityClass), &sample)
    case .prioOffset: return put(.integer(stream.effects.priorityOffset), &sample)
    case .uniqueId: return text(logUniqueID, &sample)
    case .captureReqHdr: return text(logRequestCapture(Int(call.arguments.first.integer ?? -1)), &sample)
    case .captureResHdr: return text(logResponseCapture(Int(call.arguments.first.integer ?? -1)), &sample)
    case .captureReqMethod: return text(requestPart(0), &sample)
    case .captureReqUri: return text(requestPart(1), &sample)
    case .captureReqVer: return text(requestPart(2), &sample)
    case .captureResVer:
      return stream.hasResponseHead
        ? put(.string(stream.response.isVersion11 ? Bytes("HTTP/1.1") : Bytes("HTTP/1.0")), &sample) : .notFound
    case .status: return stream.status > 0 ? put(.integer(Int64(stream.status)), &sample) : .notFound
    case .lastRuleLine: return stream.lastRuleLine > 0 ? put(.integer(Int64(stream.lastRuleLine)), &sample) : .notFound
    case .srvName: return text(call.arguments.first.object == nil ? stream.server?.name : nil, &sample)
    case .srvId: return integer(stream.server.map { server in server.shared.with { Int64($0.settings.id) } }, &sample)
    case .beName: return text(stream.backend?.name ?? stream.frontend?.name, &sample)
    case .beId: return integer(stream.backend.map { backend in backend.shared.with { Int64($0.settings.id) } }, &sample)
    case .bcSrc: return address(logServerSource, &sample)
    case .bcSrcPort: return integer(logServerSource.family == .none ? nil : Int64(logServerSource.port), &sample)
    case .bcDst: return address(logServerAddress, &sample)
    case .bcDstPort: return integer(logServerAddress.family == .none ? nil : Int64(logServerAddress.port), &sample)
    case .bcHttpMajor:
      return stream.serverConnection.map { put(.integer($0.carrier == nil ? 1 : 2), &sample) } ?? .notFound
    case .beServerTimeout: return duration(stream.backend?.timeouts.server, &sample)
    case .beTunnelTimeout: return duration(stream.backend?.timeouts.tunnel, &sample)
    case .curServerTimeout: return duration(stream.serverTimeout ?? stream.backend?.timeouts.server, &sample)
    case .curTunnelTimeout: return duration(stream.tunnelTimeout ?? stream.backend?.timeouts.tunnel, &sample)
    default: return nil
    }
  }

  /// A part of the request line as it came: method, target, version.
  private func requestPart(_ part: Int) -> Bytes? {
    let line = stream.requestLine.bytes
    guard let first = line.firstIndex(of: 0x20), let last = line.lastIndex(of: 0x20), first < last else { return nil }
    switch part {
    case 0: return line.prefix(first)
    case 1: return line[first + 1..<last]
    default: return line.dropFirst(last + 1)
    }
  }

  private func text(_ bytes: Bytes?, _ sample: inout Sample) -> FetchStatus {
    guard let bytes else { return .notFound }
    return put(.string(bytes), &sample)
  }
  private func integer(_ value: Int64?, _ sample: inout Sample) -> FetchStatus {
    guard let value else { return .notFound }
    return put(.integer(value), &sample)
  }
  private func duration(_ value: Int64?, _ sample: inout Sample) -> FetchStatus {
    guard let value, value != .max else { return .notFound }
    return put(.integer(value), &sample)
  }
  private func address(_ endpoint: Endpoint, _ sample: inout Sample) -> FetchStatus {
    guard let data = SampleData(address: endpoint) else { return .notFound }
    return put(data, &sample)
  }

  // MARK: - Proxies and servers

  private func backend(_ call: FetchCall) -> BackendReplica? {
    guard let number = call.arguments.first.object else { return stream.backend }
    return number >= 0 && Int(number) < worker.backends.count ? worker.backends[Int(number)] : nil
  }
  private func server(_ call: FetchCall) -> ServerReplica? {
    guard let number = call.arguments.first.object, number >= 0 else { return nil }
    let (proxy, place) = (Int(number) >> 16, Int(number) & 0xffff)
    guard proxy < worker.backends.count, let backend = worker.backends[proxy], place < backend.servers.count else {
      return nil
    }
    return backend.servers[place]
  }

  private func proxy(_ call: FetchCall, _ sample: inout Sample) -> FetchStatus? {
    switch call.id {
    case .nbsrv: return integer(backend(call).map { Int64($0.usableServers) }, &sample)
    case .beConn: return integer(backend(call).map { Int64($0.sessions.value) }, &sample)
    case .beSessRate:
      return integer(
        backend(call).map { b in b.shared.with { Int64($0.sessionRate.rate(at: worker.loop.now)) } }, &sample)
    case .queue:
      return integer(
        backend(call).map { b in
          b.servers.reduce(b.shared.with { Int64($0.queue.length.value) }) {
            $0 + $1.shared.with { Int64($0.queue.length.value) }
          }
        }, &sample)
    case .avgQueue:
      return integer(
        backend(call).map { b in
          let waiting = b.servers.reduce(b.shared.with { $0.queue.length.value }) {
            $0 + $1.shared.with { $0.queue.length.value }
          }
          let usable = b.usableServers
          return usable == 0 ? Int64(waiting) : Int64((waiting + usable - 1) / usable)
        }, &sample)
    case .connslots, .beConnFree:
      return integer(
        backend(call).map { b in
          var free: Int64 = 0
          for server in b.servers where server.shared.with({ $0.isUsable }) {
            let maximum = server.shared.with { Int64($0.settings.maxConnections) }
            if maximum == 0 { return -1 }
            free += max(0, maximum - server.shared.with { Int64($0.load.served.value) })
            if call.id == .connslots {
              let queueLimit = server.shared.with { Int64($0.settings.maxQueue) }
              if queueLimit == 0 { return -1 }
              free += max(0, queueLimit - server.shared.with { Int64($0.queue.length.value) })
            }
          }
          return free
        }, &sample)
    case .srvConn: return integer(server(call).map { s in s.shared.with { Int64($0.sessions.value) } }, &sample)
    case .srvIsUp:
      guard let server = server(call) else { return .notFound }
      return put(.boolean(server.shared.with { $0.isRunning }), &sample)
    case .srvQueue: return integer(server(call).map { s in s.shared.with { Int64($0.queue.length.value) } }, &sample)
    case .srvSessRate:
      return integer(
        server(call).map { s in s.shared.with { Int64($0.sessionRate.rate(at: worker.loop.now)) } }, &sample)
    case .srvUweight: return integer(server(call).map { s in s.shared.with { Int64($0.userWeight.value) } }, &sample)
    case .srvIweight: return integer(server(call).map { s in s.shared.with { Int64($0.initialWeight) } }, &sample)
    case .srvWeight:
      return integer(server(call).map { s in s.shared.with { Int64(($0.effectiveWeight.value + 15) / 16) } }, &sample)
    default: return nil
    }
  }

  private func external(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool {
    switch call.id {
    case .nbsrv:
      guard let name = sample.data.text,
        let backend = worker.backends.first(where: { $0?.name.equals(name) == true }) ?? nil
      else { return false }
      sample.data = .integer(Int64(backend.usableServers))
      return true
    case .captureReq, .captureRes:
      guard let frontend = stream.frontend, let value = sample.data.text,
        let slot = call.arguments.first.integer.map({ Int($0) })
      else { return false }
      if call.id == .captureReq {
        guard slot >= 0, slot < frontend.requestCaptures.count else { return false }
        stream.requestCaptures.set(slot, value, frontend.requestCaptures)
      } else {
        guard slot >= 0, slot < frontend.responseCaptures.count else { return false }
        stream.responseCaptures.set(slot, value, frontend.responseCaptures)
      }
      return true
    default: return false
    }
  }
}

extension BackendReplica {
  /// Servers that can take requests now.
  var usableServers: Int { servers.reduce(0) { $0 + ($1.shared.with { $0.isUsable } ? 1 : 0) } }
}

extension SampleData {
  /// The address of an endpoint; nil for what is no IP address.
  init?(address endpoint: Endpoint) {
    switch endpoint.address {
    case .v4(let a): self = .ipv4(a)
    case .v6(let a): self = .ipv6(a)
    case nil: return nil
    }
  }
}
