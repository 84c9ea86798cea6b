import Configuration
import Connections
import EventLoop
import HTTP
import HTTP1
import Memory
import Prometheus
import Proxies
import Rules
import System

/// How the end of a service's body is marked. Clients of HTTP/1.0 do not know chunks.
enum ServiceFraming { case chunked, untilClose, length }

/// Answers of services: a head, then a body of unknown length that is made while the client takes it.
extension Worker {
  /// `http-request use-service`.
  func startService(_ name: ServiceName, _ stream: Stream) {
    switch name {
    case .prometheusExporter: startExporter(stream)
    }
  }

  private func startExporter(_ stream: Stream) {
    let label = Bytes("<PROMEX>")
    guard let scope = ExportScope(target: stream.request.target) else {
      return refuse(stream, RunningService(name: label, .none), status: 400)
    }
    beginService(stream, RunningService(name: label, .prometheus(PrometheusExport(scope))), status: 200)
    stream.response.add(.cacheControl, Bytes("no-cache"))
    stream.response.add(.contentType, Bytes("text/plain; version=0.0.4"))
    let framing: ServiceFraming = stream.request.isVersion11 ? .chunked : .untilClose
    if framing == .chunked { stream.response.add(.transferEncoding, Bytes("chunked")) }
    noteServiceHead(stream)
    if runServiceResponseRules(stream) { sendServiceHead(stream, framing) }
  }

  /// The service cannot do what was asked: the built-in answer, in its name.
  private func refuse(_ stream: Stream, _ service: RunningService, status: Int) {
    guard let page = builtInAnswers.answer(status) else { return breakOff(stream) }
    beginService(stream, service, status: status)
    stream.response.setStatus(status, reason: page.reason)
    for field in page.fields { stream.response.add(field.name, field.value) }
    if page.closes { stream.clientKeepsAlive = false }
    noteServiceHead(stream)
    // What the service said counts as it was, though a HEAD leaves the body out.
    stream.responseChannel.transferred = page.countedSize - UInt64(page.body.count)
    if stream.request.method == .head {
      stream.responseChannel.transferred = page.countedSize
    } else {
      service.text.add(page.body)
    }
    if runServiceResponseRules(stream) { sendServiceHead(stream, .length) }
  }

  /// The stream belongs to the service from here on; its head is built in `stream.response`.
  func beginService(_ stream: Stream, _ service: RunningService, status: Int) {
    beginOwnAnswer(stream, status: status, countsStatus: false)
    service.countsAtEnd = true
    stream.service = service
    stream.responseChannel.isComplete = false
    setEnd(stream, .local, .request)
    markServed(stream)
    startOwnHead(stream, status: status)
  }

  /// The log shows a service like a server that was there at once.
  func markServed(_ stream: Stream) {
    stream.queueEndTick = loop.now
    stream.connectedTick = loop.now
    stream.responseTick = loop.now
  }

  /// The response rules of what has been entered. False: the stream has another answer now, or its end.
  func runServiceResponseRules(_ stream: Stream) -> Bool {
    guard hasRules, let frontend = stream.frontend else { return true }
    // A frontend that answers itself stands for its backend, as in HAProxy.
    guard let backend = stream.backend ?? backends[frontend.index] else {
      return runResponseRules(stream, frontend)
    }
    if !backend.hasResponseRules && !frontend.hasResponseRules { return true }
    return runResponseRules(stream, frontend, backend) == .proceed
  }

  func countServiceStatus(_ stream: Stream) {
    guard stream.service?.countsAtEnd == true else { return }
    let counter = TrafficCounter.ofStatus(stream.status)
    stream.frontend?.counters.count(counter)
    stream.backend?.counters.count(counter)
  }

  /// What a service says counts before rules change it.
  func noteServiceHead(_ stream: Stream) { stream.responseChannel.transferred = stream.response.countedSize }

  /// Formats the head; the body follows.
  func sendServiceHead(_ stream: Stream, _ framing: ServiceFraming) {
    guard stream.responseChannel.output.back(by: buffers) else { return breakOff(stream) }
    let hasBody = stream.request.method != .head
    if framing == .untilClose && hasBody { stream.clientKeepsAlive = false }
    let connection: H1Writer.Connection =
      !stream.clientKeepsAlive ? .close : stream.request.isVersion11 && stream.response.isVersion11 ? .none : .keepAlive
    guard H1Writer.writeResponse(stream.response, connection: connection, to: &stream.responseChannel.output) else {
      return breakOff(stream)
    }
    stream.responseChannel.chunkedOut = framing == .chunked
    stream.responseChannel.isComplete = !hasBody
    logEarly(stream)
  }

  /// Sends what the service has made and has it make more, as far as the client takes it.
  func forwardService(_ stream: Stream) {
    guard let session = stream.session, let service = stream.service else { return }
    var total = PumpResult()
    var turns = 4
    while true {
      let result = flush(&stream.responseChannel, to: &session.connection)
      total.sent += result.sent
      total.sinkFailed = result.sinkFailed
      if result.sinkFailed || result.waitsForSink || stream.responseChannel.isComplete { break }
      if turns == 0 {
        total.yielded = true
        break
      }
      turns -= 1
      if !format(stream, service) { break }
    }
    responseMoved(stream, total)
  }

  /// Puts the next piece of the body into the output. False where there is no buffer for it.
  private func format(_ stream: Stream, _ service: RunningService) -> Bool {
    if !stream.responseChannel.output.back(by: buffers) { return false }
    let isChunked = stream.responseChannel.chunkedOut
    let framing = isChunked ? H1Writer.chunkSizeLimit + 2 + 5 : 0
    let room = max(1, stream.responseChannel.output.room - framing)
    var goesOn = true
    if service.text.count < room { goesOn = service.prepare(self, limit: room) }
    let length = min(service.text.count, room)
    if length > 0 {
      if isChunked { _ = H1Writer.writeChunkSize(UInt64(length), to: &stream.responseChannel.output) }
      stream.responseChannel.output.take(from: &service.text, limit: length)
      if isChunked { _ = H1Writer.writeChunkEnd(to: &stream.responseChannel.output) }
      stream.responseChannel.transferred &+= UInt64(length)
    }
    if !goesOn && service.text.isEmpty {
      if isChunked { _ = H1Writer.writeLastChunk(to: &stream.responseChannel.output) }
      stream.responseChannel.isComplete = true
    }
    return true
  }
}
