import HTTP
import Memory
import Primitives

extension ConverterID {
  /// Whether it needs what only the layer above has.
  @inlinable public var isExternal: Bool {
    switch self {
    case .captureReq, .captureRes, .nbsrv, .srvQueue, .inTable, .tableBytesInRate, .tableBytesOutRate, .tableConnCnt,
      .tableConnCur, .tableConnRate, .tableExpire, .tableGpc, .tableGpc0, .tableGpc0Rate, .tableGpc1, .tableGpc1Rate,
      .tableGpcRate, .tableGpt, .tableGpt0, .tableHttpErrCnt, .tableHttpErrRate, .tableHttpFailCnt,
      .tableHttpFailRate, .tableHttpReqCnt, .tableHttpReqRate, .tableIdle, .tableKbytesIn, .tableKbytesOut,
      .tableServerId, .tableSessCnt, .tableSessRate, .tableTrackers:
      true
    default: false
    }
  }
}

extension Evaluator {
  /// Applies a converter to a value that has the type it expects. False where there is no result.
  @usableFromInline
  func convert(_ call: ConverterCall, _ sample: inout Sample, _ scopes: VariableScopes) -> Bool {
    let arguments = call.arguments
    switch sample.data {
    case .integer(let value):
      if let result = convertInteger(call.id, value, arguments, scopes) { return put(result, &sample) }
    case .boolean(let value) where call.id == .iif:
      return put(.string((value ? arguments.first.text : arguments.second.text) ?? Bytes()), &sample)
    case .string(let text), .binary(let text):
      if let result = convertText(call.id, text, arguments, scopes) { return put(result, &sample) }
    case .ipv4, .ipv6:
      if call.id == .ipmask { return mask(arguments, &sample) }
    default: break
    }
    switch call.id {
    case .setVar:
      let conditions = VariableConditions(rawValue: UInt32(truncatingIfNeeded: arguments.second.integer ?? 0))
      guard let id = arguments.first.variable else { return false }
      return variables.set(id, scopes, to: sample.data, conditions: conditions)
    case .unsetVar:
      guard let id = arguments.first.variable else { return false }
      variables.unset(id, scopes)
      return true
    case .map: return map(arguments, &sample)
    // What is to be looked at goes on unchanged. It is not shown: HAProxy's own ring for it has no reader here.
    case .debug: return true
    default: return false
    }
  }

  private func put(_ data: SampleData, _ sample: inout Sample) -> Bool {
    sample.data = data
    return true
  }

  private func mask(_ arguments: Arguments, _ sample: inout Sample) -> Bool {
    guard case .mask(let mask4) = arguments.first else { return false }
    switch sample.data {
    case .ipv4(let address): sample.data = .ipv4(IPv4Address(bits: address.bits & mask4))
    case .ipv6(let address):
      if let inner = address.mappedIPv4 {
        sample.data = .ipv4(IPv4Address(bits: inner.bits & mask4))
      } else if case .mask6(let mask6) = arguments.second {
        sample.data = .ipv6(IPv6Address(high: address.high & mask6.high, low: address.low & mask6.low))
      } else {
        return false
      }
    default: return false
    }
    return true
  }

  private func convertInteger(
    _ id: ConverterID, _ value: Int64, _ arguments: Arguments, _ scopes: VariableScopes
  ) -> SampleData? {
    switch id {
    case .add, .sub, .mul, .div, .mod, .and, .or, .xor:
      guard let other = operand(arguments.first, scopes) else { return nil }
      return .integer(Arithmetic.apply(id, value, other))
    case .cpl: return .integer(~value)
    case .neg: return .integer(value == .min ? .max : -value)
    case .not: return .boolean(value == 0)
    case .bool: return .boolean(value != 0)
    case .even: return .boolean(value & 1 == 0)
    case .odd: return .boolean(value & 1 != 0)
    case .htonl:
      if arena.room < 4 { return nil }
      arena.begin()
      for shift in stride(from: 24, through: 0, by: -8) {
        arena.append(byte: UInt8(truncatingIfNeeded: value >> Int64(shift)))
      }
      return .binary(arena.finish())
    case .httpDate: return httpDate(value, arguments)
    case .ltime, .utime: return formattedTime(value, arguments, isLocal: id == .ltime)
    default: return nil
    }
  }

