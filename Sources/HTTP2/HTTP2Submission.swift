import CNGHTTP2
import HTTP
import Memory

/// Heads and trailers on their way to nghttp2, which copies them.
enum HTTP2Submission {
  static func head(
    _ raw: OpaquePointer, _ stream: HTTP2Stream, _ tools: HTTP2Tools, status: Int, isInterim: Bool, ends: Bool
  ) {
    var fields = unsafe list(tools)
    let digits = Bytes(permanentStatus: status)
    unsafe fields.insert(pair(Bytes(":status"), digits), at: 0)
    if isInterim || ends {
      unsafe nghttp2_submit_headers(
        raw, UInt8(ends ? NGHTTP2_FLAG_END_STREAM.rawValue : 0), stream.id, nil, fields, fields.count, nil)
    } else {
      var provider = unsafe nghttp2_data_provider()
      unsafe provider.read_callback = unsafe HTTP2Callbacks.readData
      unsafe nghttp2_submit_response(raw, stream.id, fields, fields.count, &provider)
    }
  }
  /// A request; its number, or below 0 where none can begin. Names are lower case on the wire: those that are not are
  /// copied into `scratch`.
  static func request(_ raw: OpaquePointer, _ head: WrittenRequestHead, _ scratch: inout Buffer, ends: Bool) -> Int32 {
    var fields: [nghttp2_nv] = unsafe []
    unsafe fields.reserveCapacity(24)
    var (scheme, authority, path) = head.places
    if head.isUpgrade && authority.isEmpty, let host = head.host { authority = host }
    unsafe fields.append(pair(Bytes(":method"), head.isUpgrade ? Bytes("CONNECT") : head.method))
    if !scheme.isEmpty { unsafe fields.append(pair(Bytes(":scheme"), scheme)) }
    if !authority.isEmpty { unsafe fields.append(pair(Bytes(":authority"), authority)) }
    if !path.isEmpty { unsafe fields.append(pair(Bytes(":path"), path)) }
    if head.isUpgrade { unsafe fields.append(pair(Bytes(":protocol"), head.upgrade)) }
    var all = head.eachField
    while let (name, value) = all.next() {
      if !head.keeps(name, value, hasAuthority: !authority.isEmpty) { continue }
      unsafe fields.append(pair(lowered(name, &scratch), value))
    }
    if ends { return unsafe nghttp2_submit_request(raw, nil, fields, fields.count, nil, nil) }
    var provider = unsafe nghttp2_data_provider()
    unsafe provider.read_callback = unsafe HTTP2Callbacks.readData
    return unsafe nghttp2_submit_request(raw, nil, fields, fields.count, &provider, nil)
  }
  private static func lowered(_ name: Bytes, _ scratch: inout Buffer) -> Bytes {
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
    let fields = unsafe list(tools)
    unsafe nghttp2_submit_trailer(raw, stream.id, fields, fields.count)
  }

  /// The fields of the message, without those of one hop.
  private static func list(_ tools: HTTP2Tools) -> [nghttp2_nv] {
    var fields: [nghttp2_nv] = unsafe []
    unsafe fields.reserveCapacity(tools.message.fieldCount + 1)
    var i = tools.message.nextField(from: 0)
    while let at = i {
      let field = tools.message[at]
      i = tools.message.nextField(from: at + 1)
      switch field.known {
      case .connection, .transferEncoding, .upgrade, .keepAlive, .proxyConnection, .secWebsocketAccept, .host, .te:
        continue
      default: unsafe fields.append(pair(field.name, field.value))
      }
    }
    return unsafe fields
  }
  private static func pair(_ name: Bytes, _ value: Bytes) -> nghttp2_nv {
    unsafe nghttp2_nv(
      name: pointer(name), value: pointer(value), namelen: name.count, valuelen: value.count, flags: 0)
  }
  private static func pointer(_ bytes: Bytes) -> UnsafeMutablePointer<UInt8>? {
    unsafe bytes.withUnsafeBytes {
      unsafe UnsafeMutableRawPointer(mutating: $0.baseAddress)?.assumingMemoryBound(to: UInt8.self)
    }
  }
}

extension Bytes {
  /// The three digits of a status.
  fileprivate init(permanentStatus status: Int) {
    let table = HTTP2StatusTexts.all
    self = table.slice(min(max(status, 100), 999) * 3 - 300, 3)
  }
}
private enum HTTP2StatusTexts {
  static let all = Bytes(permanent: (100...999).map { String($0) }.joined())
}
