/// A version as HAProxy orders them: `major.minor[-devN|-rcN|.patch][-commits]`, where development comes before
/// candidates and those before releases.
struct VersionNumber: Comparable {
  var major = 0
  var minor = 0
  /// Development, candidate or release, then its number.
  var stage = 2
  var patch = 0
  var commits = 0

  init(_ text: String) {
    var rest = text.latin1Bytes[...]
    major = Self.number(&rest) ?? 0
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      minor = Self.number(&rest) ?? 0
    }
    if rest.starts(with: "-dev".utf8) || rest.starts(with: "-rc".utf8) {
      let isCandidate = rest.starts(with: "-rc".utf8)
      stage = isCandidate ? 1 : 0
      rest = rest.dropFirst(isCandidate ? 3 : 4)
      patch = Self.number(&rest) ?? 0
    } else if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      patch = Self.number(&rest) ?? 0
    }
    if rest.first == UInt8(ascii: "-") {
      rest.removeFirst()
      let count = Self.number(&rest) ?? 0
      if rest.isEmpty || rest.first == UInt8(ascii: "-") { commits = count }
    }
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
    let digits = rest.prefix { $0.isDigit }
    guard !digits.isEmpty else { return nil }
    rest = rest.dropFirst(digits.count)
    return digits.reduce(0) { min($0 * 10 + Int($1 - 0x30), 1_000_000) }
  }

  private var order: [Int] { [major, minor, stage, patch, commits] }
  static func < (a: VersionNumber, b: VersionNumber) -> Bool { a.order.lexicographicallyPrecedes(b.order) }
}
