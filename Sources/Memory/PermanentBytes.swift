extension Bytes {
  /// A copy that lives as long as the process: for text of the configuration that the data path reads. The memory is
  /// never given back, so this is for start-up and for edits by an operator, never for traffic.
  public init(permanent bytes: some Collection<UInt8>) {
    self = PermanentTexts.isSharing ? PermanentTexts.shared(Array(bytes)) : PermanentTexts.copy(bytes)
  }
  /// A permanent copy of text whose scalars each stand for one byte (see ConfigSyntax).
  public init(permanent text: String) {
    let bytes = Array(text.utf8)
    let isASCII = bytes.allSatisfy { $0 < 0x80 }
    self.init(permanent: isASCII ? bytes : text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }
}

/// Permanent copies, of which equal ones are made only once where configurations follow each other in one process: a
/// text that comes again with every reload costs nothing.
public enum PermanentTexts {
  private static let switchedOn = SharedCell()
  private static let known = Lock<[[UInt8]: Bytes]>([:])

  /// Shares copies from now on.
  public static func share() { switchedOn.set(1) }
  static var isSharing: Bool { switchedOn.value != 0 }

  static func shared(_ bytes: [UInt8]) -> Bytes {
    known.withLock { known in
      if let found = known[bytes] { return found }
      let fresh = copy(bytes)
      known[bytes] = fresh
      return fresh
    }
  }

  static func copy(_ bytes: some Collection<UInt8>) -> Bytes {
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
    var count = 0
    for byte in bytes {
      unsafe copy[count] = byte
      count += 1
    }
    return unsafe Bytes(base: copy, count: count)
  }
}
