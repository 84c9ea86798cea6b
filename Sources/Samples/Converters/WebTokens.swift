import Memory

/// A JSON Web Token in compact form (RFC 7515 section 7.1): three parts between dots.
struct WebToken {
  let header: Bytes
  let payload: Bytes
  let signature: Bytes
  /// Header and payload with the dot between them.
  let signed: Bytes

  init?(_ text: Bytes) {
    guard let first = text.firstIndex(of: UInt8(ascii: ".")),
      let second = text.firstIndex(of: UInt8(ascii: "."), from: first + 1),
      text.firstIndex(of: UInt8(ascii: "."), from: second + 1) == nil
    else { return nil }
    header = text.prefix(first)
    payload = text[(first + 1)..<second]
    signature = text.dropFirst(second + 1)
    signed = text.prefix(second)
  }
}

/// The signature algorithms of RFC 7518 section 3.1.
enum TokenAlgorithm: UInt8, CaseIterable {
  case none, hs256, hs384, hs512, rs256, rs384, rs512, es256, es384, es512, ps256, ps384, ps512

  var name: StaticString {
    switch self {
    case .none: "none"
    case .hs256: "HS256"
    case .hs384: "HS384"
    case .hs512: "HS512"
    case .rs256: "RS256"
    case .rs384: "RS384"
    case .rs512: "RS512"
    case .es256: "ES256"
    case .es384: "ES384"
    case .es512: "ES512"
    case .ps256: "PS256"
    case .ps384: "PS384"
    case .ps512: "PS512"
    }
  }
  init?(name: String) {
    guard let found = TokenAlgorithm.allCases.first(where: { $0.name.description == name }) else { return nil }
    self = found
  }
  init?(_ text: Bytes) {
    guard let found = TokenAlgorithm.allCases.first(where: { text.equals($0.name) }) else { return nil }
    self = found
  }
  /// The digest's name for OpenSSL.
  var digest: String {
    switch self {
    case .hs384, .rs384, .es384, .ps384: "sha384"
    case .hs512, .rs512, .es512, .ps512: "sha512"
    default: "sha256"
    }
  }
}

extension Evaluator {
  /// 1 for a good signature, 0 for a wrong one, negative for what cannot be checked (manual, `jwt_verify`).
  func verifyToken(_ text: Bytes, _ arguments: Arguments, _ scopes: VariableScopes) -> SampleData? {
    let algorithm: TokenAlgorithm
    switch arguments.first {
    case .integer(let number): algorithm = TokenAlgorithm(rawValue: UInt8(truncatingIfNeeded: number)) ?? .none
    default:
      guard let name = textOperand(arguments.first, scopes) else { return nil }
      guard let known = TokenAlgorithm(name) else { return .integer(-1) }
      algorithm = known
    }
    guard let token = WebToken(text) else { return .integer(-3) }
    guard let key = textOperand(arguments.second, scopes) else { return nil }
    switch algorithm {
    case .none: return .integer(token.signature.isEmpty ? 1 : 0)
    case .ps256, .ps384, .ps512: return .integer(-2)
    case .hs256, .hs384, .hs512:
      if token.signature.isEmpty { return .integer(-3) }
      guard let signature = decodeBase64(token.signature, isURL: true) else { return .integer(-3) }
      guard let digest = program.tokenDigest(algorithm),
        let expected = digester.mac(digest, key: key, token.signed, arena)
      else { return .integer(-4) }
      return .integer(TextParts.secureEqual(signature, expected) ? 1 : 0)
    default:
      if token.signature.isEmpty { return .integer(-3) }
      guard let signature = decodeBase64(token.signature, isURL: true) else { return .integer(-3) }
      guard let certificate = program.certificates.first(where: { key.equals($0.path) }) else { return .integer(-5) }
      guard let digest = program.tokenDigest(algorithm) else { return .integer(-4) }
      let isCurve = algorithm == .es256 || algorithm == .es384 || algorithm == .es512
      let isGood = digester.verify(digest, certificate.key, token.signed, signature, isCurve: isCurve)
      return .integer(isGood.map { $0 ? 1 : 0 } ?? -3)
    }
  }
}
