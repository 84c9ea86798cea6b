import Configuration
import LogFormat
import Memory
import Observability
import Primitives
import System
import Testing

/// A datagram socket that a test reads log lines from.
struct LogReceiver: ~Copyable {
  let socket: Socket
  let pool: BufferPool

  init(_ address: SocketAddress = .ip(.v4(.loopback), port: 0)) throws {
    let opened = try Socket.make(family: address.endpoint.family, kind: .datagram)
    try opened.bind(to: address)
    socket = opened
    pool = BufferPool(bufferSize: 65536)
  }
  deinit { socket.close() }

  var destination: LogTarget.Destination { .udp(.v4(.loopback), port: socket.localEndpoint.port) }

  /// The next datagram, or nil where none is there.
  func next() -> String? {
    guard var buffer = pool.take() else { return nil }
    guard case .bytes = socket.receive(into: &buffer) else { return nil }
    return buffer.readable.latin1
  }
}

func target(_ destination: LogTarget.Destination, _ change: (inout LogTarget) -> Void = { _ in }) -> LogTarget {
  var target = LogTarget(destination: destination)
  change(&target)
  return target
}

func model(_ targets: [LogTarget], _ change: (inout GlobalSettings) -> Void = { _ in }) -> ConfigurationModel {
  var model = ConfigurationModel()
  change(&model.global)
  var proxy = ProxySettings(name: "f0", location: SourceLocation(), capabilities: .frontend)
  proxy.logTargets = targets
  model.proxies = [proxy]
  return model
}

func sender(_ model: ConfigurationModel) -> LogSender {
  LogSender(LogRoutes(model), global: model.global, hostName: "vm", processID: 18950)
}

/// 2026-11-23 06:57:29.099071 UTC
let moment: Int64 = 1_795_417_049_099_071

@Suite struct LogSenderTests {
  /// The local dates of `moment`.
  static var dates: (syslog: String, iso: String) {
    var clock = LogClock()
    let second = moment / 1_000_000
    return (clock.syslogDate(second).latin1, clock.isoDate(second).latin1 + ".099071" + clock.isoZone(second).latin1)
  }

