/// The routing cookie in the first packet of an RDP client (`balance rdp-cookie`, `persist rdp-cookie`,
/// `req.rdp_cookie`): behind eleven bytes of TPKT and X.224 headers, `Cookie: <name>=<value>` and CR LF.
public enum RDPCookie: Equatable, Sendable {
  /// Where the value is.
  case found(Range<Int>)
  case absent
  /// The packet may still come to hold it.
  case needMore

  /// Looks for the cookie called `name`, in any case of its letters; an empty name takes any cookie. Only the first
  /// cookie of the packet is looked at.
  public static func find(named name: some ByteView, in packet: some ByteView) -> RDPCookie {
    let start = 11
    if packet.count <= start + 7 { return .needMore }
    if !matches(packet, start, Array("cookie:".utf8)) { return .absent }
    var at = start + 7
    while at < packet.count && packet[at] == 0x20 { at += 1 }
    if name.count > 0 {
      if packet.count - at <= name.count { return .needMore }
      if packet[at + name.count] != UInt8(ascii: "=") || !matches(packet, at, name) { return .absent }
      at += name.count
    } else {
      while at < packet.count && packet[at] != UInt8(ascii: "=") {
        if packet[at] == 0x0d || packet[at] == 0x0a { return .absent }
        at += 1
      }
      if at == packet.count { return .needMore }
    }
    at += 1
    let value = at
    while at < packet.count && packet[at] != 0x0d { at += 1 }
    if packet.count - at < 2 { return .needMore }
    return packet[at + 1] == 0x0a ? .found(value..<at) : .absent
  }

  private static func matches(_ packet: some ByteView, _ start: Int, _ text: some ByteView) -> Bool {
    for i in 0..<text.count where lower(packet[start + i]) != lower(text[i]) { return false }
    return true
  }
  private static func lower(_ c: UInt8) -> UInt8 { c &- 0x41 < 26 ? c | 0x20 : c }
}
