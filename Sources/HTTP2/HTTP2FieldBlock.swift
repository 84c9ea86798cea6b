import HTTP
public import Memory

/// The fields of one header block as they are decoded, bounded in number and in bytes. They stand as the lines that
/// HTTP/1.1 would have of them.
public struct HTTP2FieldBlock: ~Copyable {
  private struct Place: BitwiseCopyable {
    let start: UInt32
    let name: UInt32
    let value: UInt32
    let traits: HTTP2FieldTraits

    var valueStart: Int { Int(start) + Int(name) + 2 }
    var end: Int { valueStart + Int(value) + 2 }
  }
  private var bytes = Buffer()
  private var places = PlainList<Place>()
  private var isOpen = false
  private let maxFields: Int
  private let pool: BufferPool
  /// Something did not fit: what is here is not all of it.
  public private(set) var isOver = false

  init(pool: BufferPool, maxFields: Int) {
    self.pool = pool
    self.maxFields = maxFields
  }
  public var count: Int { places.count }
  public func name(_ i: Int) -> Bytes { bytes.readable.slice(Int(places[i].start), Int(places[i].name)) }
  public func value(_ i: Int) -> Bytes { bytes.readable.slice(places[i].valueStart, Int(places[i].value)) }
  func known(_ i: Int) -> KnownHeader { places[i].traits.known }
  func traits(_ i: Int) -> HTTP2FieldTraits { places[i].traits }
  func isPseudo(_ i: Int) -> Bool { places[i].traits.pseudo != .none }

  /// The lines of all fields from `first` on, and where those of `i` stand in them.
  func lines(from first: Int) -> Bytes {
    first < places.count ? bytes.readable.dropFirst(Int(places[first].start)) : Bytes()
  }
  /// Notes where the lines of all fields from `first` on stand in a text that they were copied into, behind `offset`.
  func note(from first: Int, at offset: Int, in places: inout HTTP2HeadPlaces) {
    guard first < self.places.count else { return }
    let start = Int(self.places[first].start)
    for i in first..<self.places.count {
      let place = self.places[i]
      places.add(
        at: offset + Int(place.start) - start, name: Int(place.name), value: Int(place.value), place.traits.known)
    }
  }

  /// No byte of the value is forbidden.
  func isSound(_ i: Int) -> Bool { places[i].traits.isPlain || HTTP2FieldCheck.isSound(value(i)) }
  /// A lower-case token, and none of the fields that belong to one hop of HTTP/1.
  func isRegular(_ i: Int) -> Bool {
    let place = places[i]
    if !place.traits.isWord && !HTTP2FieldCheck.isLowerCaseToken(name(i)) { return false }
    switch place.traits.known {
    case .connection, .upgrade, .keepAlive, .proxyConnection, .transferEncoding: return false
    default: return true
    }
  }

  mutating func begin() {
    bytes.reset()
    isOpen = true
    isOver = !bytes.back(by: pool)
    places.removeAll()
  }
  /// A field, of which `known` is known; what is known of it then, or nothing where it does not fit.
  @inline(__always) mutating func add(_ name: Bytes, _ value: Bytes, _ known: HTTP2FieldTraits) -> HTTP2FieldTraits {
    let start = bytes.count
    if isOver || places.count == maxFields || !bytes.append(name: name, value: value) {
      isOver = true
      return .none
    }
    let traits = known.isNone ? HTTP2FieldTraits(name, value, in: bytes.readable, from: start) : known
    places.append(
      Place(
        start: UInt32(truncatingIfNeeded: start), name: UInt32(truncatingIfNeeded: name.count),
        value: UInt32(truncatingIfNeeded: value.count), traits: traits))
    return traits
  }
  /// The block is complete.
  mutating func end() { isOpen = false }
  /// Gives the memory of the bytes back, unless a block has come in part.
  public mutating func release() { if !isOpen { bytes.release() } }
  /// Keeps nothing until the next block.
  mutating func rest() {
    if isOpen { return }
    bytes.release()
    places.release()
  }
}

/// What holds for every field of HTTP/2.
enum HTTP2FieldCheck {
  static func isSound(_ value: Bytes) -> Bool {
    var i = value.firstControl(from: 0)
    while i < value.count {
      if value[i] != 0x09 { return false }
      i = value.firstControl(from: i + 1)
    }
    return true
  }
  static func isLowerCaseToken(_ name: Bytes) -> Bool {
    for i in 0..<name.count where !CharacterClass.lowerCaseToken.contains(name[i]) { return false }
    return !name.isEmpty
  }
  static func number(_ value: Bytes) -> UInt64? {
    if value.isEmpty || value.count > 18 { return nil }
    var n: UInt64 = 0
    for i in 0..<value.count {
      let digit = value[i] &- 0x30
      if digit > 9 { return nil }
      n = n &* 10 &+ UInt64(digit)
    }
    return n
  }
}