  @Test func writesTheHeadersOfAllFormats() throws {
    let receiver = try LogReceiver()
    let (syslog, iso) = Self.dates
    func sent(_ format: LogTarget.Format?, hostName: String? = nil, tag: Bytes? = nil, data: Bytes = Bytes()) -> String?
    {
      let configuration = model([target(receiver.destination) { $0.format = format }]) {
        $0.logSendHostname = hostName
      }
      var sender = sender(configuration)
      sender.deliver(
        Bytes("the line"), structuredData: data, to: sender.routes.route(ofProxy: 0), level: .information, tag: tag,
        now: moment)
      return receiver.next()
    }
    #expect(sent(nil) == "<134>\(syslog) haproxy[18950]: the line\n")
    #expect(sent(nil, hostName: "my.host") == "<134>\(syslog) my.host haproxy[18950]: the line\n")
    #expect(sent(.local, hostName: "my.host") == "<134>\(syslog) haproxy[18950]: the line\n")
    #expect(sent(.local, tag: Bytes("t[ag]")) == "<134>\(syslog) t[ag][18950]: the line\n")
    #expect(sent(.rfc3164) == "<134>\(syslog) localhost haproxy[18950]: the line\n")
    #expect(sent(.rfc3164, hostName: "vm") == "<134>\(syslog) vm haproxy[18950]: the line\n")
    #expect(sent(.rfc5424) == "<134>1 \(iso) - haproxy 18950 - - the line\n")
    #expect(
      sent(.rfc5424, hostName: "vm", tag: Bytes("feta"), data: Bytes("[ex@1 bytes=55]"))
        == "<134>1 \(iso) vm feta 18950 - [ex@1 bytes=55] the line\n")
    #expect(sent(.priority) == "<134>the line\n")
    #expect(sent(.short, data: Bytes("[a]")) == "<6>the line\n")
    #expect(sent(.timed) == "<6>\(iso) the line\n")
    #expect(sent(.iso) == "\(iso) the line\n")
    #expect(sent(.raw, hostName: "vm", tag: Bytes("x")) == "the line\n")
  }

  @Test func clampsLevels() throws {
    let receiver = try LogReceiver()
    let configuration = model([
      target(receiver.destination) {
        $0.format = .priority
        ($0.facility, $0.maxLevel, $0.minLevel) = (3, LogLevel.notice.rawValue, LogLevel.critical.rawValue)
      }
    ])
    var sender = sender(configuration)
    let route = sender.routes.route(ofProxy: 0)
    for level in LogLevel.allCases { sender.send(LogEvent(level, level.name), to: route, now: moment) }
    let lines = Array(sequence(state: ()) { _ in receiver.next() })
    #expect(lines == ["<26>emerg\n", "<26>alert\n", "<26>crit\n", "<27>err\n", "<28>warning\n", "<29>notice\n"])
  }

  @Test func cutsLinesAtTheTarget() throws {
    let short = try LogReceiver()
    let long = try LogReceiver()
    let text = String(repeating: "1234567890", count: 200)
    func lines(_ targets: [LogTarget]) -> (String?, String?) {
      var sender = sender(model(targets))
      sender.send(LogEvent(.notice, text), to: sender.routes.route(ofProxy: 0), now: moment)
      return (short.next(), long.next())
    }
    let eighty = target(short.destination) { ($0.maxLength, $0.format) = (80, .raw) }
    // Alone, the longest line is one shorter than its length; beside a longer one each target cuts for itself.
    #expect(lines([eighty]).0?.count == 80)
    let both = lines([eighty, target(long.destination) { $0.format = .raw }])
    #expect(both.0?.count == 81)
    #expect(both.1?.count == 1024)
    let withHeader = lines([target(short.destination) { ($0.maxLength, $0.format) = (80, .iso) }])
    #expect(withHeader.0?.count == 81)
    #expect(withHeader.0?.hasSuffix("\n") == true)
  }

  @Test func samplesLines() throws {
    let odd = try LogReceiver()
    let rest = try LogReceiver()
    let configuration = model([
      target(odd.destination) { ($0.format, $0.sampleRanges, $0.sampleSize) = (.raw, [1...1], 4) },
      target(rest.destination) { ($0.format, $0.sampleRanges, $0.sampleSize) = (.raw, [2...2, 3...4], 4) },
    ])
    var sender = sender(configuration)
    for i in 1...9 { sender.send(LogEvent(.notice, "\(i)"), to: sender.routes.route(ofProxy: 0), now: moment) }
    func all(_ receiver: borrowing LogReceiver) -> [String] {
      var lines: [String] = []
      while let line = receiver.next() { lines.append(line) }
      return lines
    }
    #expect(all(odd) == ["1\n", "5\n", "9\n"])
    #expect(all(rest) == ["2\n", "3\n", "4\n", "6\n", "7\n", "8\n"])
  }

  @Test func findsALocalSocketAgain() throws {
    let path = "/tmp/weir-log-\(Clock.monotonicNanoseconds()).sock"
    defer { _ = Files.remove(path) }
    var sender = sender(model([target(.unix(path)) { $0.format = .raw }]))
    let route = sender.routes.route(ofProxy: 0)
    sender.send(LogEvent(.notice, "nobody listens"), to: route, now: moment)
    #expect(sender.routes.dropped.value == 1)
    do {
      let receiver = try LogReceiver(.unix(path))
      sender.send(LogEvent(.notice, "first"), to: route, now: moment)
      #expect(receiver.next() == "first\n")
    }
    sender.send(LogEvent(.notice, "restarting"), to: route, now: moment)
    #expect(sender.routes.dropped.value == 2)
    _ = Files.remove(path)
    let again = try LogReceiver(.unix(path))
    sender.send(LogEvent(.notice, "second"), to: route, now: moment)
    #expect(again.next() == "second\n")
  }

  @Test func dropsWhatAFullTargetCannotTake() throws {
    let path = "/tmp/weir-log-full-\(Clock.monotonicNanoseconds()).sock"
    defer { _ = Files.remove(path) }
    let receiver = try LogReceiver(.unix(path))
    var sender = sender(model([target(.unix(path)) { $0.format = .raw }]))
    let route = sender.routes.route(ofProxy: 0)
    // Nobody reads: the queue of the socket fills, and sending goes on without blocking.
    for i in 0..<4000 { sender.send(LogEvent(.notice, "line \(i)"), to: route, now: moment) }
    #expect(sender.routes.dropped.value > 0)
    var received = 0
    while receiver.next() != nil { received += 1 }
    #expect(received + sender.routes.dropped.value == 4000)
  }

  @Test func writesToDescriptors() throws {
    let pipe = try Pipe()
    defer {
      pipe.close()
    }
    var sender = sender(
      model([target(.descriptor(pipe.writeEnd.number)) { ($0.format, $0.maxLength) = (.short, 65535) }]))
    sender.send(LogEvent(.warning, "Paused frontend fe."), to: sender.routes.route(ofProxy: 0), now: moment)
    let pool = BufferPool(bufferSize: 65536)
    guard var buffer = pool.take() else { return }
    guard case .bytes = pipe.readEnd.read(into: &buffer) else {
      Issue.record("nothing written")
      return
    }
    #expect(buffer.readable.latin1 == "<4>Paused frontend fe.\n")
    // A full pipe drops lines instead of blocking.
    for _ in 0..<2000 {
      sender.send(
        LogEvent(.warning, String(repeating: "x", count: 500)), to: sender.routes.route(ofProxy: 0), now: moment)
    }
    #expect(sender.routes.dropped.value > 0)
  }

  @Test func sendsStreamsAndConnections() throws {
    let receiver = try LogReceiver()
    var sender = sender(model([target(receiver.destination) { $0.format = .raw }]))
    let route = sender.routes.route(ofProxy: 0)
    let client = Endpoint(family: .ipv4, port: 5, low: 0x0102_0304)
    sender.logAccept(
      client: client, destination: client, listenerID: 1, frontend: Bytes("f0"), isHTTP: false, to: route, now: moment)
    #expect(receiver.next() == "Connect from 1.2.3.4:5 to 1.2.3.4:5 (f0/TCP)\n")
    sender.logFailure(
      client: client, listenerID: 1, acceptDate: moment, frontend: Bytes("f0"), listener: Bytes("bn"),
      failure: .tlsAborted,
      to: route, level: .information, now: moment)
    #expect(receiver.next()?.hasSuffix(".099] f0/bn: Connection error during SSL handshake\n") == true)
    sender.send(LogEvent(.notice, "nowhere"), to: sender.routes.route(ofProxy: 7), now: moment)
    sender.send(LogEvent(.notice, "nowhere"), to: sender.routes.global, now: moment)
    #expect(receiver.next() == nil)
  }
}
