public import Configuration
public import LogFormat
public import Memory
public import Primitives
public import Samples
import System

/// Sends the log lines of one worker. A send never blocks and never fails for its caller: a line that a target
/// cannot take is dropped and counted. Every datagram names its address, so a syslog daemon that restarts, or comes
/// up late, is found again without reconnecting.
public struct LogSender: ~Copyable {
  /// Clock, host name and process number for the lines' own fields.
  public var context: LogContext
  public let routes: LogRoutes
  private let headerHostName: Bytes
  private let globalTag: Bytes
  /// Headers, and the lines of `log(...)`.
  let arena: ByteArena
  private var ipv4 = Socket(.none)
  private var ipv6 = Socket(.none)
  private var local = Socket(.none)
  /// Descriptors already made non-blocking: bit per number below 64.
  private var prepared: UInt64 = 0

  public init(_ routes: LogRoutes, global: GlobalSettings, hostName: String, processID: Int) {
    self.routes = routes
    context = LogContext(hostName: Bytes(permanent: hostName), processID: processID)
    headerHostName = Bytes(permanent: global.logSendHostname ?? "")
    globalTag = Bytes(permanent: global.logTag)
    arena = ByteArena(capacity: 2 * 65536 + 4096)
  }

  deinit {
    arena.giveBack()
    for socket in [ipv4, ipv6, local] where socket.descriptor.isOpen { socket.close() }
  }

  // MARK: - Lines of streams

  /// Writes and sends the line of one stream.
  ///
  /// - Parameters:
  ///   - evaluator: for the expressions of the formats; it must not share its arena with this sender.
  ///   - structuredData: `log-format-sd` of the frontend, for its rfc5424 targets.
  ///   - tag: `log-tag` of the frontend; nil for the global one.
  ///   - now: the wall clock, in microseconds since 1970.
  public mutating func log<Source: LogSource & SampleSource & ~Copyable>(
    _ source: inout Source, _ evaluator: Evaluator, _ format: LogFormat, structuredData: LogFormat? = nil,
    to route: LogRoutes.Route, level: LogLevel, tag: Bytes? = nil, now: Int64
  ) {
    if route.isEmpty { return }
    arena.reset()
    let line = format.write(&source, evaluator, &context, into: arena, limit: routes.lineLimit)
    if line.isEmpty { return }
    var data = Bytes()
    if let structuredData {
      data = structuredData.write(&source, evaluator, &context, into: arena, limit: routes.lineLimit)
    }
    deliver(line, structuredData: data, to: route, level: level, tag: tag, now: now)
  }

  /// The same where no format has expressions.
  public mutating func log<Source: LogSource & ~Copyable>(
    _ source: borrowing Source, _ format: LogFormat, structuredData: LogFormat? = nil, to route: LogRoutes.Route,
    level: LogLevel, tag: Bytes? = nil, now: Int64
  ) {
    if route.isEmpty { return }
    arena.reset()
    let line = format.write(source, &context, into: arena, limit: routes.lineLimit)
    if line.isEmpty { return }
    var data = Bytes()
    if let structuredData { data = structuredData.write(source, &context, into: arena, limit: routes.lineLimit) }
    deliver(line, structuredData: data, to: route, level: level, tag: tag, now: now)
  }

  /// The line of a frontend without a format, written at the accept: `Connect from ...`.
  public mutating func logAccept(
    client: Endpoint, destination: Endpoint, listenerID: Int, frontend: Bytes, isHTTP: Bool, to route: LogRoutes.Route,
    tag: Bytes? = nil, now: Int64
  ) {
    if route.isEmpty { return }
    arena.reset()
    let line = ConnectionLine.accepted(
      client: client, destination: destination, listenerID: listenerID, frontend: frontend, isHTTP: isHTTP, into: arena,
      limit: routes.lineLimit)
    deliver(line, structuredData: Bytes(), to: route, level: .information, tag: tag, now: now)
  }

  /// The line of a connection that failed in its handshakes, where the frontend has no `error-log-format`.
  public mutating func logFailure(
    client: Endpoint, listenerID: Int, acceptDate: Int64, frontend: Bytes, listener: Bytes?, failure: ConnectionFailure,
    to route: LogRoutes.Route, level: LogLevel, tag: Bytes? = nil, now: Int64
  ) {
    if route.isEmpty { return }
    arena.reset()
    let line = ConnectionLine.failed(
      client: client, listenerID: listenerID, acceptDate: acceptDate, frontend: frontend, listener: listener,
      reason: Bytes(failure.text), &context, into: arena, limit: routes.lineLimit)
    deliver(line, structuredData: Bytes(), to: route, level: level, tag: tag, now: now)
  }

  // MARK: - Events

  /// Sends an event of a server, a proxy or the process.
  public mutating func send(_ event: LogEvent, to route: LogRoutes.Route, tag: Bytes? = nil, now: Int64) {
    if route.isEmpty { return }
    arena.reset()
    arena.begin()
    for scalar in event.text.unicodeScalars.prefix(routes.lineLimit) {
      arena.append(byte: UInt8(truncatingIfNeeded: scalar.value))
    }
    deliver(arena.finish(), structuredData: Bytes(), to: route, level: event.level, tag: tag, now: now)
  }

  // MARK: - Sending

