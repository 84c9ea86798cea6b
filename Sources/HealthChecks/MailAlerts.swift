import Configuration
public import EventLoop
import Memory
import Primitives
public import Proxies
import System

/// Sends the messages that `email-alert` asks for, one after the other to each mailer (manual section 3.6). Each worker
/// sends what it found itself. A message that cannot be sent is given up, as HAProxy does.
public struct MailAlerts: ~Copyable {
  /// More than this many are not kept for one mailer: it does not answer, or everything goes up and down.
  private static let limit = 1000

  private let process: ProcessRuntime
  private var queues: [MailQueue] = []
  private var isStopped = false
  /// For dates; nothing is sent without any mailer.
  private let arena: ByteArena?

  public init(process: ProcessRuntime) {
    self.process = process
    arena = process.model.mailers.isEmpty ? nil : ByteArena(capacity: 512)
  }

  /// Takes what operators are to read by mail.
  public mutating func add(_ messages: [StateMessage], _ loop: inout EventLoop) {
    guard let arena, !isStopped else { return }
    for message in messages {
      guard let level = message.mailLevel, process.model.proxies.indices.contains(message.proxyIndex) else { continue }
      let settings = process.model.proxies[message.proxyIndex].emailAlert
      guard let index = settings.mailersIndex, level <= settings.level else { continue }
      let section = process.model.mailers[index]
      let mail = MailText(settings, message.text, date: Self.date(loop.wallClock / 1_000_000, arena))
      for mailer in section.mailers.indices {
        let at = queue(message.proxyIndex, index, mailer, &loop)
        if queues[at].waiting.count < Self.limit { queues[at].waiting.append(mail) }
        if queues[at].socket == nil { begin(at, &loop) }
      }
    }
  }

  private static func date(_ seconds: Int64, _ arena: ByteArena) -> String {
    arena.reset()
    arena.begin()
    let format = Bytes("%a, %d %b %Y %T %z (%Z)")
    let isMade = Clock.append(secondsSince1970: seconds, format: format, isLocal: true, to: arena)
    return isMade ? arena.finish().latin1 : ""
  }

  private mutating func queue(_ proxy: Int, _ section: Int, _ mailer: Int, _ loop: inout EventLoop) -> Int {
    if let at = queues.firstIndex(where: { $0.proxy == proxy && $0.mailer == mailer }) { return at }
    let token = Token(kind: TokenKind.mail, index: queues.count, generation: 0)
    queues.append(
      MailQueue(
        proxy: proxy, section: section, mailer: mailer, slot: loop.timers.allocate(token: token.bits)))
    return queues.count - 1
  }

  /// Some message is under way.
  public var isBusy: Bool { queues.contains { $0.socket != nil } }

  /// Ends all that is under way.
  public mutating func stop(_ loop: inout EventLoop) {
    isStopped = true
    for at in queues.indices {
      close(at)
      loop.timers.release(queues[at].slot)
    }
    queues = []
  }

  // MARK: - One message

  private mutating func begin(_ at: Int, _ loop: inout EventLoop) {
    while !queues[at].waiting.isEmpty {
      let section = process.model.mailers[queues[at].section]
      let endpoint = section.mailers[queues[at].mailer].endpoint
      queues[at].steps = queues[at].waiting.removeFirst().exchange
      queues[at].step = 0
      queues[at].received = []
      queues[at].output = []
      guard let socket = try? Socket.make(family: endpoint.family) else { continue }
      if case .failed = socket.connect(to: endpoint) {
        socket.close()
        continue
      }
      queues[at].socket = socket
      queues[at].generation &+= 1
      loop.timers.arm(queues[at].slot, at: loop.now + Int64(section.timeout))
      let token = Token(kind: TokenKind.mail, index: at, generation: queues[at].generation)
      loop.poller.add(socket.descriptor, [.read, .peerClosed], token: token.bits)
      return
    }
  }

  private mutating func close(_ at: Int) {
    guard let socket = queues[at].socket else { return }
    queues[at].socket = nil
    queues[at].generation &+= 1
    socket.setNoLinger()
    socket.close()
  }
  private mutating func next(_ at: Int, _ loop: inout EventLoop) {
    close(at)
    begin(at, &loop)
  }

  // MARK: - Events

  public mutating func handleTimer(_ token: Token, _ loop: inout EventLoop) {
    if !isStopped && queues.indices.contains(token.index) && queues[token.index].socket != nil {
      next(token.index, &loop)
    }
  }

