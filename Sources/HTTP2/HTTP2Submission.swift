import CNGHTTP2
import HTTP
import Memory

/// Heads and trailers on their way to nghttp2, which copies them.
enum HTTP2Submission {
  static func head(
    _ raw: OpaquePointer, _ stream: HTTP2Stream, _ tools: HTTP2Tools, status: Int, isInterim: Bool, ends: Bool
  ) {
    tools.fields.reset()
    tools.fields.append(":status", permanent: Bytes(permanentStatus: status))
    list(tools)
    unsafe submit(raw, stream, tools, isInterim: isInterim, ends: ends)
  }
  /// An answer of the listed fields.
  static func submit(
    _ raw: OpaquePointer, _ stream: HTTP2Stream, _ tools: HTTP2Tools, isInterim: Bool, ends: Bool
  ) {
    let (fields, count) = unsafe (tools.fields.base, tools.fields.count)
    if isInterim || ends {
      unsafe nghttp2_submit_headers(
        raw, UInt8(ends ? NGHTTP2_FLAG_END_STREAM.rawValue : 0), stream.id, nil, fields, count, nil)
    } else {
      var provider = unsafe nghttp2_data_provider()
      unsafe provider.read_callback = unsafe HTTP2Callbacks.readData
      unsafe nghttp2_submit_response(raw, stream.id, fields, count, &provider)
    }
  }
  /// Lists the fields of a request. Names are lower case on the wire: those that are not are copied into the tools'
  /// scratch line.
  static func list(_ head: WrittenRequestHead, _ tools: HTTP2Tools) {
    tools.fields.reset()
    var (scheme, authority, path) = head.places
    if head.isUpgrade && authority.isEmpty, let host = head.host { authority = host }
    tools.fields.append(Bytes(":method"), head.isUpgrade ? Bytes("CONNECT") : head.method)
    if !scheme.isEmpty { tools.fields.append(Bytes(":scheme"), scheme) }
    if !authority.isEmpty { tools.fields.append(Bytes(":authority"), authority) }
    if !path.isEmpty { tools.fields.append(Bytes(":path"), path) }
    if head.isUpgrade { tools.fields.append(Bytes(":protocol"), head.upgrade) }
    var all = head.eachField
    while let (name, value) = all.next() {
      if !head.keeps(name, value, hasAuthority: !authority.isEmpty) { continue }
      tools.fields.append(lowered(name, &tools.line), value)
    }
  }
  /// A request of the listed fields; its number, or below 0 where none can begin.
  static func request(_ raw: OpaquePointer, _ tools: HTTP2Tools, ends: Bool) -> Int32 {
    let (fields, count) = unsafe (tools.fields.base, tools.fields.count)
    if ends { return unsafe nghttp2_submit_request(raw, nil, fields, count, nil, nil) }
    var provider = unsafe nghttp2_data_provider()
    unsafe provider.read_callback = unsafe HTTP2Callbacks.readData
    return unsafe nghttp2_submit_request(raw, nil, fields, count, &provider, nil)
  }
  static func lowered(_ name: Bytes, _ scratch: inout Buffer) -> Bytes {
    for i in 0..<name.count where name[i] &- 0x41 < 26 {
      let start = scratch.count
      for i in 0..<name.count where !scratch.append(byte: name[i] &- 0x41 < 26 ? name[i] | 0x20 : name[i]) {
        return name
      }
      return scratch.readable.slice(start, name.count)
    }
    return name
  }
  static func trailers(_ raw: OpaquePointer, _ stream: HTTP2Stream, _ tools: HTTP2Tools) {
    tools.fields.reset()
    list(tools)
    unsafe nghttp2_submit_trailer(raw, stream.id, tools.fields.base, tools.fields.count)
  }

  /// The fields of the message, without those of one hop.
  private static func list(_ tools: HTTP2Tools) {
    var i = tools.message.nextField(from: 0)
    while let at = i {
      let field = tools.message[at]
      i = tools.message.nextField(from: at + 1)
      switch field.known {
      case .connection, .transferEncoding, .upgrade, .keepAlive, .proxyConnection, .secWebsocketAccept, .host, .te:
        continue
      case .other: tools.fields.append(field.name, field.value)
      default: tools.fields.append(field.known.name, field.value)
      }
    }
  }
}

/// Fields as nghttp2 takes them. The memory stays for the next ones.
@safe struct HTTP2FieldList: ~Copyable {
  private(set) var base: UnsafeMutablePointer<nghttp2_nv>
  private var capacity = 64
  private(set) var count = 0

  init() { unsafe base = .allocate(capacity: 64) }
  deinit { unsafe base.deallocate() }

  mutating func reset() { count = 0 }
  /// The bytes must stay where they are until the list has been submitted.
  mutating func append(_ name: Bytes, _ value: Bytes, flags: UInt8 = 0) {
    if count == capacity {
      let larger = UnsafeMutablePointer<nghttp2_nv>.allocate(capacity: capacity * 2)
      unsafe larger.update(from: base, count: count)
      unsafe base.deallocate()
      unsafe base = larger
      capacity *= 2
    }
    unsafe base[count] = nghttp2_nv(
      name: Self.pointer(name), value: Self.pointer(value), namelen: name.count, valuelen: value.count, flags: flags)
    count += 1
  }
  /// A name that stays for ever, in lower case: it is not copied.
  mutating func append(_ name: StaticString, _ value: Bytes) { append(Bytes(name), value, flags: Self.permanentName) }
  /// Both stay for ever.
  mutating func append(_ name: StaticString, permanent value: Bytes) {
    append(Bytes(name), value, flags: Self.permanentName | Self.permanentValue)
  }
  private static let permanentName = UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue)
  private static let permanentValue = UInt8(NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)
  private static func pointer(_ bytes: Bytes) -> UnsafeMutablePointer<UInt8>? {
    unsafe bytes.withUnsafeBytes {
      unsafe UnsafeMutableRawPointer(mutating: $0.baseAddress)?.assumingMemoryBound(to: UInt8.self)
    }
  }
}

extension Bytes {
  /// The three digits of a status.
  init(permanentStatus status: Int) {
    let table = HTTP2StatusTexts.all
    self = table.slice(min(max(status, 100), 999) * 3 - 300, 3)
  }
}
private enum HTTP2StatusTexts {
  static let all = Bytes(permanent: (100...999).map { String($0) }.joined())
}
