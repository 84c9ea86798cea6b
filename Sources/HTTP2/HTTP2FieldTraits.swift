import CNGHTTP2
import HTTP
import Memory

/// The pseudo-headers (RFC 9113, section 8.3; RFC 8441).
enum HTTP2PseudoHeader: UInt8, BitwiseCopyable {
  case none, method, scheme, authority, path, connectProtocol, status, other
}

/// What is known of a field without looking at its bytes again, in one word: it is passed on for each field.
struct HTTP2FieldTraits: BitwiseCopyable {
  private let bits: UInt32
  private static let isTaken: UInt32 = 1 << 31
  private static let word: UInt32 = 1 << 16
  private static let plain: UInt32 = 1 << 17
  private static let fit: UInt32 = 1 << 18

  /// Nothing is known.
  static let none = HTTP2FieldTraits(bits: 0)
  private init(bits: UInt32) { self.bits = bits }
  var isNone: Bool { bits == 0 }

  var known: KnownHeader { KnownHeader(rawValue: UInt8(truncatingIfNeeded: bits)) ?? .other }
  var pseudo: HTTP2PseudoHeader { HTTP2PseudoHeader(rawValue: UInt8(truncatingIfNeeded: bits >> 8)) ?? .none }
  /// The name is of lower-case letters, digits and hyphens.
  var isWord: Bool { bits & Self.word != 0 }
  /// The value has no control bytes at all.
  var isPlain: Bool { bits & Self.plain != 0 }
  /// The value is one that the pseudo-header may have.
  var isFit: Bool { bits & Self.fit != 0 }

  /// The line of the field stands in `lines` from `start` on.
  init(_ name: Bytes, _ value: Bytes, in lines: Bytes, from start: Int) {
    var bits = Self.isTaken
    if name.at(0) == 0x3a {
      let pseudo = Self.pseudo(name)
      bits |= UInt32(pseudo.rawValue) << 8
      if Self.isFit(pseudo, value) { bits |= Self.fit }
    } else {
      let word = lines.scanWord(from: start)
      if !name.isEmpty && word.end == start + name.count && !word.hasUpperCase { bits |= Self.word }
      bits |= UInt32(KnownHeader(name, low: word.low, high: word.high).rawValue)
    }
    // The line's own end is one.
    let valueStart = start + name.count + 2
    if lines.firstControl(from: valueStart) == valueStart + value.count { bits |= Self.plain }
    self.bits = bits
  }

  private static func pseudo(_ name: Bytes) -> HTTP2PseudoHeader {
    switch name.count {
    case 5: name.equals(":path") ? .path : .other
    case 7:
      name.equals(":method") ? .method : name.equals(":scheme") ? .scheme : name.equals(":status") ? .status : .other
    case 9: name.equals(":protocol") ? .connectProtocol : .other
    case 10: name.equals(":authority") ? .authority : .other
    default: .other
    }
  }
  private static func isFit(_ pseudo: HTTP2PseudoHeader, _ value: Bytes) -> Bool {
    if value.isEmpty { return false }
    switch pseudo {
    case .method, .connectProtocol: return value.isToken
    case .authority: return value.firstNotHost == value.count
    case .scheme:
      for i in 0..<value.count {
        let c = value[i]
        if !((c | 0x20) &- 0x61 < 26 || (i > 0 && (c &- 0x30 < 10 || c == 0x2b || c == 0x2d || c == 0x2e))) {
          return false
        }
      }
      return true
    case .path:
      for i in 0..<value.count where value[i] <= 0x20 || value[i] == 0x7f || value[i] == 0x23 { return false }
      return true
    case .status: return true
    case .none, .other: return false
    }
  }
}

/// What is known of fields that peers refer to by their places in tables: these come again and again, and their bytes
/// are held meanwhile, so that an address stands for them. For sessions that share their memory.
@safe struct HTTP2FieldMemo: ~Copyable {
  @safe private struct Entry: BitwiseCopyable {
    var name: OpaquePointer?
    var value: OpaquePointer?
    var traits = HTTP2FieldTraits.none
  }
  private static let places = 128
  /// Longer fields are not held.
  private static let longest = 256
  private let entries: UnsafeMutablePointer<Entry>

  init() {
    unsafe entries = .allocate(capacity: Self.places)
    unsafe entries.initialize(repeating: Entry(), count: Self.places)
  }
  /// To be called while the memory of what is held is still there.
  mutating func clear() {
    for i in 0..<Self.places {
      drop(i)
      unsafe entries[i] = Entry()
    }
  }
  deinit { unsafe entries.deallocate() }

  @inline(__always) private static func place(_ name: OpaquePointer, _ value: OpaquePointer) -> Int {
    let mixed = (UInt(bitPattern: name) >> 4) &+ (UInt(bitPattern: value) >> 4) &* 31
    return Int(truncatingIfNeeded: (mixed &* 0x9e37_79b9_7f4a_7c15) >> 40) & (places - 1)
  }
  @inline(__always) func traits(_ name: OpaquePointer, _ value: OpaquePointer) -> HTTP2FieldTraits {
    let entry = unsafe entries + Self.place(name, value)
    return unsafe entry.pointee.name == name && entry.pointee.value == value ? entry.pointee.traits : .none
  }
  mutating func note(_ name: OpaquePointer, _ value: OpaquePointer, length: Int, _ traits: HTTP2FieldTraits) {
    if length > Self.longest { return }
    let place = unsafe Self.place(name, value)
    unsafe nghttp2_rcbuf_incref(name)
    unsafe nghttp2_rcbuf_incref(value)
    drop(place)
    unsafe entries[place] = Entry(name: name, value: value, traits: traits)
  }
  private func drop(_ place: Int) {
    let entry = unsafe entries[place]
    if let name = unsafe entry.name { unsafe nghttp2_rcbuf_decref(name) }
    if let value = unsafe entry.value { unsafe nghttp2_rcbuf_decref(value) }
  }
}
