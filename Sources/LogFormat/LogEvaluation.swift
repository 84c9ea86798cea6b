public import Memory
import Primitives
public import Samples

extension LogFormat {
  /// Writes the text for `source` into `arena`, `limit` bytes at most; the view is good until the arena is reset.
  ///
  /// `arena` must not be the evaluator's, which is used for scratch and put back as it was.
  public func write<Source: LogSource & SampleSource & ~Copyable>(
    _ source: inout Source, _ evaluator: Evaluator, _ context: inout LogContext, into arena: ByteArena, limit: Int
  ) -> Bytes {
    precondition(arena !== evaluator.arena)
    var line = LogLine(arena, limit: limit)
    var afterSpace = true
    var next = 0
    while next < nodes.count && !line.isFull {
      if let expression = nodes[next].expression {
        let mark = evaluator.arena.mark
        line.expression(value(of: expression, &source, evaluator), nodes[next].flags)
        evaluator.arena.reset(to: mark)
        afterSpace = false
        next &+= 1
      } else {
        // All nodes up to the next expression in one call: lending the source may copy it.
        next = writeNodes(from: next, source, &context, &line, &afterSpace)
      }
    }
    return line.finish()
  }

  /// The same for a format without expressions, or a source that cannot answer any: they are missing values then.
  public func write<Source: LogSource & ~Copyable>(
    _ source: borrowing Source, _ context: inout LogContext, into arena: ByteArena, limit: Int
  ) -> Bytes {
    var line = LogLine(arena, limit: limit)
    var afterSpace = true
    var next = 0
    while next < nodes.count && !line.isFull {
      if nodes[next].expression == nil {
        next = writeNodes(from: next, source, &context, &line, &afterSpace)
      } else {
        line.missing(nodes[next].flags)
        afterSpace = false
        next &+= 1
      }
    }
    return line.finish()
  }

  /// Writes nodes up to the next expression, or the end; returns where that is.
  private func writeNodes<Source: LogSource & ~Copyable>(
    from first: Int, _ source: borrowing Source, _ context: inout LogContext, _ line: inout LogLine,
    _ afterSpace: inout Bool
  ) -> Int {
    for i in first..<nodes.count {
      if line.isFull { break }
      let node = nodes[i]
      switch node.kind {
      case .text:
        line.text(texts.slice(node.start, node.count))
        afterSpace = false
      case .separator:
        if !afterSpace { line.byte(UInt8(ascii: " ")) }
        afterSpace = true
      case .alias:
        if write(node.alias, node.flags, source, &context, &line) { afterSpace = false }
      case .expression: return i
      }
    }
    return nodes.count
  }

  /// The value of an expression as text; binary values are taken as they are, up to the first NUL.
  private func value<Source: SampleSource & ~Copyable>(
    of expression: Expression, _ source: inout Source, _ evaluator: Evaluator
  ) -> Bytes? {
    var sample = Sample()
    guard evaluator.evaluate(expression, options, from: &source, into: &sample) == .found else { return nil }
    if case .binary(let bytes) = sample.data { return bytes.prefix(bytes.firstIndex(of: 0) ?? bytes.count) }
    return sample.cast(to: .string, arena: evaluator.arena) ? sample.data.text : nil
  }

