public import Memory

/// What a fetch sees of a channel's buffer.
public struct ChannelView {
  /// The bytes that are waiting, side by side.
  public let bytes: Bytes
  /// How many the buffer can hold (`tune.bufsize`).
  public let capacity: Int
  /// Whether more can come: the side is open and the buffer has room.
  public let isOpen: Bool
  public init(bytes: Bytes, capacity: Int, isOpen: Bool) {
    self.bytes = bytes
    self.capacity = capacity
    self.isOpen = isOpen
  }
}

/// Fetches from the bytes of a channel that nothing has parsed. What is too short for an answer may change while the
/// channel is open.
public enum PayloadFetches {
  /// Nil for a fetch that is answered elsewhere.
  public static func fetch(_ call: FetchCall, _ channel: ChannelView, into sample: inout Sample) -> FetchStatus? {
    let tooShort: FetchStatus = channel.isOpen ? .mayChange : .notFound
    switch call.id {
    case .reqLen, .resLen:
      sample.flags.insert(.mayChange)
      return HTTPFetches.found(.integer(Int64(channel.bytes.count)), &sample)
    case .payload, .reqPayload, .resPayload: return payload(call.arguments, channel, tooShort, &sample)
    case .payloadLv, .reqPayloadLv, .resPayloadLv: return lengthValue(call.arguments, channel, tooShort, &sample)
    case .reqSslHelloType, .resSslHelloType, .reqSslVer, .reqSslSni, .reqSslAlpn, .reqSslEcExt, .reqSslStExt:
      return TLSHelloFetches.fetch(call.id, channel.bytes, tooShort, &sample)
    case .reqRdpCookie, .reqRdpCookieCnt:
      return remoteDesktopCookie(call, channel.bytes, tooShort, &sample)
    case .distccParam, .distccBody: return distributedCompiler(call, channel.bytes, tooShort, &sample)
    default: return nil
    }
  }

  private static func payload(
    _ arguments: Arguments, _ channel: ChannelView, _ tooShort: FetchStatus, _ sample: inout Sample
  ) -> FetchStatus {
    let offset = arguments.first.integer ?? 0
    let length = arguments.second.integer ?? 0
    let limit = Int64(channel.capacity)
    if offset < 0 || length < 0 || offset > limit || length > limit - offset { return .notFound }
    let have = Int64(channel.bytes.count)
    if offset + length > have { return tooShort }
    let rest = channel.bytes.dropFirst(Int(offset))
    // Without a length the rest is asked for, which may still grow.
    if length == 0 && channel.isOpen { sample.flags.insert(.mayChange) }
    return HTTPFetches.found(.binary(length == 0 ? rest : rest.prefix(Int(length))), &sample)
  }

  /// A payload whose length stands before it.
  private static func lengthValue(
    _ arguments: Arguments, _ channel: ChannelView, _ tooShort: FetchStatus, _ sample: inout Sample
  ) -> FetchStatus {
    let offset = arguments.first.integer ?? 0
    let size = arguments.second.integer ?? 0
    let limit = Int64(channel.capacity)
    if offset < 0 || size <= 0 || offset > limit || size > limit - offset { return .notFound }
    if offset + size > Int64(channel.bytes.count) { return tooShort }
    var length: UInt64 = 0
    for i in 0..<Int(size) { length = length << 8 &+ UInt64(channel.bytes[Int(offset) + i]) }
    if length == 0 || length > UInt64(limit) { return .notFound }
    var start = offset + size
    if let other = arguments.third.integer { start = arguments.fourth.integer == 1 ? start &+ other : other }
    if start < 0 || start > limit || Int64(length) > limit - start { return .notFound }
    if start + Int64(length) > Int64(channel.bytes.count) { return tooShort }
    return HTTPFetches.found(.binary(channel.bytes.slice(Int(start), Int(length))), &sample)
  }

  /// The cookie that Microsoft's terminal services put into the first packet: `Cookie: name=value` behind eleven bytes
  /// of other protocols.
  private static func remoteDesktopCookie(
    _ call: FetchCall, _ bytes: Bytes, _ tooShort: FetchStatus, _ sample: inout Sample
  ) -> FetchStatus {
    let name = call.arguments.first.text ?? Bytes()
    let value: Bytes?
    switch RemoteDesktopCookie.find(name, bytes) {
    case .tooShort:
      if tooShort == .mayChange || call.id == .reqRdpCookie { return tooShort }
      value = nil
    case .none: value = nil
    case .found(let text): value = text
    }
    if call.id == .reqRdpCookieCnt { return HTTPFetches.found(.integer(value == nil ? 0 : 1), &sample) }
    guard let value else { return .notFound }
    return HTTPFetches.found(.string(value), &sample)
  }

  /// A token of the distcc protocol: four letters, eight hexadecimal digits, and for most of them a body.
  private static func distributedCompiler(
    _ call: FetchCall, _ bytes: Bytes, _ tooShort: FetchStatus, _ sample: inout Sample
  ) -> FetchStatus {
    guard let wanted = call.arguments.first.text else { return .notFound }
    var occurrence = call.arguments.second.integer ?? 0
    if occurrence == 0 { occurrence = 1 }
    var at = 0
    while true {
      if bytes.count - at < 12 { return tooShort }
      let token = bytes.slice(at, 4)
      var parameter: Int64 = 0
      for i in 4..<12 {
        guard let digit = NumberText.hexDigit(bytes[at + i]) else { return .notFound }
        parameter = parameter << 4 | Int64(digit)
      }
      at += 12
      let hasBody = !(token.equals("DIST") || token.equals("ARGC") || token.equals("DONE") || token.equals("STAT"))
      if token.equals(wanted) {
        occurrence -= 1
        if occurrence == 0 {
          if call.id == .distccParam { return HTTPFetches.found(.integer(parameter), &sample) }
          if !hasBody { return HTTPFetches.found(.binary(Bytes()), &sample) }
          if parameter > Int64(bytes.count - at) { return tooShort }
          return HTTPFetches.found(.binary(bytes.slice(at, Int(parameter))), &sample)
        }
      }
      if hasBody {
        if parameter > Int64(bytes.count - at) { return tooShort }
        at += Int(parameter)
      }
    }
  }
}

/// Reads the cookie of the remote desktop protocol; also what `balance rdp-cookie` and `persist rdp-cookie` look at.
public enum RemoteDesktopCookie {
  public enum Result {
    case found(Bytes)
    case none
    case tooShort
  }
  /// - Parameter name: without regard to case; empty for any.
  public static func find(_ name: Bytes, _ bytes: Bytes) -> Result {
    if bytes.count <= 18 { return .tooShort }
    if !bytes.slice(11, 7).equalsIgnoringCase("Cookie:") { return .none }
    var at = 18
    while bytes.at(at) == 0x20 { at += 1 }
    if name.isEmpty {
      while let c = bytes.at(at), c != UInt8(ascii: "=") {
        if c == 13 || c == 10 { return .none }
        at += 1
      }
      if at >= bytes.count { return .tooShort }
    } else {
      if bytes.count - at <= name.count { return .tooShort }
      if bytes[at + name.count] != UInt8(ascii: "=") || !bytes.slice(at, name.count).equalsIgnoringCase(name) {
        return .none
      }
      at += name.count
    }
    at += 1
    guard let end = bytes.firstIndex(of: 13, from: at), end + 1 < bytes.count else { return .tooShort }
    return bytes[end + 1] == 10 ? .found(bytes[at..<end]) : .none
  }
}
