import HTTP
import Memory
import Primitives

/// Compiled patterns of one method with an index over them; never changed after it was made, and shared by all
/// threads. Looking up allocates nothing.
final class PatternTable: Sendable {
  struct Entry: Sendable {
    let pattern: Pattern
    /// The value of a map's entry.
    let value: SampleData?
    /// The entry's number in its reference, which also is its place in the order of patterns.
    let number: UInt32
  }
  let method: PatternMethod
  let ignoresCase: Bool
  let entries: [Entry]
  let regexes: [Regex]
  private let texts: TextIndex
  private let networks: NetworkIndex
  /// Below this many patterns a plain walk is as fast as an index.
  private static let indexThreshold = 8
  private let isIndexed: Bool

  init(method: PatternMethod, ignoresCase: Bool, entries: [Entry], regexes: [Regex]) {
    self.method = method
    self.ignoresCase = ignoresCase
    self.entries = entries
    self.regexes = regexes
    isIndexed = entries.count >= PatternTable.indexThreshold
    switch method {
    case .string where isIndexed, .binary where isIndexed, .beginning where isIndexed, .end where isIndexed,
      .directory where isIndexed, .domain where isIndexed:
      texts = TextIndex(entries.map(\.text), ignoringCase: ignoresCase, reversed: method == .end)
    default: texts = TextIndex([], ignoringCase: false, reversed: false)
    }
    networks = method == .ip ? NetworkIndex(entries.map(\.pattern)) : NetworkIndex([])
  }

  /// The entry that a value matches best, skipping those for which `removed` holds, or nil: the longest match where
  /// the method prefers that (networks, case-sensitive beginnings), else the first in order.
  func find(_ value: SampleData, _ matcher: RegexMatcher, _ removed: borrowing NumberSet) -> Int? {
    switch method {
    case .integer, .dottedVersion:
      guard case .integer(let number) = value else { return nil }
      return firstRange(number, removed)
    case .length:
      guard let text = value.text else { return nil }
      return firstRange(Int64(text.count), removed)
    case .ip: return networks.find(value, entries, removed)
    case .string, .binary, .beginning, .end, .directory, .domain, .substring, .group:
      guard let text = value.text else { return nil }
      return isIndexed && method != .substring && method != .group
        ? indexed(text, removed) : walk(text, removed)
    case .regex:
      guard let text = value.text else { return nil }
      for i in 0..<entries.count where !removed.contains(entries[i].number) {
        if case .regex(let number) = entries[i].pattern, matcher.matches(regexes[Int(number)], text) { return i }
      }
      return nil
    case .method:
      guard case .method(let id, let text) = value else { return nil }
      for i in 0..<entries.count where !removed.contains(entries[i].number) {
        guard case .method(let known, let name) = entries[i].pattern, known == id else { continue }
        if id != .other || (ignoresCase ? name.equalsIgnoringCase(text) : name.equals(text)) { return i }
      }
      return nil
    case .found, .boolean: return nil
    }
  }

  private func firstRange(_ number: Int64, _ removed: borrowing NumberSet) -> Int? {
    for i in 0..<entries.count {
      guard case .range(let low, let high) = entries[i].pattern, low <= number, number <= high,
        !removed.contains(entries[i].number)
      else { continue }
      return i
    }
    return nil
  }

  private func indexed(_ text: Bytes, _ removed: borrowing NumberSet) -> Int? {
    switch method {
    case .string, .binary: texts.equal(text, entries, removed)
    case .beginning: texts.prefix(text, from: 0, entries, removed, preferLongest: !ignoresCase, delimiters: .any)
    case .end: texts.prefix(text, from: 0, entries, removed, preferLongest: false, delimiters: .any)
    case .directory: words(text, removed, .path)
    default: words(text, removed, .domain)
    }
  }

  private func words(_ text: Bytes, _ removed: borrowing NumberSet, _ delimiters: WordDelimiters) -> Int? {
    var best: Int?
    var isStart = true
    for i in 0..<text.count {
      if delimiters.contain(text[i]) {
        isStart = true
      } else if isStart {
        isStart = false
        if let found = texts.prefix(text, from: i, entries, removed, preferLongest: false, delimiters: delimiters),
          best == nil || entries[found].number < entries[best!].number
        {
          best = found
        }
      }
    }
    return best
  }

  private func walk(_ text: Bytes, _ removed: borrowing NumberSet) -> Int? {
    var best: Int?
    for i in 0..<entries.count {
      guard case .text(let pattern) = entries[i].pattern, matches(text, pattern), !removed.contains(entries[i].number)
      else { continue }
      if method != .beginning || ignoresCase { return i }
      if best == nil || pattern.count > entries[best!].text.count { best = i }
    }
    return best
  }

  private func matches(_ text: Bytes, _ pattern: Bytes) -> Bool {
    if pattern.count > text.count { return false }
    switch method {
    case .beginning: return equal(text.prefix(pattern.count), pattern)
    case .end: return equal(text.dropFirst(text.count - pattern.count), pattern)
    case .substring:
      if pattern.isEmpty { return false }
      if !ignoresCase { return text.firstIndex(of: pattern) != nil }
      return text.containsIgnoringCase(pattern)
    case .directory: return hasWord(text, pattern, .path)
    case .domain: return hasWord(text, pattern, .domain)
    default: return equal(text, pattern)
    }
  }
  private func hasWord(_ text: Bytes, _ pattern: Bytes, _ delimiters: WordDelimiters) -> Bool {
    if pattern.isEmpty { return false }
    var isStart = true
    for i in 0...(text.count - pattern.count) where i < text.count {
      if delimiters.contain(text[i]) {
        isStart = true
        continue
      }
      if isStart && equal(text.slice(i, pattern.count), pattern)
        && (i + pattern.count == text.count || delimiters.contain(text[i + pattern.count]))
      {
        return true
      }
      isStart = false
    }
    return false
  }
  private func equal(_ a: Bytes, _ b: Bytes) -> Bool { ignoresCase ? a.equalsIgnoringCase(b) : a.equals(b) }
}

extension PatternTable.Entry {
  var text: Bytes { if case .text(let text) = pattern { text } else { Bytes() } }
}

/// What ends a word for the methods that compare whole words.
enum WordDelimiters {
  /// Every byte: no words at all.
  case any
  case path, domain
  func contain(_ c: UInt8) -> Bool {
    switch c {
    case UInt8(ascii: "/"), UInt8(ascii: "?"): true
    case UInt8(ascii: "."), UInt8(ascii: ":"): self != .path
    default: self == .any
    }
  }
}

/// A small set of entry numbers.
struct NumberSet: Sendable {
  private var numbers: [UInt32] = []
  var isEmpty: Bool { numbers.isEmpty }
  var count: Int { numbers.count }
  func contains(_ number: UInt32) -> Bool {
    if numbers.isEmpty { return false }
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low < numbers.count && numbers[low] == number
  }
  mutating func insert(_ number: UInt32) {
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] < number { low = middle + 1 } else { high = middle }
    }
    if low == numbers.count || numbers[low] != number { numbers.insert(number, at: low) }
  }
}