  /// Writes one field; false where there was none at all, so that the spaces around it merge.
  private func write<Source: LogSource & ~Copyable>(
    _ alias: LogAlias, _ flags: LogFieldFlags, _ source: borrowing Source, _ context: inout LogContext,
    _ line: inout LogLine
  ) -> Bool {
    switch alias {
    case .flagsForAll: return false
    // Places
    case .clientIP: line.address(source.logClient, flags)
    case .clientPort: line.port(source.logClient, id: source.logListenerID, flags)
    case .frontendIP: line.address(source.logFrontendAddress, flags)
    case .frontendPort: line.port(source.logFrontendAddress, id: source.logListenerID, flags)
    case .backendSourceIP: line.address(source.logServerSource, flags)
    case .backendSourcePort: line.port(source.logServerSource, id: 0, flags)
    case .serverIP: line.address(source.logServerAddress, flags)
    case .serverPort: line.port(source.logServerAddress, id: 0, flags)
    case .frontendName: line.field(source.logFrontendName, flags)
    case .frontendTransport: line.transport(source.logFrontendName, source.logFrontendIsTLS, flags)
    case .backendName: line.field(source.logBackendName, flags)
    case .serverName: line.field(source.logServerName ?? Bytes("<NOSRV>"), flags)
    case .hostName: line.field(context.hostName, flags)
    case .sslCipher: line.field(source.logTLSCipher, flags)
    case .sslVersion: line.field(source.logTLSVersion, flags)
    // Dates
    case .acceptDate: line.dateWithMilliseconds(source.logAcceptDate, &context.clock)
    case .acceptDateGMT: line.dateGMT(source.logAcceptDate, &context.clock)
    case .acceptDateLocal: line.dateLocal(source.logAcceptDate, &context.clock)
    case .requestDate: line.dateWithMilliseconds(source.logRequestDate, &context.clock)
    case .requestDateGMT: line.dateGMT(source.logRequestDate, &context.clock)
    case .requestDateLocal: line.dateLocal(source.logRequestDate, &context.clock)
    case .timestamp: line.number(source.logAcceptDate / 1_000_000, digits: 4, flags)
    case .acceptMilliseconds:
      let value = Int(source.logAcceptDate % 1_000_000 / 1000)
      flags.contains(.hexadecimal) ? line.hexadecimal(UInt64(clamping: value), digits: 2) : line.milliseconds(value)
    // Times
    case .handshakeTime: line.number(source.logTimers.handshake)
    case .idleTime: line.number(source.logTimers.idle)
    case .requestTime: line.number(source.logTimers.requestTime)
    case .requestTotalTime: line.number(source.logTimers.request)
    case .queueTime: line.number(source.logTimers.queueTime)
    case .connectTime: line.number(source.logTimers.connectTime)
    case .responseTime: line.number(source.logTimers.responseTime)
    case .dataTime: line.number(source.logTimers.dataTime(isHTTP: source.logIsHTTP))
    case .activeTime: total(source.logTimers.activeTime, &line)
    case .totalTime: total(source.logTimers.close, &line)
    case .userTime: total(source.logTimers.userTime, &line)
    // The exchange
    case .status: line.number(source.logStatus)
    case .bytesRead: total(Int64(clamping: source.logBytesRead), &line)
    case .bytesUploaded: line.number(source.logBytesUploaded)
    case .request: line.encodedField(source.logRequestLine ?? Bytes("<BADREQ>"), .request, flags)
    case .method, .uri, .uriPath, .path, .query, .version:
      let part = source.logRequestLine.flatMap { RequestLineParts($0).part(alias) }
      line.encodedField(part ?? Bytes("<BADREQ>"), .request, flags)
    case .uniqueID: line.field(source.logUniqueID, flags)
    case .requestCookie: line.field(source.logRequestCookie, flags)
    case .responseCookie: line.field(source.logResponseCookie, flags)
    case .requestHeaders, .requestHeaderList, .responseHeaders, .responseHeaderList:
      return captures(alias, flags, source, &line)
    case .terminationState, .terminationStateCookie:
      line.termination(source.logTermination, withCookie: alias == .terminationStateCookie)
    // Counters
    case .processConnections: line.number(source.logProcessConnections)
    case .frontendConnections: line.number(source.logFrontendConnections)
    case .backendConnections: line.number(source.logBackendConnections)
    case .serverConnections: line.number(source.logServerConnections)
    case .serverQueue: line.number(source.logServerQueue)
    case .backendQueue: line.number(source.logBackendQueue)
    case .retries:
      if source.logWasRedispatched { line.byte(UInt8(ascii: "+")) }
      line.number(source.logRetries)
    case .requestCounter: line.number(Int64(clamping: source.logRequestCounter), digits: 4, flags)
    case .logCounter: line.number(Int64(clamping: source.logFrontendLogCounter), digits: 4, flags)
    case .processID: line.number(Int64(context.processID), digits: 4, flags)
    }
    return true
  }

  /// A number that grows until the end of the stream: `+` says that it was logged before.
  private func total(_ value: Int64, _ line: inout LogLine) {
    if logsAsSoonAsPossible { line.byte(UInt8(ascii: "+")) }
    line.number(value)
  }

