import Memory
import Primitives
import System

extension SampleCompiler {
  /// Checks the arguments of a converter as it wants them and compiles them. Names that stand for other parts of the
  /// configuration are left out; they are filled in later.
  func converterArguments(
    _ descriptor: ConverterDescriptor, _ parsed: [ParsedArgument], _ site: ExpressionSite
  ) throws(SampleError) -> Arguments {
    var arguments = Arguments()
    for (i, argument) in parsed.enumerated() {
      switch argument {
      case .integer(let value): arguments[i] = .integer(value)
      case .string(let text): arguments[i] = .text(keep(text))
      case .mask4(let mask): arguments[i] = .mask(mask)
      case .mask6(let mask): arguments[i] = .mask6(mask)
      case .fieldNumber(let path):
        fieldNumbers.append(path)
        arguments[i] = .path(Int32(fieldNumbers.count - 1))
      default: continue
      }
    }
    switch descriptor.id {
    case .add, .sub, .mul, .div, .mod, .and, .or, .xor: arguments.first = try numberOrVariable(parsed.string(0))
    case .concat: arguments.second = try optionalVariable(parsed.string(1))
    case .addItem: arguments.second = try optionalVariable(parsed.string(1))
    case .strcmp, .secureMemcmp: arguments.first = try registeredVariable(parsed.string(0))
    case .setVar: try setVariableArguments(parsed, &arguments)
    case .unsetVar: arguments.first = try variable(parsed.string(0))
    case .field, .word:
      if parsed.integer(0) == 0 { throw SampleError("Unexpected value 0 for index") }
      if parsed.string(1).isEmpty { throw SampleError("Empty separators list") }
    case .be2dec, .be2hex: try chunkArguments(descriptor.id, parsed)
    case .json: arguments.first = .integer(try SampleCompiler.jsonEncoding(parsed.string(0)))
    case .jsonQuery: try jsonPath(parsed, &arguments, isRequired: true)
    case .jwtHeaderQuery, .jwtPayloadQuery: try jsonPath(parsed, &arguments, isRequired: false)
    case .jwtVerify: try tokenArguments(parsed, &arguments)
    case .regsub: try substitutionArguments(parsed, &arguments)
    case .urlEnc:
      let kind = String(bytes: parsed.string(0))
      if kind != "" && kind != "query" { throw SampleError("Unexpected encode type. Allowed value is 'query'") }
    case .httpDate: arguments.second = .integer(try SampleCompiler.timeUnit(parsed.string(1), default: 0))
    case .digest: arguments.first = try digestArgument(parsed.string(0))
    case .hmac:
      arguments.first = try digestArgument(parsed.string(0))
      arguments.second = try keyArgument(parsed.string(1), "key")
    case .sha2:
      let bits = parsed.integer(0) ?? 256
      guard [224, 256, 384, 512].contains(bits) else { throw SampleError("Unsupported number of bits: '\(bits)'") }
      arguments.first = try digestArgument(Array("sha\(bits)".utf8))
    case .sha1: arguments.first = try digestArgument(Array("sha1".utf8))
    case .aesGcmDec:
      guard let bits = parsed.integer(0), [128, 192, 256].contains(bits) else {
        throw SampleError("key size must be 128, 192 or 256 (bits).")
      }
      arguments.second = try keyArgument(parsed.string(1), "nonce")
      arguments.third = try keyArgument(parsed.string(2), "key")
      arguments.fourth = try keyArgument(parsed.string(3), "aead_tag")
    case .protobuf, .ungrpc: try fieldTypeArgument(parsed, &arguments)
    case .fixTagValue: arguments.first = .integer(try FIXMessage.tag(String(bytes: parsed.string(0))))
    case .mqttFieldValue: try mqttArguments(parsed, &arguments)
    case .map: try mapArguments(descriptor, parsed, &arguments, site)
    case .debug:
      let sink = String(bytes: parsed.string(1))
      if !["", "buf0", "stdout", "stderr"].contains(sink) { throw SampleError("No such sink '\(sink)'") }
    default: break
    }
    return arguments
  }

