extension String {
  /// The bytes of configuration text, in which every scalar stands for one byte.
  var bytes: [UInt8] { unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

  /// Configuration text made of bytes.
  init(bytes: some Sequence<UInt8>) {
    self = String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }
}

extension UInt8 {
  /// Whether the byte may stand in the name of a fetch, a converter, a proxy and the like.
  var isIdentifier: Bool {
    switch self {
    case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: ":"):
      true
    default: false
    }
  }
}
