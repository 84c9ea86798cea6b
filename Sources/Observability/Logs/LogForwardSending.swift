public import LogFormat
public import Memory
import Configuration
import System

/// Messages of other programs that are sent on (manual section 3.10).
extension LogSender {
  /// Sends the message to every target of `route` that wants its severity, in the target's form; where it names none, in
  /// the form that the message had.
  public mutating func forward(_ message: ForwardedMessage, to route: LogRoutes.Route, now: Int64) {
    let severity = (message.priority ?? 0) & 7
    for index in route.range {
      if severity > routes.targets[index].maxLevel || !routes.targets[index].takes() { continue }
      arena.reset()
      let header = forwardedHeader(message, of: index, max(severity, routes.targets[index].minLevel), now: now)
      let limit = routes.targets[index].maxLength
      transmit(header.prefix(limit), message.text.prefix(max(limit &- header.count, 0)), to: index)
    }
  }

  /// The form of a message whose target names none: as much of it as it had.
  private func ownFormat(_ message: ForwardedMessage) -> LogTarget.Format {
    if !message.host.isEmpty { return message.isModern ? .rfc5424 : .rfc3164 }
    if !message.tag.isEmpty { return .local }
    return message.priority == nil ? .raw : .priority
  }

  private mutating func forwardedHeader(
    _ message: ForwardedMessage, of index: Int, _ severity: Int, now: Int64
  ) -> Bytes {
    let facility = message.priority.map { $0 >> 3 } ?? routes.targets[index].facility
    let format = routes.targets[index].givenFormat ?? ownFormat(message)
    arena.begin()
    appendPriority(of: format, facility, severity)
    switch format {
    case .raw, .short, .priority: break
    case .timed, .iso:
      appendModernTime(message, now)
      arena.append(" ")
    case .local, .rfc3164:
      appendLegacyTime(message, now)
      arena.append(" ")
      if format == .rfc3164 {
        // Whoever wrote it, it was not this host.
        arena.append(message.host.isEmpty ? Bytes("localhost") : message.host)
        arena.append(" ")
      }
      if message.tag.isEmpty { break }
      arena.append(message.tag)
      if !message.processID.isEmpty {
        arena.append("[")
        arena.append(message.processID)
        arena.append("]")
      }
      arena.append(": ")
    case .rfc5424:
      arena.append("1 ")
      if message.isModern && message.time.isEmpty { arena.append("-") } else { appendModernTime(message, now) }
      for field in [message.host, message.tag, message.processID, message.messageID, message.structuredData] {
        arena.append(" ")
        arena.append(field.isEmpty ? Bytes("-") : field)
      }
      arena.append(" ")
    }
    return arena.finish()
  }

  /// The message's time, or the time of day, as the newer headers write it.
  private mutating func appendModernTime(_ message: ForwardedMessage, _ now: Int64) {
    if message.time.isEmpty { return appendISODate(now) }
    if message.isModern {
      arena.append(message.time)
      return
    }
    // The older form tells neither year nor zone.
    let year = context.clock.isoDate(now / 1_000_000).prefix(4)
    let month = (ForwardedTime.month(message.time.prefix(3)) ?? 0) + 1
    arena.append(year)
    arena.append("-")
    arena.append(byte: UInt8(48 + month / 10))
    arena.append(byte: UInt8(48 + month % 10))
    arena.append("-")
    let first = message.time[4]
    arena.append(byte: first == 0x20 ? UInt8(ascii: "0") : first)
    arena.append(byte: message.time[5])
    arena.append("T")
    arena.append(message.time.dropFirst(7))
    arena.append("-00:00")
  }

  private mutating func appendLegacyTime(_ message: ForwardedMessage, _ now: Int64) {
    if !message.time.isEmpty && !message.isModern {
      arena.append(message.time)
      return
    }
    let time = message.time
    if time.count >= 19 {
      let month = Int(time[5] &- 48) * 10 + Int(time[6] &- 48)
      if (1...12).contains(month) {
        arena.append(Bytes(ForwardedTime.months[month - 1]))
        arena.append(" ")
        arena.append(byte: time[8] == UInt8(ascii: "0") ? 0x20 : time[8])
        arena.append(byte: time[9])
        arena.append(" ")
        arena.append(time[11..<19])
        return
      }
    }
    arena.append(context.clock.syslogDate(now / 1_000_000))
  }
}