  private func numberOrVariable(_ text: [UInt8]) throws(SampleError) -> Argument {
    if text.isEmpty { return .integer(0) }
    if let known = try? variables.register(String(bytes: text)) { return .variable(known) }
    guard let number = ArgumentParser.integer(text) else {
      throw SampleError("expects an integer or a variable name")
    }
    return .integer(number)
  }
  private func variable(_ text: [UInt8]) throws(SampleError) -> Argument {
    do { return .variable(try variables.register(String(bytes: text))) } catch { throw SampleError(error.message) }
  }
  private func registeredVariable(_ text: [UInt8]) throws(SampleError) -> Argument {
    if text.isEmpty { throw SampleError("missing variable name") }
    guard let known = try? variables.register(String(bytes: text)) else {
      throw SampleError("failed to register variable name '\(String(bytes: text))'")
    }
    return .variable(known)
  }
  private func optionalVariable(_ text: [UInt8]) throws(SampleError) -> Argument {
    text.isEmpty ? .none : try registeredVariable(text)
  }

  private func setVariableArguments(_ parsed: [ParsedArgument], _ arguments: inout Arguments) throws(SampleError) {
    arguments = Arguments()
    arguments.first = try variable(parsed.string(0))
    var conditions: VariableConditions = []
    for argument in parsed.dropFirst() {
      let name = String(bytes: argument.string ?? [])
      guard let condition = VariableConditions(name: name) else {
        throw SampleError("unknown condition \"\(name)\"")
      }
      conditions.insert(condition)
    }
    arguments.second = .integer(Int64(conditions.rawValue))
  }

  private func chunkArguments(_ id: ConverterID, _ parsed: [ParsedArgument]) throws(SampleError) {
    let size = parsed.integer(1) ?? 0
    if id == .be2dec {
      if size < 1 || size > 8 { throw SampleError("chunk_size out of [1..8] range (\(size))") }
    } else if size < 1 && !parsed.string(0).isEmpty {
      throw SampleError("chunk_size needs to be positive (\(size))")
    }
    if parsed.count > 2, let truncate = parsed.integer(2), truncate != 0 && truncate != 1 {
      throw SampleError("Unsupported truncate value (\(truncate))")
    }
  }

  private static func jsonEncoding(_ text: [UInt8]) throws(SampleError) -> Int64 {
    switch String(bytes: text) {
    case "", "ascii": return 0
    case "utf8": return 1
    case "utf8s": return 2
    case "utf8p": return 3
    case "utf8ps": return 4
    default:
      throw SampleError(
        "Unexpected input code type. Allowed value are 'ascii', 'utf8', 'utf8s', 'utf8p' and 'utf8ps'")
    }
  }

  private func jsonPath(
    _ parsed: [ParsedArgument], _ arguments: inout Arguments, isRequired: Bool
  ) throws(SampleError) {
    if parsed.string(0).isEmpty {
      if isRequired { throw SampleError("json_path must not be empty") }
      arguments.first = .none
    }
    let output = String(bytes: parsed.string(1))
    if output != "" && output != "int" { throw SampleError("output_type only supports \"int\" as argument") }
    arguments.second = output == "int" ? .integer(1) : .none
  }

  private func tokenArguments(_ parsed: [ParsedArgument], _ arguments: inout Arguments) throws(SampleError) {
    let name = String(bytes: parsed.string(0))
    var algorithm: TokenAlgorithm?
    if let known = try? variables.register(name) {
      arguments.first = .variable(known)
    } else {
      algorithm = TokenAlgorithm(name: name)
      guard let algorithm else { throw SampleError("unknown JWT algorithm: \(name)") }
      if [.ps256, .ps384, .ps512].contains(algorithm) {
        throw SampleError("RSASSA-PSS JWS signing not managed yet")
      }
      arguments.first = .integer(Int64(algorithm.rawValue))
    }
    if let known = try? variables.register(String(bytes: parsed.string(1))) {
      arguments.second = .variable(known)
      return
    }
    // A secret needs no file; what is no key is found out when a token comes.
    if let algorithm, [.none, .hs256, .hs384, .hs512].contains(algorithm) { return }
    let path = String(bytes: parsed.string(1))
    if let content = try? Files.read(path, limit: 1 << 20), let key = PublicKey(pem: content) {
      certificates.append(SampleProgram.Certificate(path: keep(path.bytes), key: key))
    }
  }

