import Configuration
import HTTP
import LogFormat
import Memory
import Primitives
import Proxies
import Samples
import TLSFetches
import System

/// What expressions read of a connection before there is a stream.
struct SessionSampleView: SampleSource {
  let session: Session
  let worker: Worker
  /// What `set-src` put in the place of the client's address.
  var source: Endpoint?
  /// What `set-dst` put in the place of the address that the client connected to.
  var destination: Endpoint?

  var variables: VariableScopes {
    var scopes = VariableScopes()
    scopes.session = session.variables
    return scopes
  }

  mutating func fetch(
    _ call: FetchCall, _ options: EvaluationOptions, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus {
    switch call.id {
    case .waitEnd:
      sample.data = .boolean(true)
      return .found
    // The protocol is chosen later, and the kernel asked no earlier than that.
    case .fcHttpMajor, .fcRtt, .fcRttvar, .fcUnacked, .fcSacked, .fcRetrans, .fcFackets, .fcLost, .fcReordering:
      return .notFound
    default: break
    }
    return connection(call, evaluator, &sample) ?? worker.fetchFromTable(call, session, nil, evaluator, &sample)
      ?? worker.fetchOfProxy(call, nil, &sample) ?? .notFound
  }

  mutating func convert(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool {
    switch call.id {
    case .nbsrv, .srvQueue: worker.convertByProxy(call, nil, &sample)
    default: worker.convertByTable(call, evaluator, &sample)
    }
  }

  func connection(_ call: FetchCall, _ evaluator: Evaluator, _ sample: inout Sample) -> FetchStatus? {
    func put(_ data: SampleData?) -> FetchStatus {
      guard let data else { return .notFound }
      sample.data = data
      return .found
    }
    let peer = source ?? session.peer
    let frontend = session.listener?.frontend
    switch call.id {
    case .src: return put(SampleData(address: peer))
    case .srcPort: return put(peer.address == nil ? nil : .integer(Int64(peer.port)))
    case .fcSrc: return put(SampleData(address: ownPeer))
    case .fcSrcPort: return put(ownPeer.address == nil ? nil : .integer(Int64(ownPeer.port)))
    case .dst: return put(SampleData(address: destination ?? worker.localEndpoint(of: session)))
    case .fcDst: return put(SampleData(address: ownLocal))
    case .dstPort: return put(.integer(Int64((destination ?? worker.localEndpoint(of: session)).port)))
    case .fcDstPort: return put(.integer(Int64(ownLocal.port)))
    case .dstConn: return put((session.listener?.sessions.value).map { .integer(Int64($0)) })
    case .srcIsLocal: return put(.boolean(isLoopback(peer)))
    case .fcSrcIsLocal: return put(.boolean(isLoopback(ownPeer)))
    case .dstIsLocal: return put(.boolean(isLoopback(destination ?? worker.localEndpoint(of: session))))
    case .fcDstIsLocal: return put(.boolean(isLoopback(ownLocal)))
    case .fcErr: return put(.integer(Int64(failure.rawValue)))
    case .fcErrStr: return put(.string(Bytes(failure.text)))
    case .fcRtt, .fcRttvar, .fcUnacked, .fcSacked, .fcRetrans, .fcFackets, .fcLost, .fcReordering:
      return put(statistic(call))
    case .feName: return put((frontend?.name).map { .string($0) })
    case .feId: return put(frontend.map { f in .integer(Int64(f.shared.with { $0.settings.id })) })
    case .feDefbe: return put(frontend?.defaultBackend.flatMap { worker.backends[$0]?.name }.map { .string($0) })
    case .feClientTimeout: return put((frontend?.timeouts.client).flatMap { $0 == .max ? nil : .integer($0) })
    case .feConn, .feSessRate, .feReqRate:
      let chosen =
        call.arguments.first.object.flatMap { Int($0) < worker.frontends.count ? worker.frontends[Int($0)] : nil }
        ?? frontend
      guard let chosen else { return .notFound }
      let now = worker.loop.now
      switch call.id {
      case .feConn: return put(.integer(Int64(chosen.sessions.value)))
      case .feSessRate: return put(.integer(Int64(chosen.shared.with { $0.sessionRate.rate(at: now) })))
      default: return put(.integer(Int64(chosen.shared.with { $0.requestRate.rate(at: now) })))
      }
    case .soId: return put((session.listener?.id).map { .integer(Int64($0)) })
    case .soName: return put((session.listener?.name).flatMap { $0.isEmpty ? nil : .string($0) })
    case .fcHttpMajor: return put(.integer(session.carrier != nil || session.mux != nil ? 2 : 1))
    case .fcRcvdProxy: return put(.boolean(session.expectsProxyHeader))
    case .fcPpAuthority:
      return put((session.transport.proxyNames?.authority.bytes).flatMap { $0.isEmpty ? nil : .string($0) })
    case .fcPpUniqueId:
      return put((session.transport.proxyNames?.uniqueID.bytes).flatMap { $0.isEmpty ? nil : .string($0) })
    case .stopping: return put(.boolean(worker.isStopping))
    default: return secured(call, evaluator, &sample)
    }
  }

  private var failure: ConnectionFailure {
    let known = session.transport.failure
    if known != .none { return known }
    // TLS that was agreed on has broken.
    return session.transport.connection.withTLS { $0.errorCode } ?? 0 == 0 ? .none : .tlsFatal
  }

  /// The ends of the connection itself, whatever a PROXY header or a rule put in their place.
  private var ownPeer: Endpoint { session.transport.connection.socket.peerEndpoint ?? session.peer }
  private var ownLocal: Endpoint { session.transport.connection.socket.localEndpoint }

  private func statistic(_ call: FetchCall) -> SampleData? {
    guard let all = session.transport.connection.socket.statistics else { return nil }
    let scale: UInt32 = call.arguments.first.integer == 1 ? 1 : 1000
    let value: UInt32
    switch call.id {
    case .fcRtt: value = all.roundTrip / scale
    case .fcRttvar: value = all.roundTripVariation / scale
    case .fcUnacked: value = all.unacknowledged
    case .fcSacked: value = all.selectivelyAcknowledged
    case .fcRetrans: value = all.retransmitting
    case .fcFackets: value = all.forwardAcknowledged
    case .fcLost: value = all.lost
    default: value = all.reordering
    }
    return .integer(Int64(value))
  }

  /// What TLS has to tell.
  private func secured(_ call: FetchCall, _ evaluator: Evaluator, _ sample: inout Sample) -> FetchStatus? {
    if !session.transport.connection.isTLS { return TLSSamples.clear(call, &sample) }
    var found = sample
    let status =
      session.transport.connection.withTLS { TLSSamples.client(call, $0, evaluator.arena, into: &found) } ?? nil
    sample = found
    return status
  }

  private func isLoopback(_ endpoint: Endpoint) -> Bool {
    switch endpoint.address {
    case .v4(let a): a.bits >> 24 == 127
    case .v6(let a): a.high == 0 && a.low == 1
    case nil: false
    }
  }
}