  /// Captured headers: `{a|b}`, or with the list aliases `a b`. Nothing where the frontend captures none.
  private func captures<Source: LogSource & ~Copyable>(
    _ alias: LogAlias, _ flags: LogFieldFlags, _ source: borrowing Source, _ line: inout LogLine
  ) -> Bool {
    let isRequest = alias == .requestHeaders || alias == .requestHeaderList
    let isList = alias == .requestHeaderList || alias == .responseHeaderList
    let count = isRequest ? source.logRequestCaptureCount : source.logResponseCaptureCount
    if count == 0 { return false }
    let quoted = flags.contains(.quote)
    if !isList {
      if quoted { line.byte(UInt8(ascii: "\"")) }
      line.byte(UInt8(ascii: "{"))
    }
    for slot in 0..<count {
      if slot > 0 { line.byte(UInt8(ascii: isList ? " " : "|")) }
      let value = isRequest ? source.logRequestCapture(slot) : source.logResponseCapture(slot)
      if !isList {
        if let value { line.encoded(value, .header, flags) }
      } else if let value {
        line.encodedField(value, .header, flags)
      } else {
        line.missing(flags.union(.mandatory))
      }
    }
    if !isList {
      line.byte(UInt8(ascii: "}"))
      if quoted { line.byte(UInt8(ascii: "\"")) }
    }
    return true
  }
}

extension LogSource where Self: ~Copyable {
  /// When the first byte of the request came.
  var logRequestDate: Int64 {
    let timers = logTimers
    return timers.idle >= 0 ? logAcceptDate &+ (timers.idle &+ timers.handshake) &* 1000 : logAcceptDate
  }
}

extension LogTimers {
  var requestTime: Int64 { request >= 0 ? request &- max(idle, 0) &- handshake : -1 }
  /// In TCP mode `request` is -1, which makes this one millisecond longer, as HAProxy 2.6 prints it.
  var queueTime: Int64 { queue >= 0 ? queue &- request : -1 }
  var connectTime: Int64 { connect >= 0 ? connect &- queue : -1 }
  var responseTime: Int64 { data >= 0 ? data &- connect : -1 }
  func dataTime(isHTTP: Bool) -> Int64 {
    let from = isHTTP ? data : connect
    return from >= 0 ? close &- from : -1
  }
  var activeTime: Int64 { close &- (idle >= 0 ? idle &+ handshake : 0) }
  var userTime: Int64 { close &- max(idle, 0) }
}

extension LogLine {
  mutating func expression(_ value: Bytes?, _ flags: LogFieldFlags) {
    guard flags.contains(.http), let value, !value.isEmpty else {
      guard let value, let end = value.firstIndex(of: 0) else { return field(value, flags) }
      // Outside of messages a NUL ends a text.
      return field(value.prefix(end), flags.subtracting(.mandatory))
    }
    if flags.contains(.quote) { byte(UInt8(ascii: "\"")) }
    encoded(value, .message, flags, mark: UInt8(ascii: "%"))
    if flags.contains(.quote) { byte(UInt8(ascii: "\"")) }
  }
  mutating func number(_ value: Int64, digits: Int, _ flags: LogFieldFlags) {
    flags.contains(.hexadecimal) ? hexadecimal(UInt64(bitPattern: value), digits: digits) : number(value)
  }
  mutating func encodedField(_ value: Bytes, _ set: LogEncodeSet, _ flags: LogFieldFlags) {
    if flags.contains(.quote) { byte(UInt8(ascii: "\"")) }
    encoded(value, set, flags)
    if flags.contains(.quote) { byte(UInt8(ascii: "\"")) }
  }
  mutating func transport(_ name: Bytes, _ isTLS: Bool, _ flags: LogFieldFlags) {
    if flags.contains(.quote) { byte(UInt8(ascii: "\"")) }
    text(name)
    if isTLS { byte(UInt8(ascii: "~")) }
    if flags.contains(.quote) { byte(UInt8(ascii: "\"")) }
  }
  mutating func termination(_ state: TerminationState, withCookie: Bool) {
    byte(state.cause)
    byte(state.phase)
    if withCookie {
      byte(state.clientCookie)
      byte(state.serverCookie)
    }
  }
  /// `06/Feb/2009:12:14:14.655`
  mutating func dateWithMilliseconds(_ date: Int64, _ clock: inout LogClock) {
    if !fits(24) { return }
    let second = date / 1_000_000
    whole(clock.localDate(second))
    byte(UInt8(ascii: "."))
    milliseconds(Int(date % 1_000_000 / 1000))
  }
  /// `06/Feb/2009:12:14:14 +0000`
  mutating func dateGMT(_ date: Int64, _ clock: inout LogClock) {
    if !fits(26) { return }
    whole(clock.utcDate(date / 1_000_000))
    text(" +0000")
  }
  mutating func dateLocal(_ date: Int64, _ clock: inout LogClock) {
    if !fits(26) { return }
    let second = date / 1_000_000
    whole(clock.localDate(second))
    byte(UInt8(ascii: " "))
    whole(clock.localZone(second))
  }
}
