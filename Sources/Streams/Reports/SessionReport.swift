import Configuration
import EventLoop
import HTTP
import Memory
import Primitives
import Proxies
import System

/// One stream in `show sess` (management guide section 9.3), in HAProxy's form: the fields that people and scripts read
/// (proto, src, fe, be, srv, age, exp, addresses, states, byte counts) have their meaning, those that are addresses of
/// objects or bits of internal state in HAProxy have Weir's own: docs/runtime-api.md lists them.
struct SessionReport {
  let stream: Stream
  let worker: Worker
  let now: Int64
  let number: String

  init(_ stream: Stream, _ worker: Worker) {
    self.stream = stream
    self.worker = worker
    now = worker.loop.now
    number = "0x" + ReportText.hex(WorkerReport.streamNumber(worker: worker.index, token: stream.token.bits))
  }

  private var age: Int64 { now - stream.acceptedTick }
  /// Turns in the last second, or in the stream's life where it is younger.
  private var rate: Int { Int(truncatingIfNeeded: Int64(stream.turns) * 1000 / max(1000, age)) }
  private var clientDeadline: Int64 { stream.expectsClient ? stream.clientDeadline : TimerWheel.never }
  private var serverDeadline: Int64 { stream.expectsServer ? stream.serverDeadline : TimerWheel.never }
  private var connectDeadline: Int64 { min(stream.connectDeadline, stream.queueDeadline) }
  private var nearest: Int64 { min(clientDeadline, min(serverDeadline, connectDeadline)) }
  private var peer: Endpoint { stream.session?.peer ?? .none }
  private var clientDescriptor: Int { stream.session.map { $0.connection.descriptorNumber } ?? -1 }
  private var serverDescriptor: Int { stream.serverConnection.map { $0.transport.connection.descriptorNumber } ?? -1 }

  /// `show sess`: everything on one line.
  var line: String {
    let request = channel(
      bits(request: true), buffered: stream.requestChannel.buffered, phase: stream.requestPhase.rawValue,
      read: clientDeadline, analyser: min(stream.queueDeadline, stream.ruleDeadline))
    let response = channel(
      bits(request: false), buffered: stream.responseChannel.buffered, phase: stream.responsePhase.rawValue,
      read: serverDeadline, analyser: TimerWheel.never)
    let listener = stream.session?.listener?.id ?? 1
    return "\(number): proto=\(ReportText.proto(peer)) src=\(ReportText.address(peer, unixID: listener)) "
      + "fe=\(name(stream.frontend?.name)) be=\(name(stream.backend?.name)) srv=\(name(stream.server?.name, "<none>")) "
      + "ts=00 epoch=0 age=\(ReportText.span(age)) calls=\(stream.turns) rate=\(rate) cpu=0 lat=0 rq[\(request)] "
      + "rp[\(response)] scf=[\(clientState),\(sideFlags(true)),fd=\(clientDescriptor)] "
      + "scb=[\(serverState),\(sideFlags(false)),fd=\(serverDescriptor)] exp=\(ReportText.until(nearest, now)) "
      + "rc=\(stream.retriesTotal) c_exp=\(ReportText.until(connectDeadline, now))\n"
  }

  private func channel(_ bits: UInt64, buffered: Int, phase: UInt8, read: Int64, analyser: Int64) -> String {
    "f=\(ReportText.hex(bits))h,i=\(buffered),an=\(two(phase))h,rx=\(ReportText.until(read, now)),wx=,"
      + "ax=\(ReportText.until(analyser, now))"
  }
  private func two(_ value: UInt8) -> String {
    value < 16 ? "0" + ReportText.hex(UInt64(value)) : ReportText.hex(UInt64(value))
  }
  private func name(_ bytes: Bytes?, _ none: String = "<NONE>") -> String { bytes.map(\.latin1) ?? none }

