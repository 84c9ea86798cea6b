/// Text of the configuration is a `String` in which every scalar stands for one byte of the file (the ISO 8859-1
/// reading), so that bytes which are no UTF-8 survive unchanged.
extension String {
  public init(latin1 bytes: some Collection<UInt8>) {
    if bytes.allSatisfy({ $0 < 0x80 }) {
      self.init(decoding: bytes, as: UTF8.self)
      return
    }
    var view = String.UnicodeScalarView()
    for byte in bytes { view.append(Unicode.Scalar(byte)) }
    self.init(view)
  }
  /// The bytes that the scalars stand for; a scalar over 255 becomes `?`.
  public var latin1Bytes: [UInt8] {
    let bytes = Array(utf8)
    if bytes.allSatisfy({ $0 < 0x80 }) { return bytes }
    return unicodeScalars.map { UInt8(exactly: $0.value) ?? UInt8(ascii: "?") }
  }
}

extension UInt8 {
  /// C's `isspace` in the C locale.
  var isSpace: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0d) }
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7a }
  var hexValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x41 + 10
    case 0x61...0x66: self - 0x61 + 10
    default: nil
    }
  }
}
