import Connections
import Memory
import Primitives
import Proxies
import System
import TLS

/// The HTTP client of the runtime API: a thread of its own, which begins with the first request and serves one after the
/// other, so that no worker waits for a name or a server. Connections have 5 seconds to be made, and end after 30 seconds
/// of silence.
final class WebClient: Sendable {
  private struct State {
    var waiting: [WebExchange] = []
    var isStarted = false
  }
  private let state = Lock(State())
  private let wakeUp = try? WakeUp()

  static let shared = WebClient()
  private static let most = 16

  /// Takes a request on; false where that is impossible.
  func start(_ exchange: WebExchange) -> Bool {
    guard let wakeUp else { return false }
    let isTaken = state.withLock { state in
      if state.waiting.count >= Self.most { return false }
      if !state.isStarted { state.isStarted = (try? Thread { [self] in run() }) != nil }
      if state.isStarted { state.waiting.append(exchange) }
      return state.isStarted
    }
    if isTaken { wakeUp.notify() }
    return isTaken
  }

  private func run() {
    guard let wakeUp, let poller = try? Poller(capacity: 1) else { return }
    poller.add(wakeUp.descriptor, .read, token: 0)
    var worker = WebClientWorker()
    while true {
      guard let next = state.withLock({ $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }) else {
        _ = poller.wait(timeout: -1)
        wakeUp.drain()
        continue
      }
      if !next.isAbandoned { worker.serve(next) }
      next.finish()
    }
  }
}

/// What the client's thread has.
private struct WebClientWorker {
  private let buffers = BufferPool(bufferSize: 16384)
  /// Verifies servers by the system's authorities.
  private var target: TLSServerTarget?

  private enum Failure: Error {
    /// The name has no address; there is no connection; the answer is none; it does not come.
    case noAddress, noConnection, badAnswer, silence
    case abandoned
  }

  mutating func serve(_ exchange: WebExchange) {
    var answer = WebAnswer(to: exchange.request)
    do throws(Failure) {
      try ask(exchange, &answer)
    } catch {
      if answer.hasBegun { return }
      let page: String
      switch error {
      case .noAddress: page = "HTTP/1.1 503 Service Unavailable\ncontent-length: 0\r\n\r\n"
      case .noConnection:
        page = Self.page("503 Service Unavailable", "No server is available to handle this request.")
      case .badAnswer:
        page = Self.page("502 Bad Gateway", "The server returned an invalid or incomplete response.")
      case .silence: page = Self.page("504 Gateway Time-out", "The server didn't respond in time.")
      case .abandoned: return
      }
      _ = exchange.add(Array(page.utf8))
    }
  }

  private static func page(_ status: String, _ text: String) -> String {
    let body = "<html><body><h1>\(status)</h1>\n\(text)\n</body></html>\n"
    return "HTTP/1.1 \(status)\ncontent-length: \(body.utf8.count)\r\ncache-control: no-cache\r\n"
      + "content-type: text/html\r\n\r\n\(body)"
  }

  private mutating func ask(_ exchange: WebExchange, _ answer: inout WebAnswer) throws(Failure) {
    let request = exchange.request
    guard let address = IPAddress(request.host) ?? NameResolution.firstAddress(of: request.host) else {
      throw .noAddress
    }
    let endpoint = Endpoint(address, port: request.port)
    guard let socket = try? Socket.make(family: endpoint.family) else { throw .noConnection }
    socket.descriptor.setNonBlocking(false)
    socket.setTimeouts(seconds: 5)
    guard case .connected = socket.connect(to: endpoint) else {
      socket.close()
      throw .noConnection
    }
    socket.setTimeouts(seconds: 1)
    var connection = Connection(socket)
    defer { connection.close() }
    if request.isSecure { try secure(&connection, exchange) }
    try send(request.bytes, over: &connection)
    try receive(from: &connection, exchange, &answer)
  }

  private mutating func secure(_ connection: inout Connection, _ exchange: WebExchange) throws(Failure) {
    if target == nil {
      var settings = TLSServerSettings()
      settings.isUsed = true
      settings.demand = .required
      settings.authorityFile = "@system-ca"
      var problems: [TLSContextProblem] = []
      let store = exchange.process.model.certificates
      target = store.makeServer(settings, tuning: TLSTuning(), problems: &problems)
    }
    guard let context = target?.context, connection.startTLS(context, followsEdges: false),
      var scratch = buffers.takeScratch()
    else { throw .noConnection }
    _ = scratch.append(exchange.request.host.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    connection.prepareTLS { _ = $0.setServerName(scratch.readable) }
    let end = Clock.monotonicMilliseconds() + 5000
    while Clock.monotonicMilliseconds() < end && !exchange.isAbandoned {
      switch connection.handshake() {
      case .done: return
      case .wantsRead, .wantsWrite: continue
      case .failed: throw .noConnection
      }
    }
    throw .noConnection
  }

  private func send(_ bytes: [UInt8], over connection: inout Connection) throws(Failure) {
    guard var scratch = buffers.takeScratch() else { throw .noConnection }
    var sent = 0
    let end = Clock.monotonicMilliseconds() + 30_000
    while sent < bytes.count {
      scratch.reset()
      _ = scratch.append(Array(bytes[sent..<min(bytes.count, sent + scratch.room)]))
      switch connection.send(scratch.readable) {
      case .bytes(let n): sent += n
      case .wouldBlock: if Clock.monotonicMilliseconds() > end { throw .silence }
      case .closed, .failed: throw .badAnswer
      }
    }
  }

  private func receive(
    from connection: inout Connection, _ exchange: WebExchange, _ answer: inout WebAnswer
  ) throws(Failure) {
    guard var scratch = buffers.takeScratch() else { throw .noConnection }
    var last = Clock.monotonicMilliseconds()
    while true {
      scratch.reset()
      switch connection.receive(into: &scratch) {
      case .bytes:
        last = Clock.monotonicMilliseconds()
        let progress = answer.add(scratch.readable.array)
        if !exchange.add(answer.takeOutput()) { throw .abandoned }
        switch progress {
        case .more: continue
        case .over: return
        case .invalid: throw .badAnswer
        }
      case .wouldBlock:
        if exchange.isAbandoned { throw .abandoned }
        if Clock.monotonicMilliseconds() - last > 30_000 { throw .silence }
      case .closed, .failed:
        if answer.mayEnd { return }
        throw .badAnswer
      }
    }
  }
}
