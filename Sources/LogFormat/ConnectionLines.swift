public import Memory
public import Primitives

/// The lines of fixed form that no format string makes.
public enum ConnectionLine {
  /// `Connect from 10.0.1.2:33312 to 10.0.3.31:8012 (www/HTTP)` (manual section 8.2.1): written at the accept by a
  /// frontend that has `log` but no format. On a local socket: `Connect to unix:1 (www/HTTP)`.
  public static func accepted(
    client: Endpoint, destination: Endpoint, listenerID: Int, frontend: Bytes, isHTTP: Bool, into arena: ByteArena,
    limit: Int
  ) -> Bytes {
    var line = LogLine(arena, limit: limit)
    if client.family == .unix || client.family == .none {
      line.text("Connect to unix:")
      line.number(listenerID)
    } else {
      line.text("Connect from ")
      line.address(client, [])
      line.byte(UInt8(ascii: ":"))
      line.number(Int(client.port))
      line.text(" to ")
      line.address(destination, [])
      line.byte(UInt8(ascii: ":"))
      line.number(Int(destination.port))
    }
    line.text(" (")
    line.text(frontend)
    line.text(isHTTP ? "/HTTP)" : "/TCP)")
    return line.finish()
  }

  /// `127.0.0.1:56059 [03/Dec/2012:17:35:10.380] frt/f1: Connection error during SSL handshake` (manual section 8.2.5):
  /// a connection that failed before any stream. `listener` is the name of the `bind` line, or its number.
  public static func failed(
    client: Endpoint, listenerID: Int, acceptDate: Int64, frontend: Bytes, listener: Bytes?, reason: Bytes,
    _ context: inout LogContext, into arena: ByteArena, limit: Int
  ) -> Bytes {
    var line = LogLine(arena, limit: limit)
    line.address(client.family == .none ? Endpoint(family: .unix) : client, [])
    line.byte(UInt8(ascii: ":"))
    line.number(client.family == .unix || client.family == .none ? listenerID : Int(client.port))
    line.text(" [")
    line.dateWithMilliseconds(acceptDate, &context.clock)
    line.text("] ")
    line.text(frontend)
    line.byte(UInt8(ascii: "/"))
    if let listener {
      line.text(listener)
    } else {
      line.number(listenerID)
    }
    line.text(": ")
    line.text(reason)
    return line.finish()
  }
}