  public mutating func handleEvent(_ event: Poller.Event, _ loop: inout EventLoop) {
    let token = Token(bits: event.token)
    let at = token.index
    guard !isStopped, queues.indices.contains(at), queues[at].generation == token.generation,
      let socket = queues[at].socket
    else { return }
    var ended = event.isError
    var part: [UInt8] = []
    reading: while !ended && queues[at].received.count < MailQueue.longestReply {
      part.removeAll(keepingCapacity: true)
      switch socket.receive(into: &part, limit: 1024) {
      case .bytes: queues[at].received += part
      case .wouldBlock: break reading
      case .closed, .failed: ended = true
      }
    }
    while queues[at].step < queues[at].steps.count {
      switch queues[at].reply() {
      case .missing:
        if ended || queues[at].received.count >= MailQueue.longestReply { return next(at, &loop) }
        return flush(at, socket, &loop)
      case .wrong: return next(at, &loop)
      case .expected: queues[at].step += 1
      }
    }
    next(at, &loop)
  }

  private mutating func flush(_ at: Int, _ socket: Socket, _ loop: inout EventLoop) {
    while !queues[at].output.isEmpty {
      switch socket.send(queues[at].output) {
      case .bytes(let n): queues[at].output.removeFirst(n)
      case .wouldBlock:
        let token = Token(kind: TokenKind.mail, index: at, generation: queues[at].generation)
        loop.poller.change(socket.descriptor, [.read, .write, .peerClosed], token: token.bits)
        return
      case .closed, .failed: return next(at, &loop)
      }
    }
    let token = Token(kind: TokenKind.mail, index: at, generation: queues[at].generation)
    loop.poller.change(socket.descriptor, [.read, .peerClosed], token: token.bits)
  }
}

/// The messages of one proxy for one mailer, and the one that is on its way.
struct MailQueue {
  enum Reply { case missing, expected, wrong }
  static let longestReply = 16384

  let proxy: Int
  let section: Int
  let mailer: Int
  let slot: TimerWheel.Slot
  var waiting: [MailText] = []
  var socket: Socket?
  var generation: UInt32 = 0
  var steps: [MailText.Step] = []
  var step = 0
  var received: [UInt8] = []
  var output: [UInt8] = []

  init(proxy: Int, section: Int, mailer: Int, slot: TimerWheel.Slot) {
    self.proxy = proxy
    self.section = section
    self.mailer = mailer
    self.slot = slot
  }

  /// Takes the reply to the step before, and makes ready what answers it. A reply has lines with a dash behind the code,
  /// and a last one without (RFC 5321 section 4.2.1).
  mutating func reply() -> Reply {
    while let end = received.firstIndex(of: 10) {
      let line = received[..<end]
      received.removeFirst(end + 1)
      if line.count > 3 && line[line.startIndex + 3] == UInt8(ascii: "-") { continue }
      if !line.prefix(3).elementsEqual(steps[step].code.utf8) { return .wrong }
      output += steps[step].answer
      return .expected
    }
    return .missing
  }
}

/// One message and the exchange that delivers it (RFC 5321).
struct MailText {
  struct Step {
    let code: String
    let answer: [UInt8]
  }
  private let settings: EmailAlertSettings
  private let text: String
  private let date: String

  init(_ settings: EmailAlertSettings, _ text: String, date: String) {
    self.settings = settings
    self.date = date
    // A subject has no point at its end, nor a second line.
    let line = String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 ? " " : $0 }))
    self.text = line.hasSuffix(".") ? String(line.dropLast()) : line
  }

  var exchange: [Step] {
    let host = settings.hostName ?? OwnProcess.hostName
    let (from, to) = (settings.from ?? "", settings.to ?? "")
    let content =
      "From: \(from)\r\nTo: \(to)\r\nDate: \(date)\r\nSubject: [HAProxy Alert] \(text)\r\n\r\n\(text)\r\n\r\n.\r\n"
    let lines = [
      ("220", "HELO \(host)\r\n"), ("250", "MAIL FROM:<\(from)>\r\n"), ("250", "RCPT TO:<\(to)>\r\n"),
      ("250", "DATA\r\n"),
      ("354", content), ("250", "QUIT\r\n"), ("221", ""),
    ]
    return lines.map { code, line in
      Step(code: code, answer: line.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    }
  }
}
