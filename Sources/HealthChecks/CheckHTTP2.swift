import Configuration
import HTTP1
import HTTP2
import Memory
import Proxies
import System
import TLS

/// The HTTP/2 of one check's connection: the check writes its request and reads its answer as HTTP/1.1.
final class CheckHTTP2 {
  let session: HTTP2Session
  private var stream: HTTP2Stream
  private var link: ByteLink
  private let pool: BufferPool
  var input = Buffer()
  /// What came is no HTTP/2.
  var isBroken = false

  init?(pool: BufferPool, limits: H1Limits) {
    let tools = HTTP2Tools(limits: limits, pool: pool, sharesMemory: false)
    guard let session = HTTP2Session(.client, limits: HTTP2Limits(), tools: tools, pool: pool) else { return nil }
    (self.session, self.pool) = (session, pool)
    link = ByteLink(pool: pool, board: LinkBoard())
    stream = session.attach(link, endsByClosing: false)
  }

  /// Takes the request; what must go to the server is in the session's output then. One after another has a stream of its own.
  func write(_ bytes: Bytes) -> Int {
    if stream.isSent && stream.peerEnded {
      session.forget(stream)
      link = ByteLink(pool: pool, board: LinkBoard())
      stream = session.attach(link, endsByClosing: false)
    }
    let n = link.send(bytes, Bytes())
    update()
    return n
  }
  private func update() {
    session.update(stream)
    session.produce(limit: 32768)
  }

  /// Takes in what has come into `input`. False: the server does not speak HTTP/2.
  func read(now: Int64) -> Bool {
    while !input.isEmpty {
      switch session.receive(&input, now: now) {
      case .events: handle()
      case .failed:
        session.produce(limit: 32768)
        return false
      case .needMore, .tooManyStreams:
        update()
        return true
      }
    }
    update()
    return true
  }
  private func handle() {
    var i = 0
    while i < session.events.count {
      switch session.events[i] {
      case .head(stream.id, _, let ends): session.takeHead(stream, ends: ends)
      case .data(let id, let bytes): session.take(bytes, for: id)
      case .ended(stream.id): session.end(stream, trailers: false)
      case .closed(stream.id, let code): if code != HTTP2Error.none || !stream.peerEnded { link.isCut = true }
      case .head, .ended, .closed, .settings: break
      }
      i += 1
    }
    session.events.removeAll()
  }

  /// The answer, as far as it has come.
  func take(into buffer: inout Buffer, limit: Int) -> IOResult {
    let n = link.receive(into: &buffer, limit: limit)
    if n > 0 {
      session.consumed(stream)
      update()
      return .bytes(n)
    }
    return link.isCut ? .closed : .wouldBlock
  }
}

extension CheckScheduler {
  /// Whether the check speaks HTTP/2: by `check-proto`, `proto`, or because TLS agreed on it.
  func speaksHTTP2(_ i: Int, _ server: ServerRuntime) -> Bool {
    guard speaksHTTP(i) else { return false }
    let rule = entries[i].connect
    let ofServer = server.settings.checkProto ?? server.settings.proto
    if let forced = rule?.proto ?? (rule?.usesDefaults ?? true ? ofServer : nil) { return forced == "h2" }
    return entries[i].tls?.connection.withTLS { $0.negotiatedProtocol == .http2 } ?? false
  }

  /// A new connection, whose PROXY header goes out as it is.
  mutating func beginHTTP2(_ i: Int) {
    entries[i].http2 = nil
    guard let (_, server) = owner(i), speaksHTTP2(i, server) else { return }
    if !entries[i].output.isEmpty {
      _ = transmitPlain(i, entries[i].output)
      entries[i].output = []
    }
    // Its socket serves no other check.
    entries[i].spareFamily = .none
    let tune = process.model.global.tune
    let room = max(1024, tune.bufferSize - tune.maxRewrite)
    entries[i].http2 = CheckHTTP2(
      pool: buffers, limits: H1Limits(maxHeaders: tune.maxHTTPHeaders, maxHeadLength: room))
  }

  /// Sends the check's bytes by its protocol.
  mutating func transmit(_ i: Int, _ bytes: [UInt8]) -> IOResult {
    guard let http2 = entries[i].http2 else { return transmitPlain(i, bytes) }
    guard var scratch = buffers.takeScratch() else { return .wouldBlock }
    _ = scratch.append(Array(bytes.prefix(scratch.room)))
    let n = http2.write(scratch.readable)
    if case .failed(let error) = flush(i, http2) { return .failed(error) }
    return n > 0 ? .bytes(n) : .wouldBlock
  }

  private func flush(_ i: Int, _ http2: CheckHTTP2) -> IOResult {
    while !http2.session.output.isEmpty {
      let result = transmitPlain(i, http2.session.output.front.array)
      guard case .bytes(let n) = result, n > 0 else { return result }
      http2.session.output.consume(n)
    }
    return .bytes(0)
  }

  func take(_ i: Int, into buffer: inout Buffer, limit: Int) -> IOResult {
    guard let http2 = entries[i].http2 else { return takePlain(i, into: &buffer, limit: limit) }
    while true {
      let result = http2.take(into: &buffer, limit: limit)
      guard case .wouldBlock = result else { return result }
      if !http2.input.back(by: buffers) { return .wouldBlock }
      if http2.input.room == 0 { http2.input.compact() }
      let received = takePlain(i, into: &http2.input, limit: http2.input.room)
      guard case .bytes = received else { return received }
      let isSound = http2.read(now: Clock.monotonicMilliseconds())
      _ = flush(i, http2)
      if !isSound || http2.session.isOver {
        http2.isBroken = true
        return .closed
      }
    }
  }
}