  /// 1 complete, 2 its end was passed on, 4 in chunks of our own, 8 spliced, 10h its head still points into the buffer.
  private func bits(request: Bool) -> UInt64 {
    request ? stream.requestChannel.reportBits : stream.responseChannel.reportBits
  }
  /// HAProxy's numbers of the states of a side: 8 is an established connection.
  private var clientState: Int { stream.session == nil ? 10 : 8 }
  private var serverState: Int {
    switch stream.connector {
    case .idle: 0
    case .assign: 1
    case .queued: 2
    case .turnaround: 3
    case .assigned: 4
    case .connecting: 5
    case .established: 8
    case .closed: 10
    }
  }
  /// 1 the connection is the back side, 80h nothing is wanted of it now.
  private func sideFlags(_ isClient: Bool) -> String {
    isClient ? (stream.needsClient ? "0h" : "80h") : "1h"
  }
}

// MARK: - One stream in full

extension SessionReport {
  /// `show sess <id>` and `show sess all`: a paragraph.
  var paragraph: String {
    let session = stream.session
    let listener = session?.listener
    let local = session.map { $0.hasLocal ? $0.local : $0.connection.socket.localEndpoint } ?? .none
    let never = TimerWheel.never
    var text =
      "\(number): [\(ReportDate.text(stream.acceptedAt))] id=\(stream.uniqueID) proto=\(ReportText.proto(peer)) "
      + "source=\(ReportText.address(peer, unixID: listener?.id ?? 1))\n"
    text +=
      "  flags=0x\(ReportText.hex(flags)), conn_retries=\(stream.retriesTotal), "
      + "conn_exp=\(deadline(connectDeadline)) conn_et=0x000 srv_conn=\(pointer(stream.server != nil)), "
      + "pend_pos=\(pointer(stream.isQueued)) waiting=\(stream.isQueued ? 1 : 0) epoch=0\n"
    text +=
      "  frontend=\(name(stream.frontend?.name)) \(identity(frontendSettings)), "
      + "listener=\(listener.map { $0.name.isEmpty ? "?" : $0.name.latin1 } ?? "?") (id=\(listener?.id ?? 0))"
      + " addr=\(ReportText.address(local, unixID: listener?.id ?? 1))\n"
    if let backend = stream.backend {
      let own =
        stream.serverConnection.map { $0.connection.isOpen ? $0.transport.connection.socket.localEndpoint : .none }
        ?? .none
      text +=
        "  backend=\(name(backend.name)) \(identity(worker.process.backends[backend.index]?.settings))"
        + (own.family == .none ? "\n" : " addr=\(ReportText.address(own))\n")
    } else {
      text += "  backend=<NONE> (id=-1 mode=-)\n"
    }
    if let server = stream.server {
      let remote = stream.serverConnection?.remote ?? .none
      text +=
        "  server=\(name(server.name)) (id=\(server.shared.with { $0.settings.id }))"
        + (remote.family == .none ? "\n" : " addr=\(ReportText.address(remote))\n")
    } else {
      text += "  server=<NONE> (id=-1)\n"
    }
    text +=
      "  task=\(number) (state=0x\(stream.isInReadyList ? "01" : "00") nice=\(listener?.nice ?? 0) "
      + "calls=\(stream.turns) rate=\(rate) exp=\(deadline(nearest)) tmask=0x\(ReportText.hex(1 << UInt64(worker.index & 63))) "
      + "age=\(ReportText.span(age)))\n"
    if stream.isHTTP { text += transaction }
    text += side(
      "scf", "co0", clientState, descriptor: clientDescriptor, proto: ReportText.proto(peer), target: "LISTENER")
    text += side(
      "scb", "co1", serverState, descriptor: serverDescriptor,
      proto: ReportText.proto(stream.serverConnection?.remote ?? .none), target: "SERVER")
    text += buffer(
      "req", bits(request: true), phase: stream.requestPhase.rawValue, total: stream.requestChannel.transferred,
      input: stream.requestChannel.input.count, output: stream.requestChannel.output.count, read: clientDeadline,
      analyser: min(stream.queueDeadline, stream.ruleDeadline))
    text += buffer(
      "res", bits(request: false), phase: stream.responsePhase.rawValue, total: stream.responseChannel.transferred,
      input: stream.responseChannel.input.count, output: stream.responseChannel.output.count, read: serverDeadline,
      analyser: never)
    return text
  }

