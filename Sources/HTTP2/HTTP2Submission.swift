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
