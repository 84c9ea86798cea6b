import Memory

/// The types that a field of a Protocol Buffers message may be read as.
enum ProtocolBufferType: UInt8, CaseIterable {
  case int32, int64, uint32, uint64, sint32, sint64, bool, `enum`, fixed64, sfixed64, double, string, bytes, embedded
  case fixed32, sfixed32, float

  init?(name: String) {
    guard let found = ProtocolBufferType.allCases.first(where: { "\($0)" == name }) else { return nil }
    self = found
  }
  /// The wire type that carries it.
  var wire: UInt64 {
    switch self {
    case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .enum: 0
    case .fixed64, .sfixed64, .double: 1
    case .string, .bytes, .embedded: 2
    case .fixed32, .sfixed32, .float: 5
    }
  }
}

extension Evaluator {
  /// `protobuf` and `ungrpc`: the field at a path of numbers, raw or as a number.
  func protocolBuffer(_ id: ConverterID, _ text: Bytes, _ arguments: Arguments) -> SampleData? {
    guard case .path(let index) = arguments.first else { return nil }
    var message = text
    if id == .ungrpc {
      // Five bytes before the message: not compressed, and its length.
      guard text.count >= 5, text[0] == 0 else { return nil }
      let length = (1..<5).reduce(0) { $0 << 8 | Int(text[$1]) }
      guard length <= text.count - 5 else { return nil }
      message = text.slice(5, length)
    }
    let path = program.fieldNumbers[Int(index)]
    let type = arguments.second.integer.flatMap { ProtocolBufferType(rawValue: UInt8(truncatingIfNeeded: $0)) }
    return find(path, 0, message, type)
  }

  private func find(_ path: [UInt32], _ depth: Int, _ message: Bytes, _ type: ProtocolBufferType?) -> SampleData? {
    var reader = FieldReader(message)
    while let field = reader.next() {
      guard field.number == UInt64(path[depth]) else { continue }
      if depth == path.count - 1 { return value(field, type) }
      if field.wire == 2, let found = find(path, depth + 1, field.bytes, type) { return found }
    }
    return nil
  }

  private func value(_ field: FieldReader.Field, _ type: ProtocolBufferType?) -> SampleData? {
    guard let type else { return .binary(field.bytes) }
    if type.wire != field.wire { return nil }
    switch type {
    case .int32, .int64, .uint32, .uint64, .bool, .enum: return .integer(Int64(bitPattern: field.value))
    case .sint32, .sint64:
      return .integer(Int64(bitPattern: field.value >> 1) ^ -Int64(bitPattern: field.value & 1))
    case .fixed64, .sfixed64: return .integer(Int64(bitPattern: field.value))
    case .fixed32: return .integer(Int64(field.value))
    case .sfixed32: return .integer(Int64(Int32(truncatingIfNeeded: field.value)))
    case .double: return .integer(Int64(exactlyOrClamped: Double(bitPattern: field.value)))
    case .float:
      return .integer(Int64(exactlyOrClamped: Double(Float(bitPattern: UInt32(truncatingIfNeeded: field.value)))))
    case .string, .bytes, .embedded: return .binary(field.bytes)
    }
  }
}

/// The fields of one message in order; stops at what is no field.
struct FieldReader {
  struct Field {
    let number: UInt64
    let wire: UInt64
    let value: UInt64
    /// The field's bytes behind its key (and its length).
    let bytes: Bytes
  }
  private let text: Bytes
  private var at = 0
  init(_ text: Bytes) { self.text = text }

  /// A number of seven bits a byte; what ends too early counts with the bytes that are there.
  private mutating func variable() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let c = text.at(at) {
      at += 1
      if shift < 64 { value |= UInt64(c & 0x7f) << shift }
      shift += 7
      if c & 0x80 == 0 { return value }
      if shift > 63 { return nil }
    }
    return shift == 0 ? 0 : nil
  }
  private mutating func fixed(_ length: Int) -> UInt64? {
    guard length <= text.count - at else { return nil }
    var value: UInt64 = 0
    for i in (0..<length).reversed() { value = value << 8 | UInt64(text[at + i]) }
    at += length
    return value
  }

  mutating func next() -> Field? {
    guard at < text.count, let key = variable() else { return nil }
    let start = at
    switch key & 7 {
    case 0:
      guard let value = variable() else { return nil }
      return Field(number: key >> 3, wire: 0, value: value, bytes: text[start..<at])
    case 1, 5:
      guard let value = fixed(key & 7 == 1 ? 8 : 4) else { return nil }
      return Field(number: key >> 3, wire: key & 7, value: value, bytes: text[start..<at])
    case 2:
      guard let length = variable(), length <= UInt64(text.count - at) else { return nil }
      let bytes = text.slice(at, Int(length))
      at += Int(length)
      return Field(number: key >> 3, wire: 2, value: 0, bytes: bytes)
    default: return nil
    }
  }
}

extension Int64 {
  /// The number towards zero; the nearest limit (0 for no number) where it does not fit.
  init(exactlyOrClamped value: Double) {
    self = value.isNaN ? 0 : value >= 9.2e18 ? .max : value <= -9.2e18 ? .min : Int64(value)
  }
}
