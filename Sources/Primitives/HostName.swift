/// What may be asked of a name server.
public enum HostName {
  public enum Fault {
    /// Something else than letters, digits, hyphens, underscores and dots.
    case letter
    /// An empty part, or more than 255 bytes.
    case label
  }
  /// What is wrong with a name; nil: nothing.
  public static func fault(of name: String) -> Fault? {
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
        break
      default: return .letter
      }
    }
    return hasLabels(name) ? nil : .label
  }

  /// Whether a name has no empty part, but for one at its end, and no more than 255 bytes.
  public static func hasLabels(_ name: String) -> Bool {
    var length = 0
    for byte in name.utf8 {
      if byte == UInt8(ascii: ".") && length == 0 { return false }
      length = byte == UInt8(ascii: ".") ? 0 : length + 1
    }
    return name.utf8.count < 256
  }
}
