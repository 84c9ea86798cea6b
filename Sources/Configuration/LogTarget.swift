import Primitives

/// One `log` line (manual section 4.2, `log`): where lines go and in which form.
public struct LogTarget: Sendable, Hashable {
  public enum Destination: Sendable, Hashable {
    /// UDP syslog server.
    case udp(IPAddress, port: UInt16)
    /// Unix datagram socket, `/dev/log` for one.
    case unix(String)
    /// `abns@name`: datagrams to a Linux abstract name.
    case abstract(String)
    /// `stdout`, `stderr`, `fd@N`: written as a pipe or terminal.
    case descriptor(Int32)
    /// `ring@name`.
    case ring(String)
    /// `tcp@`, `uxst@`: a ring of its own with one server stands in its place once all is read.
    case stream(SocketAddress)
  }
  public enum Format: String, Sendable, Hashable { case rfc3164, rfc5424, local, priority, short, timed, iso, raw }
  public var destination: Destination
  public var format: Format?
  /// Longest line, in bytes.
  public var maxLength = 1024
  /// Syslog facility, 0 (kern) to 23 (local7).
  public var facility = 16
  /// Least severe level sent, 0 (emerg) to 7 (debug).
  public var maxLevel = 7
  /// Levels more severe than this one are sent as this one.
  public var minLevel = 0
  /// `sample <ranges>:<size>`: which of each `sampleSize` lines are sent, in ranges counted from 1.
  public var sampleRanges: [ClosedRange<Int>] = []
  public var sampleSize = 0
  public var location = SourceLocation()

  public init(destination: Destination) { self.destination = destination }
}
