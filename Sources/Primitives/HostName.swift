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
    var length = 0
    var fault: Fault?
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "."):
        if length == 0 { fault = .label }
        length = 0
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        length += 1
      default: return .letter
      }
    }
    return name.utf8.count > 255 ? .label : fault
  }
}
