/// A certificate as one `bind` line uses it: its context, and under which names it stands.
struct BoundCertificate: Sendable {
  let context: TLSContext
  let keyKind: CertificateMaterial.KeyKind
  /// The versions of its line.
  let versions: ClosedRange<TLSVersion>
  let allowsEarlyData: Bool
}

/// The names of a `bind` line's certificates. Never changes: a new one takes its place.
final class ServerNameTable: Sendable {
  private struct Entry: Sendable {
    let certificate: Int
    let isNegative: Bool
  }
  let certificates: [BoundCertificate]
  /// `strict-sni`: no certificate for other names.
  let isStrict: Bool
  private let exact: [[UInt8]: [Entry]]
  /// By what follows the `*`.
  private let wild: [[UInt8]: [Entry]]

  init(_ certificates: [BoundCertificate], filters: [[[UInt8]]], isStrict: Bool) {
    self.certificates = certificates
    self.isStrict = isStrict
    var exact: [[UInt8]: [Entry]] = [:]
    var wild: [[UInt8]: [Entry]] = [:]
    for (at, names) in filters.enumerated() {
      for name in names { Self.insert(name, at, &exact, &wild) }
    }
    self.exact = exact
    self.wild = wild
  }

  private static func insert(
    _ filter: [UInt8], _ certificate: Int, _ exact: inout [[UInt8]: [Entry]], _ wild: inout [[UInt8]: [Entry]]
  ) {
    var name = filter[...]
    let isNegative = name.first == UInt8(ascii: "!")
    if isNegative { name = name.dropFirst() }
    let isWild = name.first == UInt8(ascii: "*")
    if isWild { name = name.dropFirst() }
    // `!*` says nothing, nor does `*`.
    if name.isEmpty || (isNegative && isWild) { return }
    let key = lowered(name)
    let entry = Entry(certificate: certificate, isNegative: isNegative)
    if isWild { wild[key, default: []].append(entry) } else { exact[key, default: []].append(entry) }
  }

  static func lowered(_ name: some Sequence<UInt8>) -> [UInt8] { name.map { $0 &- 65 < 26 ? $0 | 0x20 : $0 } }

  /// What a client can verify.
  struct Abilities {
    var rsa = true
    var ecdsa = false
  }

  /// The certificate for a name; nil where none has it.
  func certificate(for name: [UInt8], _ abilities: Abilities) -> BoundCertificate? {
    let key = Self.lowered(name)
    let own = exact[key] ?? []
    if let found = best(own.filter { !$0.isNegative }, abilities) { return found }
    guard let dot = key.firstIndex(of: UInt8(ascii: ".")) else { return nil }
    let shadowed = Set(own.map(\.certificate))
    let others = (wild[Array(key[dot...])] ?? []).filter { !$0.isNegative && !shadowed.contains($0.certificate) }
    return best(others, abilities)
  }

  /// For clients without a name, and with one that nothing has.
  var fallback: BoundCertificate? { isStrict ? nil : certificates.first }

  /// The first of each kind of key counts, ECDSA before RSA where the client can.
  private func best(_ entries: [Entry], _ abilities: Abilities) -> BoundCertificate? {
    func first(_ kind: CertificateMaterial.KeyKind) -> BoundCertificate? {
      entries.first { certificates[$0.certificate].keyKind == kind }.map { certificates[$0.certificate] }
    }
    let ecdsa = first(.ecdsa)
    if abilities.ecdsa, let ecdsa { return ecdsa }
    let rsa = first(.rsa)
    if abilities.rsa, let rsa { return rsa }
    return first(.other) ?? ecdsa ?? rsa
  }
}