  /// Sends `line` to every target of `route` that wants its level.
  public mutating func deliver(
    _ line: Bytes, structuredData: Bytes, to route: LogRoutes.Route, level: LogLevel, tag: Bytes?, now: Int64
  ) {
    for index in route.range {
      // The index stays in bounds: routes are made with the targets and never change.
      if level.rawValue > routes.targets[index].maxLevel || !routes.targets[index].takes() { continue }
      let mark = arena.mark
      let severity = max(level.rawValue, routes.targets[index].minLevel)
      let header = header(of: index, severity, structuredData: structuredData, tag: tag ?? globalTag, now: now)
      let body = line.prefix(max(routes.targets[index].maxLength &- header.count, 0))
      transmit(header.prefix(routes.targets[index].maxLength), body, to: index)
      arena.reset(to: mark)
    }
  }

  /// What stands before the line (manual section 4.2, `log`, `format`).
  private mutating func header(of index: Int, _ severity: Int, structuredData: Bytes, tag: Bytes, now: Int64) -> Bytes {
    let format = routes.targets[index].format
    let second = now / 1_000_000
    arena.begin()
    appendPriority(of: format, routes.targets[index].facility, severity)
    switch format {
    case .raw, .short, .priority: break
    case .timed, .iso:
      appendISODate(now)
      arena.append(" ")
    case .local, .rfc3164:
      arena.append(context.clock.syslogDate(second))
      arena.append(" ")
      if format == .rfc3164 {
        arena.append(headerHostName.isEmpty ? Bytes("localhost") : headerHostName)
        arena.append(" ")
      }
      arena.append(tag)
      arena.append("[")
      arena.append(decimal: Int64(context.processID))
      arena.append("]: ")
    case .rfc5424:
      arena.append("1 ")
      appendISODate(now)
      arena.append(" ")
      arena.append(headerHostName.isEmpty ? Bytes("-") : headerHostName)
      arena.append(" ")
      arena.append(tag.isEmpty ? Bytes("-") : tag)
      arena.append(" ")
      arena.append(decimal: Int64(context.processID))
      arena.append(" - ")
      arena.append(structuredData.isEmpty ? Bytes("-") : structuredData)
      arena.append(" ")
    }
    return arena.finish()
  }
  /// The priority in front: of the severity alone, with the facility, or none.
  func appendPriority(of format: LogTarget.Format, _ facility: Int, _ severity: Int) {
    let value =
      switch format {
      case .raw, .iso: Int64(-1)
      case .short, .timed: Int64(severity)
      case .priority, .local, .rfc3164, .rfc5424: Int64(facility &* 8 &+ severity)
      }
    if value < 0 { return }
    arena.append("<")
    arena.append(decimal: value)
    arena.append(">")
  }
  /// `2026-11-23T06:57:30.099071+00:00`
  mutating func appendISODate(_ now: Int64) {
    let second = now / 1_000_000
    arena.append(context.clock.isoDate(second))
    arena.append(".")
    var divisor: Int64 = 100_000
    while divisor > 0 {
      arena.append(byte: UInt8(truncatingIfNeeded: 48 &+ now / divisor % 10))
      divisor /= 10
    }
    arena.append(context.clock.isoZone(second))
  }

  mutating func transmit(_ header: Bytes, _ body: Bytes, to index: Int) {
    let result: IOResult
    switch routes.targets[index].transport {
    case .descriptor(let descriptor):
      prepare(descriptor)
      result = descriptor.write(header, body, Bytes("\n"))
    case .ring(let ring):
      ring.append(header, body)
      return
    case .datagram(let address):
      result = socket(address.family)?.send(header, body, Bytes("\n"), to: address) ?? .wouldBlock
    }
    switch result {
    case .bytes: break
    case .wouldBlock, .closed: routes.dropped.add(1)
    case .failed(let error):
      routes.dropped.add(1)
      report(error, index)
    }
  }

  private mutating func prepare(_ descriptor: FileDescriptor) {
    let number = descriptor.number
    let bit: UInt64 = number >= 0 && number < 64 ? 1 << UInt64(number) : 0
    if bit != 0 && prepared & bit != 0 { return }
    descriptor.setNonBlocking()
    prepared |= bit
  }

  /// The worker's socket of that family, made when it is first needed.
  private mutating func socket(_ family: Endpoint.Family) -> Socket? {
    switch family {
    case .ipv4, .none:
      if !ipv4.descriptor.isOpen { ipv4 = LogSender.make(.ipv4) }
      return ipv4.descriptor.isOpen ? ipv4 : nil
    case .ipv6:
      if !ipv6.descriptor.isOpen { ipv6 = LogSender.make(.ipv6) }
      return ipv6.descriptor.isOpen ? ipv6 : nil
    case .unix:
      if !local.descriptor.isOpen { local = LogSender.make(.unix) }
      return local.descriptor.isOpen ? local : nil
    }
  }
  private static func make(_ family: Endpoint.Family) -> Socket {
    guard let socket = try? Socket.make(family: family, kind: .datagram) else { return Socket(.none) }
    // Nothing is ever read from it.
    socket.setReceiveBuffer(0)
    socket.shutdown(.read)
    return socket
  }

  /// Says once per process that logs are lost, on standard error.
  private func report(_ error: SystemError, _ index: Int) {
    if !routes.reported.exchange(0, for: 1) { return }
    FileDescriptor.standardError.writeAll(
      "[ALERT]    (\(context.processID)) : sendmsg()/writev() failed in logger #\(index + 1): \(error) (errno=\(error.code))\n"
    )
  }
}