  /// The third argument becomes 1 for "i", plus 2 for "g".
  private func substitutionArguments(_ parsed: [ParsedArgument], _ arguments: inout Arguments) throws(SampleError) {
    var flags: Int64 = 0
    for c in parsed.string(2) {
      switch c {
      case UInt8(ascii: "i"): flags |= 1
      case UInt8(ascii: "g"): flags |= 2
      default:
        throw SampleError("invalid regex flag '\(String(bytes: [c]))', only 'i' and 'g' are supported")
      }
    }
    arguments.third = .integer(flags)
  }

  private func digestArgument(_ name: [UInt8]) throws(SampleError) -> Argument {
    guard let digest = Digest(name: String(bytes: name)) else {
      throw SampleError("algorithm must be a valid OpenSSL message digest name.")
    }
    digests.append(digest)
    return .digest(Int32(digests.count - 1))
  }

  /// A variable, or a constant in base64.
  private func keyArgument(_ text: [UInt8], _ what: String) throws(SampleError) -> Argument {
    if let known = try? variables.register(String(bytes: text)) { return .variable(known) }
    guard let key = Base64.decode(text) else {
      throw SampleError(
        "failed to parse \(what) : argument needs to be base64 encoded, and can either be a string or a variable")
    }
    return .text(keep(key))
  }

  private func fieldTypeArgument(_ parsed: [ParsedArgument], _ arguments: inout Arguments) throws(SampleError) {
    if parsed.count < 2 { return }
    let name = String(bytes: parsed.string(1))
    guard let type = ProtocolBufferType(name: name) else {
      throw SampleError("Wrong protocol buffer type '\(name)'")
    }
    arguments.second = .integer(Int64(type.rawValue))
  }

  private func mqttArguments(_ parsed: [ParsedArgument], _ arguments: inout Arguments) throws(SampleError) {
    let type = String(bytes: parsed.string(0))
    let number: Int64
    switch type.lowercased() {
    case "connect", "1": number = 1
    case "connack", "2": number = 2
    default: throw SampleError("Unknown MQTT type '\(type)'")
    }
    let name = String(bytes: parsed.string(1))
    guard let field = MQTTField.find(name, connack: number == 2) else {
      throw SampleError("Unknown MQTT field name '\(name)' for packet type '\(type)'")
    }
    arguments.first = .integer(number)
    arguments.second = .integer(field)
  }

  private func mapArguments(
    _ descriptor: ConverterDescriptor, _ parsed: [ParsedArgument], _ arguments: inout Arguments, _ site: ExpressionSite
  ) throws(SampleError) {
    let parts = descriptor.name.split(separator: "_")
    let output: MapOutput =
      descriptor.output == .integer ? .integer : descriptor.output == .address ? .address : .string
    let kind = parts.count > 1 ? parts[1] : "str"
    let method: PatternMethod = kind == "regm" ? .regex : PatternMethod(name: String(kind)) ?? .string
    do {
      let reference = try patterns.load(
        file: String(bytes: parsed.string(0)), asMap: true, forMap: true,
        location: "file '\(site.file)' line \(site.line)")
      arguments.first = .patterns(
        try patterns.expression(
          reference, method: method, flags: kind == "regm" ? [.expanding, .noDNS] : .noDNS, output: output))
    } catch {
      throw SampleError(error.message)
    }
    // The fourth argument marks map_regm, whose values hold references to groups.
    arguments.fourth = kind == "regm" ? .integer(1) : .none
    guard parsed.count > 1, output == .address else { return }
    let text = keep(parsed.string(1))
    if let v4 = AddressText.ipv4(text) {
      arguments.second = .mask(v4.bits)
    } else if let v6 = AddressText.ipv6(text) {
      arguments.second = .mask6(v6)
    } else {
      throw SampleError("map: cannot parse default ip <\(text.latin1)>.")
    }
  }
}
