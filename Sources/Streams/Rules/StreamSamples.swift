import Configuration
import HTTP
import LogFormat
import Memory
import Primitives
import Proxies
import Samples
import TLSFetches
import System

/// What expressions read of a stream. It is the view that log lines have, with the messages added.
extension StreamLogView: SampleSource {
  /// Without rules of its own a stream has no sets but sees the session's.
  var variables: VariableScopes {
    var scopes = stream.variables
    if scopes.session == 0, let session = stream.session { scopes.session = session.variables }
    return scopes
  }

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
      } else if call.id == .base32Src || call.id == .url32Src {
        return hashWithSource(call, options, evaluator, &sample)
      } else if stream.requestPhase >= .route,
        let status = HTTPFetches.request(call, stream.request, options, evaluator, into: &sample)
      {
        return status
      }
      if let status = body(call, options, evaluator, &sample) { return status }
    }
    if let status = stream.isHTTP ? headSize(call, evaluator, &sample) : payload(call, options, &sample) {
      return status
    }
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
    if stream.lostConnection.isKnown && stream.serverConnection == nil {
      var found = sample
      if let status = fetchFromLost(call, evaluator, into: &found) {
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
    return worker.fetchOfProxy(call, stream.backend, &sample) ?? .notFound
  }

  mutating func convert(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool {
    switch call.id {
    case .captureReq, .captureRes: return external(call, evaluator, &sample)
    case .nbsrv, .srvQueue: return worker.convertByProxy(call, stream.backend, &sample)
    default: return worker.convertByTable(call, evaluator, &sample)
    }
  }

  private func put(_ data: SampleData, _ sample: inout Sample) -> FetchStatus {
    sample.data = data
    return .found
  }

  // MARK: - Content

  /// `base32` or `url32`, and behind it the client's address.
  private func hashWithSource(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, _ sample: inout Sample
  ) -> FetchStatus {
    guard stream.requestPhase >= .route, let session = stream.session else { return .notFound }
    let plain = FetchCall(call.id == .base32Src ? .base32 : .url32, call.arguments)
    guard HTTPFetches.request(plain, stream.request, options, evaluator, into: &sample) == .found,
      case .integer(let hash) = sample.data, let address = (stream.sourceOverride ?? session.peer).address
    else { return .notFound }
    let arena = evaluator.arena
    if arena.room < 20 { return .notFound }
    arena.begin()
    func append(_ value: UInt64, bytes: Int) {
      for i in 1...bytes { arena.append(byte: UInt8(truncatingIfNeeded: value >> UInt64(8 * (bytes - i)))) }
    }
    append(UInt64(truncatingIfNeeded: hash), bytes: 4)
    switch address {
    case .v4(let a): append(UInt64(a.bits), bytes: 4)
    case .v6(let a):
      append(a.high, bytes: 8)
      append(a.low, bytes: 8)
    }
    return put(.binary(arena.finish()), &sample)
  }

  private func body(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, _ sample: inout Sample
  ) -> FetchStatus? {
    let isResponse: Bool
    switch call.id {
    case .reqBody, .reqBodyLen, .reqBodySize, .reqBodyParam: isResponse = false
    case .resBody, .resBodyLen, .resBodySize: isResponse = true
    default: return nil
    }
    if isResponse && !stream.hasResponseHead { return .notFound }
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

  /// Of HTTP there is no payload but that of the body; `req.len` and `res.len` count the message in the form of the
  /// statistics, with what has come of the body.
  private func headSize(_ call: FetchCall, _ evaluator: Evaluator, _ sample: inout Sample) -> FetchStatus? {
    switch call.id {
    case .reqLen:
      return stream.requestPhase < .route
        ? .notFound
        : put(
          .integer(Int64(clamping: stream.request.countedSize) + bodySize(stream.requestChannel, evaluator)), &sample)
    case .resLen:
      if !stream.hasResponseHead { return put(.integer(0), &sample) }
      return put(
        .integer(Int64(clamping: stream.response.countedSize) + bodySize(stream.responseChannel, evaluator)), &sample)
    case .reqPayload, .reqPayloadLv, .resPayload, .resPayloadLv, .payload, .payloadLv, .reqSslHelloType, .reqSslVer,
      .reqSslSni, .reqSslAlpn, .reqSslEcExt, .reqSslStExt, .resSslHelloType, .reqRdpCookie, .distccParam, .distccBody:
      return .notFound
    case .reqRdpCookieCnt: return put(.integer(0), &sample)
    case .reqProtoHttp: return put(.boolean(true), &sample)
    default: return nil
    }
  }
  private func bodySize(_ channel: borrowing Channel, _ evaluator: Evaluator) -> Int64 {
    switch channel.source {
    case .length(let n): min(Int64(clamping: n), Int64(channel.input.readable.count))
    case .none: 0
    case .untilClose: Int64(channel.input.readable.count)
    case .chunked: chunkedSize(channel.input.readable, evaluator)
    }
  }

  /// What the chunks hold that have come, and one for their end.
  private func chunkedSize(_ bytes: Bytes, _ evaluator: Evaluator) -> Int64 {
    let mark = evaluator.arena.mark
    defer { evaluator.arena.reset(to: mark) }
    return Int64(ChunkedBody.plain(bytes, into: evaluator.arena).count) + (bytes.hasSuffix(Bytes("0\r\n\r\n")) ? 1 : 0)
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
    case .resCacheHit: return put(.boolean(stream.effects.cacheHit != nil && stream.service != nil), &sample)
    case .resCacheName: return cacheName(&sample)
    case .httpFirstReq: return put(.boolean(stream.isFirstRequest), &sample)
    case .prioClass: return put(.integer(stream.effects.priorityClass), &sample)
    case .prioOffset: return put(.integer(stream.effects.priorityOffset), &sample)
    case .uniqueId: return text(logUniqueID, &sample)
    case .captureReqHdr: return text(logRequestCapture(Int(call.arguments.first.integer ?? -1)), &sample)
    case .captureResHdr: return text(logResponseCapture(Int(call.arguments.first.integer ?? -1)), &sample)
    case .captureReqMethod: return text(requestPart(0), &sample)
    case .captureReqUri: return text(requestPart(1).flatMap { Self.path(of: $0) }, &sample)
    case .captureReqVer:
      return stream.requestLine.bytes.isEmpty
        ? .notFound
        : put(.string(stream.request.isVersion11 ? Bytes("HTTP/1.1") : Bytes("HTTP/1.0")), &sample)
    case .captureResVer:
      return stream.hasResponseHead && !stream.isIntercepted
        ? put(.string(stream.response.isVersion11 ? Bytes("HTTP/1.1") : Bytes("HTTP/1.0")), &sample) : .notFound
    case .status: return stream.status > 0 ? put(.integer(Int64(stream.status)), &sample) : .notFound
    case .lastRuleFile: return stream.lastRuleLine > 0 ? put(.string(stream.lastRuleFile), &sample) : .notFound
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
      guard stream.isHTTP else { return .notFound }
      if let server = stream.serverConnection { return put(.integer(server.carrier == nil ? 1 : 2), &sample) }
      // One that came to nothing has the protocol that it would have begun with, where nothing had to be agreed on.
      guard stream.lostConnection.isKnown, let settings = stream.server?.settings,
        stream.lostConnection.wasEstablished || !settings.http2.isAgreed
      else { return .notFound }
      return put(.integer(settings.http2.isPrior(webSocket: false) ? 2 : 1), &sample)
    // A stream has its connections while they are well, and remembers them when they were not.
    case .bcErr: return integer(serverFailure.map { Int64($0.rawValue) }, &sample)
    case .bcErrStr: return text(serverFailure.map { Bytes($0.text) }, &sample)
    case .fcHttpMajor where !stream.isHTTP: return .notFound
    case .resComp: return put(.boolean(stream.isCompressed), &sample)
    case .resCompAlgo: return stream.isCompressed ? text(stream.compression?.keyword, &sample) : .notFound
    case .internalStrmIsHtx: return put(.boolean(stream.isHTTP), &sample)
    case .cpuCalls: return put(.integer(Int64(stream.turns)), &sample)
    // All 0 while `profiling.tasks` does not have them measured. The turn that asks is not among them yet.
    case .cpuNsTot: return put(.integer(stream.timeTaken), &sample)
    case .cpuNsAvg: return put(.integer(stream.timeTaken / Int64(max(1, stream.turns))), &sample)
    case .latNsTot: return put(.integer(stream.timeWaited), &sample)
    case .latNsAvg: return put(.integer(stream.timeWaited / Int64(max(1, stream.turns))), &sample)
    case .beServerTimeout: return duration(stream.backend?.timeouts.server, &sample)
    case .beTunnelTimeout: return duration(stream.backend?.timeouts.tunnel, &sample)
    case .curServerTimeout:
      // That of the backend holds from the connection on.
      if stream.serverTimeout == nil && stream.connectedTick < 0 { return put(.integer(0), &sample) }
      return duration(stream.serverTimeout ?? stream.backend?.timeouts.server, &sample)
    case .curTunnelTimeout: return duration(stream.tunnelTimeout ?? stream.backend?.timeouts.tunnel, &sample)
    default: return nil
    }
  }

  private var serverFailure: ConnectionFailure? {
    if stream.serverConnection != nil { return ConnectionFailure.none }
    if !stream.lostConnection.isKnown { return nil }
    var failure = stream.lostConnection.failure
    if failure == .none, stream.lostConnection.connection.withTLS({ $0.errorCode }) ?? 0 != 0 { failure = .tlsFatal }
    return failure != .none || stream.lostConnection.wasEstablished ? failure : nil
  }

  /// What TLS told of a connection that came to nothing.
  private func fetchFromLost(_ call: FetchCall, _ evaluator: Evaluator, into sample: inout Sample) -> FetchStatus? {
    worker.prepareLost(stream)
    if call.id == .sslBcErr || call.id == .sslBcErrStr, serverFailure == nil { return .notFound }
    var found = sample
    let status =
      stream.lostConnection.connection.withTLS { TLSSamples.server(call, $0, evaluator.arena, into: &found) } ?? nil
    sample = found
    return status
  }

  /// The cache that the answer comes from.
  private func cacheName(_ sample: inout Sample) -> FetchStatus {
    guard stream.effects.cacheHit != nil, stream.service != nil else { return .notFound }
    return text(worker.cacheNames[stream.effects.cacheNumber], &sample)
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

  /// A target from its first slash on, that of the authority's end.
  private static func path(of target: Bytes) -> Bytes? {
    if target.at(0) == 0x2f || target.equals("*") { return target }
    guard let colon = target.firstIndex(of: 0x3a), target.dropFirst(colon).hasPrefix(Bytes("://")) else { return nil }
    let rest = target.dropFirst(colon + 3)
    return rest.firstIndex(of: 0x2f).map { rest.dropFirst($0) }
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
    guard let value else { return .notFound }
    return put(.integer(value == .max ? 0 : value), &sample)
  }
  private func address(_ endpoint: Endpoint, _ sample: inout Sample) -> FetchStatus {
    guard let data = SampleData(address: endpoint) else { return .notFound }
    return put(data, &sample)
  }

  private func external(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool {
    switch call.id {
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
