import Memory

/// What `mqtt_field_value` may ask for: names of fields, or numbers of properties (1 to 127).
enum MQTTField {
  static let flags: Int64 = 1001
  static let protocolName: Int64 = 1002
  static let protocolVersion: Int64 = 1003
  static let clientIdentifier: Int64 = 1004
  static let willTopic: Int64 = 1005
  static let willPayload: Int64 = 1006
  static let username: Int64 = 1007
  static let password: Int64 = 1008
  static let keepalive: Int64 = 1009
  static let reasonCode: Int64 = 1010

  static func find(_ name: String, connack: Bool) -> Int64? {
    switch (name.lowercased(), connack) {
    case ("flags", _): return flags
    case ("protocol_version", _): return protocolVersion
    case ("reason_code", true): return reasonCode
    case ("protocol_name", false): return protocolName
    case ("client_identifier", false): return clientIdentifier
    case ("will_topic", false): return willTopic
    case ("will_payload", false): return willPayload
    case ("username", false): return username
    case ("password", false): return password
    case ("keepalive", false): return keepalive
    default:
      guard let number = ArgumentParser.integer(name.bytes) else { return nil }
      let known: [Int64] =
        connack
        ? [17, 33, 36, 37, 39, 18, 34, 31, 40, 41, 42, 19, 26, 28, 21, 22]
        : [17, 33, 39, 34, 25, 23, 21, 22, 24, 1, 2, 3, 8, 9]
      return known.contains(number) ? number : nil
    }
  }
}

/// A CONNECT or CONNACK packet of MQTT 3.1, 3.1.1 or 5.0.
struct MQTTPacket {
  private(set) var type: UInt8 = 0
  private(set) var version: UInt8 = 0
  private(set) var flags: UInt8 = 0
  private(set) var reason: UInt8 = 0
  private(set) var keepalive = 0
  private(set) var protocolName = Bytes()
  private(set) var properties = Bytes()
  private(set) var willProperties = Bytes()
  private(set) var clientIdentifier = Bytes()
  private(set) var willTopic = Bytes()
  private(set) var willPayload = Bytes()
  private(set) var username = Bytes()
  private(set) var password = Bytes()

  /// Nil where more bytes are needed to say so.
  static func isValid(_ text: Bytes) -> Bool? {
    switch read(text) {
    case .packet: true
    case .invalid: false
    case .tooShort: nil
    }
  }

  enum Reading {
    case packet(MQTTPacket)
    case invalid
    case tooShort
  }
  static func read(_ text: Bytes) -> Reading {
    if text.count < 2 { return .tooShort }
    guard text[0] & 15 == 0, text[0] != 0 else { return .invalid }
    var packet = MQTTPacket()
    packet.type = text[0] >> 4
    var reader = MQTTReader(text.dropFirst(1))
    guard let length = reader.variable() else { return .invalid }
    if length > reader.left { return .tooShort }
    guard packet.type == 1 || packet.type == 2, length == reader.left,
      packet.type == 1 ? packet.readConnect(&reader) : packet.readConnack(&reader),
      reader.left == 0
    else { return .invalid }
    return .packet(packet)
  }

  private mutating func readConnect(_ reader: inout MQTTReader) -> Bool {
    guard let name = reader.string(), let version = reader.byte(), let flags = reader.byte(),
      let keepalive = reader.two()
    else { return false }
    guard name.equals("MQTT") && (version == 4 || version == 5) || name.equals("MQIsdp") && version == 3 else {
      return false
    }
    (protocolName, self.version, self.flags, self.keepalive) = (name, version, flags, keepalive)
    // The reserved bit must be clear.
    if flags & 1 != 0 { return false }
    if version == 5 {
      guard let found = reader.properties(), MQTTPacket.areProperties(found) else { return false }
      properties = found
    }
    guard let identifier = reader.string() else { return false }
    clientIdentifier = identifier
    if flags & 4 != 0 {
      if version == 5 {
        guard let found = reader.properties(), MQTTPacket.areProperties(found) else { return false }
        willProperties = found
      }
      guard let topic = reader.string(), let payload = reader.string() else { return false }
      (willTopic, willPayload) = (topic, payload)
    }
    if flags & 0x80 != 0 {
      guard let name = reader.string() else { return false }
      username = name
    }
    if flags & 0x40 != 0 {
      guard let word = reader.string() else { return false }
      password = word
    }
    return true
  }

  private mutating func readConnack(_ reader: inout MQTTReader) -> Bool {
    guard let flags = reader.byte(), let reason = reader.byte(), flags & 0xfe == 0 else { return false }
    (self.flags, self.reason) = (flags, reason)
    if reader.left == 0 {
      version = 4
      return true
    }
    guard let found = reader.properties(), MQTTPacket.areProperties(found) else { return false }
    version = 5
    properties = found
    return true
  }
}