  /// A number argument, or a variable that holds one.
  func operand(_ argument: Argument, _ scopes: VariableScopes) -> Int64? {
    switch argument {
    case .integer(let value): return value
    case .variable(let id):
      guard let value = variables.value(id, scopes, arena: arena) else { return nil }
      var sample = Sample(value)
      guard sample.cast(to: .integer, arena: arena), case .integer(let number) = sample.data else { return nil }
      return number
    default: return nil
    }
  }

  /// A text argument, or a variable cast to `type` (string or binary).
  func textOperand(_ argument: Argument, _ scopes: VariableScopes, as type: SampleType = .string) -> Bytes? {
    switch argument {
    case .text(let text): return text
    case .variable(let id):
      guard let value = variables.value(id, scopes, arena: arena) else { return nil }
      var sample = Sample(value)
      return sample.cast(to: type, arena: arena) ? sample.data.text : nil
    default: return nil
    }
  }

  /// Converters of text to something; nil also for those that do not take text.
  private func convertText(
    _ id: ConverterID, _ text: Bytes, _ arguments: Arguments, _ scopes: VariableScopes
  ) -> SampleData? {
    switch id {
    case .length: return .integer(Int64(text.count))
    case .lower, .upper: return changeCase(text, isUpper: id == .upper).map { .string($0) }
    case .bytes: return .binary(TextParts.bytes(text, arguments))
    case .field: return TextParts.field(text, arguments).map { .string($0) }
    case .word: return .string(TextParts.word(text, arguments))
    case .ltrim: return .string(TextParts.trimStart(text, arguments.first.text ?? Bytes()))
    case .rtrim: return .string(TextParts.trimEnd(text, arguments.first.text ?? Bytes()))
    case .cutCrlf: return .string(TextParts.line(text))
    case .concat: return concatenate(text, arguments, scopes)
    case .addItem: return addItem(text, arguments, scopes)
    case .hostOnly: return changeCase(TextParts.host(text), isUpper: false).map { .string($0) }
    case .portOnly: return .integer(TextParts.port(text))
    case .strcmp: return textOperand(arguments.first, scopes).map { .integer(TextParts.compare(text, $0)) }
    case .secureMemcmp:
      return textOperand(arguments.first, scopes, as: .binary).map { .boolean(TextParts.secureEqual(text, $0)) }
    case .language: return AcceptLanguage.choose(text, arguments).map { .string($0) }
    case .regsub: return substitute(text, arguments).map { .string($0) }
    case .jsonQuery, .jwtHeaderQuery, .jwtPayloadQuery: return jsonQuery(id, text, arguments)
    case .json: return json(text, encoding: arguments.first.integer ?? 0).map { .string($0) }
    case .crc32, .crc32c, .djb2, .sdbm, .wt6, .xxh3, .xxh32, .xxh64:
      return .integer(Hashes.apply(id, text, arguments.first.integer ?? 0))
    case .sha1, .sha2, .digest, .hmac, .aesGcmDec: return cryptographic(id, text, arguments, scopes)
    case .jwtVerify: return verifyToken(text, arguments, scopes)
    case .protobuf, .ungrpc: return protocolBuffer(id, text, arguments)
    case .fixIsValid: return FIXMessage.isValid(text).map { .boolean($0) }
    case .fixTagValue: return FIXMessage.value(text, tag: arguments.first.integer ?? 0).map { .binary($0) }
    case .mqttIsValid: return MQTTPacket.isValid(text).map { .boolean($0) }
    case .mqttFieldValue: return mqttField(text, arguments)
    default: return encode(id, text, arguments)
    }
  }
}
