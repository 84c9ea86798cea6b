import Memory

/// Fetches from the first record of a TLS connection that is only passed through (RFC 8446 section 4.1.2).
enum TLSHelloFetches {
  static func fetch(_ id: FetchID, _ bytes: Bytes, _ tooShort: FetchStatus, _ sample: inout Sample) -> FetchStatus {
    if id == .reqSslVer { return version(bytes, tooShort, &sample) }
    if bytes.count < 5 {
      return bytes.isEmpty || bytes[0] == 0x16 ? tooShort : .notFound
    }
    guard bytes[0] == 0x16, bytes[1] >= 3 else { return .notFound }
    // The handshake message inside the record; the record's own length is not looked at.
    let message = bytes.dropFirst(5)
    if message.count < 4 { return tooShort }
    let type = message[0]
    let length = Int(message[1]) << 16 | Int(message[2]) << 8 | Int(message[3])
    if message.count - 4 < length { return tooShort }
    if id == .reqSslHelloType || id == .resSslHelloType {
      return HTTPFetches.found(.integer(Int64(type)), &sample)
    }
    guard type == 1, let extensions = extensions(message.slice(4, length)) else { return .notFound }
    switch id {
    case .reqSslSni:
      // A list of names, of which the first is taken: its length, a type, the name's length.
      guard let list = find(0, extensions), list.count >= 5, list[2] == 0 else { return .notFound }
      let size = Int(list[3]) << 8 | Int(list[4])
      guard size > 0, size <= list.count - 5 else { return .notFound }
      return HTTPFetches.found(.string(list.slice(5, size)), &sample)
    case .reqSslAlpn:
      guard let list = find(16, extensions), list.count >= 3 else { return .notFound }
      let size = Int(list[2])
      guard size <= list.count - 3 else { return .notFound }
      return HTTPFetches.found(.string(list.slice(3, size)), &sample)
    case .reqSslEcExt:
      guard find(10, extensions) != nil else { return .notFound }
      return HTTPFetches.found(.boolean(true), &sample)
    case .reqSslStExt:
      let ticket = find(35, extensions)
      return HTTPFetches.found(.integer(ticket == nil ? 0 : ticket!.isEmpty ? 1 : 2), &sample)
    default: return .notFound
    }
  }

  /// The extensions of a client hello, or nil where it has none or is broken.
  private static func extensions(_ hello: Bytes) -> Bytes? {
    // Version and random, then three lists behind their lengths: session, ciphers, compressions.
    var at = 34
    guard let session = hello.at(at) else { return nil }
    at += 1 + Int(session)
    guard let high = hello.at(at), let low = hello.at(at + 1) else { return nil }
    at += 2 + (Int(high) << 8 | Int(low))
    guard let compressions = hello.at(at) else { return nil }
    at += 1 + Int(compressions)
    guard let first = hello.at(at), let second = hello.at(at + 1) else { return nil }
    let length = Int(first) << 8 | Int(second)
    return length <= hello.count - at - 2 ? hello.slice(at + 2, length) : nil
  }

  private static func find(_ type: Int, _ extensions: Bytes) -> Bytes? {
    var at = 0
    while extensions.count - at >= 4 {
      let found = Int(extensions[at]) << 8 | Int(extensions[at + 1])
      let length = Int(extensions[at + 2]) << 8 | Int(extensions[at + 3])
      if length > extensions.count - at - 4 { return nil }
      if found == type { return extensions.slice(at + 4, length) }
      at += 4 + length
    }
    return nil
  }

  /// The client's version as major << 16 + minor, of SSLv2-style hellos too.
  private static func version(_ bytes: Bytes, _ tooShort: FetchStatus, _ sample: inout Sample) -> FetchStatus {
    guard let first = bytes.at(0) else { return tooShort }
    if first >= 0x14 && first <= 0x17 || first == 0xff {
      if bytes.count < 11 { return tooShort }
      let length = Int(bytes[3]) << 8 | Int(bytes[4])
      if bytes[1] < 3 || length < 6 || length > (1 << 14) + 2048 { return .notFound }
      if bytes.count - 5 < length { return tooShort }
      return HTTPFetches.found(.integer(Int64(bytes[9]) << 16 | Int64(bytes[10])), &sample)
    }
    return oldVersion(bytes, tooShort, &sample)
  }

  private static func oldVersion(_ bytes: Bytes, _ tooShort: FetchStatus, _ sample: inout Sample) -> FetchStatus {
    let isShort = bytes[0] & 0x80 != 0
    let header = isShort ? 2 : 3
    if bytes.count < header + 1 { return tooShort }
    let length = Int(bytes[0] & (isShort ? 0x7f : 0x3f)) << 8 | Int(bytes[1])
    let padding = isShort ? 0 : Int(bytes[2])
    if bytes[header] != 1 { return .notFound }
    let hello = bytes.dropFirst(header + 1)
    if hello.count < 8 { return tooShort }
    func number(_ i: Int) -> Int { Int(hello[i]) << 8 | Int(hello[i + 1]) }
    let (ciphers, session, challenge) = (number(2), number(4), number(6))
    guard ciphers % 3 == 0, session == 0 || session == 16, challenge >= 16, challenge <= 32,
      length == 9 + ciphers + session + challenge
    else { return .notFound }
    if hello.count - 8 < ciphers + session + challenge + padding { return tooShort }
    return HTTPFetches.found(.integer(Int64(hello[0]) << 16 | Int64(hello[1])), &sample)
  }
}