/// Reads the primitive values of MQTT.
struct MQTTReader {
  private let text: Bytes
  private var at = 0
  init(_ text: Bytes) { self.text = text }
  var left: Int { text.count - at }

  mutating func byte() -> UInt8? {
    guard let c = text.at(at) else { return nil }
    at += 1
    return c
  }
  mutating func two() -> Int? {
    guard let high = text.at(at), let low = text.at(at + 1) else { return nil }
    at += 2
    return Int(high) << 8 | Int(low)
  }
  mutating func bytes(_ count: Int) -> Bytes? {
    if count > left { return nil }
    at += count
    return text.slice(at - count, count)
  }
  mutating func string() -> Bytes? { two().flatMap { bytes($0) } }
  mutating func variable() -> Int? {
    var value = 0
    for shift in stride(from: 0, through: 21, by: 7) {
      guard let c = byte() else { return nil }
      value |= Int(c & 0x7f) << shift
      if c & 0x80 == 0 { return value }
    }
    return nil
  }
  mutating func properties() -> Bytes? { variable().flatMap { bytes($0) } }
}

/// How a property is written.
private enum MQTTShape { case byte, two, four, variable, string, pair }

extension MQTTPacket {
  private static func shape(_ id: UInt8) -> MQTTShape? {
    switch id {
    case 1, 23, 25, 36, 37, 40, 41, 42: .byte
    case 19, 33, 34, 35: .two
    case 2, 17, 24, 39: .four
    case 11: .variable
    case 3, 8, 9, 18, 21, 22, 26, 28, 31: .string
    case 38: .pair
    default: nil
    }
  }

  /// Reads the value of a property behind its number.
  private static func readValue(_ id: UInt8, _ reader: inout MQTTReader) -> SampleData? {
    switch shape(id) {
    case .byte: return reader.byte().map { .integer(Int64($0)) }
    case .two: return reader.two().map { .integer(Int64($0)) }
    case .four:
      guard let high = reader.two(), let low = reader.two() else { return nil }
      return .integer(Int64(high) << 16 | Int64(low))
    case .variable: return reader.variable().map { .integer(Int64($0)) }
    case .string: return reader.string().map { .string($0) }
    case .pair:
      guard reader.string() != nil else { return nil }
      return reader.string().map { .string($0) }
    case nil: return nil
    }
  }
  private static func areProperties(_ text: Bytes) -> Bool {
    var reader = MQTTReader(text)
    while let id = reader.byte() {
      if readValue(id, &reader) == nil { return false }
    }
    return true
  }

  /// The value of a property. A number that is not there is 0, where the packet could hold it.
  func property(_ wanted: Int64) -> SampleData? {
    let isWill = type == 1 && [24, 1, 2, 3, 8, 9].contains(wanted)
    if isWill && flags & 4 == 0 { return nil }
    var reader = MQTTReader(isWill ? willProperties : properties)
    while let id = reader.byte() {
      guard let value = MQTTPacket.readValue(id, &reader) else { return nil }
      if Int64(id) == wanted { return value }
    }
    switch MQTTPacket.shape(UInt8(truncatingIfNeeded: wanted)) {
    case .byte, .two, .four, .variable: return .integer(0)
    default: return nil
    }
  }
}

extension Evaluator {
  /// The value of a field as text; empty ones count as missing.
  func mqttField(_ text: Bytes, _ arguments: Arguments) -> SampleData? {
    guard case .packet(let packet) = MQTTPacket.read(text), Int64(packet.type) == arguments.first.integer,
      let field = arguments.second.integer
    else { return nil }
    let value: SampleData?
    switch field {
    case MQTTField.flags: value = .integer(Int64(packet.flags))
    case MQTTField.protocolName: value = .string(packet.protocolName)
    case MQTTField.protocolVersion: value = .integer(Int64(packet.version))
    case MQTTField.clientIdentifier: value = .string(packet.clientIdentifier)
    case MQTTField.willTopic: value = .string(packet.willTopic)
    case MQTTField.willPayload: value = .string(packet.willPayload)
    case MQTTField.username: value = .string(packet.username)
    case MQTTField.password: value = .string(packet.password)
    case MQTTField.keepalive: value = .integer(Int64(packet.keepalive))
    case MQTTField.reasonCode: value = .integer(Int64(packet.reason))
    default: value = packet.version == 5 ? packet.property(field) : nil
    }
    guard let value else { return nil }
    var sample = Sample(value)
    guard sample.cast(to: .string, arena: arena), let found = sample.data.text, !found.isEmpty else { return nil }
    return sample.data
  }
}
