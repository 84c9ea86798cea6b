extension Bytes {
  /// A copy that lives as long as the process: for text of the configuration that the data path reads. The memory is
  /// never given back, so this is for start-up and for edits by an operator, never for traffic.
  public init(permanent bytes: some Collection<UInt8>) {
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
    var count = 0
    for byte in bytes {
      unsafe copy[count] = byte
      count += 1
    }
    unsafe self.init(base: copy, count: count)
  }
  /// A permanent copy of text whose scalars each stand for one byte (see ConfigSyntax).
  public init(permanent text: String) {
    let bytes = Array(text.utf8)
    let isASCII = bytes.allSatisfy { $0 < 0x80 }
    self.init(permanent: isASCII ? bytes : text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }
}
