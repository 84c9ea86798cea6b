import Memory

extension Evaluator {
  /// Digests, message authentication codes and decryption.
  func cryptographic(
    _ id: ConverterID, _ text: Bytes, _ arguments: Arguments, _ scopes: VariableScopes
  ) -> SampleData? {
    if id == .aesGcmDec {
      guard let nonce = textOperand(arguments.second, scopes, as: .string).flatMap({ key($0, arguments.second) }),
        let secret = textOperand(arguments.third, scopes, as: .string).flatMap({ key($0, arguments.third) }),
        let tag = textOperand(arguments.fourth, scopes, as: .string).flatMap({ key($0, arguments.fourth) })
      else { return nil }
      return digester.decryptGCM(
        bits: arguments.first.integer ?? 128, nonce: nonce, key: secret, tag: tag, text, arena
      ).map { .binary($0) }
    }
    guard case .digest(let number) = arguments.first else { return nil }
    let digest = program.digests[Int(number)]
    if id != .hmac { return digester.hash(digest, text, arena).map { .binary($0) } }
    guard let secret = textOperand(arguments.second, scopes).flatMap({ key($0, arguments.second) }) else { return nil }
    return digester.mac(digest, key: secret, text, arena).map { .binary($0) }
  }

  /// The bytes of a key: those of the configuration are decoded already, those of variables are base64.
  private func key(_ text: Bytes, _ argument: Argument) -> Bytes? {
    if case .text = argument { return text }
    return decodeBase64(text, isURL: false)
  }
}