  private var flags: UInt64 {
    (stream.connector == .established ? 0x2 : 0) | (stream.holdsPlace ? 0x8 : 0) | (stream.isTunnel ? 0x40 : 0)
      | (stream.connectionReused ? 0x80 : 0) | (stream.wasRedispatched ? 0x100 : 0) | (stream.isTarpitted ? 0x200 : 0)
  }
  private func pointer(_ there: Bool) -> String { there ? number : "(nil)" }
  private var frontendSettings: ProxySettings? {
    stream.frontend.flatMap { worker.process.frontends[$0.index]?.settings }
  }
  private func identity(_ proxy: ProxySettings?) -> String {
    "(id=\(proxy?.id ?? -1) mode=\(proxy?.mode.rawValue ?? "-"))"
  }
  private func deadline(_ tick: Int64) -> String {
    tick == TimerWheel.never ? "<NEVER>" : tick <= now ? "<PAST>" : ReportText.span(tick &- now)
  }

  private var transaction: String {
    "  txn=\(number) flags=0x\(stream.isIntercepted ? "1" : "0") meth=\(stream.request.method.rawValue) "
      + "status=\(stream.status == 0 ? -1 : stream.status) req.st=\(requestState) rsp.st=\(responseState) "
      + "req.f=0x\(ReportText.hex(UInt64(stream.requestChannel.chunkedOut ? 8 : 4))) "
      + "rsp.f=0x\(ReportText.hex(UInt64(stream.responseChannel.chunkedOut ? 8 : 0)))\n"
  }
  private var requestState: String {
    if stream.isTunnel { return "MSG_TUNNEL" }
    return switch stream.requestPhase {
    case .head: "MSG_RQBEFORE"
    case .route, .waitBody, .connect: "MSG_BODY"
    case .forward: "MSG_DATA"
    case .done: "MSG_DONE"
    }
  }
  private var responseState: String {
    if stream.isTunnel { return "MSG_TUNNEL" }
    return switch stream.responsePhase {
    case .head: "MSG_RPBEFORE"
    case .forward: "MSG_DATA"
    case .done: "MSG_DONE"
    }
  }

  private func side(
    _ label: String, _ connection: String, _ state: Int, descriptor: Int, proto: String, target: String
  ) -> String {
    let names = ["INI", "REQ", "QUE", "TAR", "ASS", "CON", "CER", "RDY", "EST", "DIS", "CLO"]
    let word = state < names.count ? names[state] : "CLO"
    let head = "  \(label)=\(number) flags=0x0000000\(label == "scf" ? 0 : 1) state=\(word) "
    if descriptor < 0 { return head + "endp=NONE,(nil),0x00000001 sub=0\n" }
    return head + "endp=CONN,\(number),0x00000001 sub=1\n"
      + "      \(connection)=\(number) ctrl=\(proto) xprt=RAW mux=\(stream.isHTTP ? "H1" : "PASS") data=STRM "
      + "target=\(target):\(number)\n"
      + "      flags=0x00000300 fd=\(descriptor) fd.state=00 updt=0 fd.tmask=0x\(ReportText.hex(1 << UInt64(worker.index & 63)))\n"
  }

  private func buffer(
    _ label: String, _ bits: UInt64, phase: UInt8, total: UInt64, input: Int, output: Int, read: Int64, analyser: Int64
  ) -> String {
    "  \(label)=\(number) (f=0x\(ReportText.hex(bits)) an=0x\(ReportText.hex(UInt64(phase))) pipe=0 "
      + "tofwd=\(stream.isTunnel ? -1 : 0) total=\(total))\n"
      + "      an_exp=\(deadline(analyser)) rex=\(deadline(read)) wex=<NEVER>\n"
      + "      buf=\(number) data=\(pointer(input + output > 0)) o=\(output) p=\(output) i=\(input) "
      + "size=\(input + output > 0 ? worker.tune.bufferSize : 0)\n"
  }
}
