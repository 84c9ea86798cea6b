/// `-dM[<byte>][,<word>...]`: what is tried to make mistakes with memory show. HAProxy's words are all known; those about
/// how its pools share and check objects have nothing to act on, since buffers are pooled by their worker, checked on
/// every access, and never given to anybody else while a view of them exists.
public struct MemoryDebugging: Sendable, Equatable {
  /// What new buffers are filled with; nil leaves them as they are.
  public private(set) var poison: UInt8?
  /// Buffers are refused at random, as often as `tune.fail-alloc` says.
  public private(set) var fails = false

  private static let idle: Set<String> = [
    "no-merge", "merge", "cold-first", "hot-first", "integrity", "no-integrity", "no-global", "global", "no-cache",
    "cache", "caller", "no-caller", "tag", "no-tag",
  ]

  mutating func read(_ text: String) throws(CommandLineError) {
    var words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if words.first?.isEmpty == true || words.first?.first?.isNumber == true {
      let number = words.removeFirst()
      if number.isEmpty && words.isEmpty { poison = 0x50 }
      if let byte = Self.byte(number) { poison = byte }
    }
    for word in words {
      switch word {
      case "": break
      case "help": throw .text(help)
      case "poison": poison = poison ?? 0x50
      case "no-poison": poison = nil
      case "fail": fails = true
      case "no-fail": fails = false
      default: if !Self.idle.contains(word) { throw .alert("-dM: unknown pool debugging feature <\(word)>") }
      }
    }
  }

  /// A number in C's manner; only its last byte counts.
  private static func byte(_ text: String) -> UInt8? {
    let value =
      text.hasPrefix("0x")
      ? Int(text.dropFirst(2), radix: 16)
      : text.hasPrefix("0") && text.count > 1
        ? Int(text.dropFirst(), radix: 8) : Int(text)
    return value.map { UInt8(truncatingIfNeeded: $0) }
  }

  private var help: String {
    """
    -dM fills new buffers with the byte 0x50, or with the number that follows at once.
    Words may follow, separated by commas ('*' : in force) :

        set              | clear            | effect
      -------------------+------------------+-----------------------------------------
      \(fails ? "*" : " ") fail             |\(fails ? " " : "*") no-fail          | refuse buffers at random (tune.fail-alloc)
      \(poison != nil ? "*" : " ") poison           |\(poison == nil ? "*" : " ") no-poison        | fill new buffers
        no-merge         |  merge           | nothing : pools are not merged
        cold-first       |  hot-first       | nothing : the last buffer used is taken first
        integrity        |  no-integrity    | nothing : every access is checked
        no-global        |  global          | nothing : workers share no buffers
        no-cache         |  cache           | nothing : every worker has its own buffers
        caller           |  no-caller       | nothing
        tag              |  no-tag          | nothing

    """
  }
}
