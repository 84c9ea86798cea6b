import Memory
import Primitives

/// Why a list of arguments was refused: HAProxy's message, and which argument it is about.
struct ArgumentError: Error {
  let message: String
  /// Counted from zero.
  let index: Int
}

/// Reads `(a,"b",c)` behind the name of a fetch or converter. Quotes protect commas and parentheses; a backslash
/// protects quotes, spaces and itself, and writes control characters, outside single quotes.
struct ArgumentParser {
  let text: [UInt8]
  /// Where the list starts on entry, and the first byte behind it afterwards.
  var at: Int

  init(_ text: [UInt8], at: Int) {
    self.text = text
    self.at = at
  }

  mutating func parse(_ list: ArgumentList) throws(ArgumentError) -> [ParsedArgument] {
    var arguments: [ParsedArgument] = []
    let parenthesis = at < text.count && text[at] == UInt8(ascii: "(")
    if parenthesis { at += 1 }
    if !list.types.isEmpty && (parenthesis || list.required > 0) {
      while true {
        let i = arguments.count
        let word = parenthesis ? word() : []
        // An argument that need not be there may be empty, which ends the list; only text may be empty itself.
        if i >= list.required && word.isEmpty
          && (list.types[i] != .string || i == 0 && (at >= text.count || text[at] == UInt8(ascii: ")")))
        {
          break
        }
        arguments.append(try value(word, list.types[i], i))
        if at >= text.count || text[at] == UInt8(ascii: ")") || !parenthesis || arguments.count == list.types.count {
          break
        }
        at += 1
      }
    }
    if arguments.count < list.required {
      throw ArgumentError(
        message: "missing arguments (got \(arguments.count)/\(list.required)), "
          + "type '\(list.types[arguments.count].rawValue)' expected", index: arguments.count)
    }
    if parenthesis {
      // HAProxy counts what it expected behind the second argument as the last one's.
      let place = arguments.count < 2 ? arguments.count : arguments.count - 1
      if at >= text.count { throw ArgumentError(message: "expected ')'", index: place) }
      if text[at] != UInt8(ascii: ")") {
        throw ArgumentError(message: "expected ')' before '\(String(bytes: text[at...]))'", index: place)
      }
      at += 1
    }
    return arguments
  }

  /// One argument without its quotes and escapes, up to the comma or parenthesis that ends it.
  private mutating func word() -> [UInt8] {
    var word: [UInt8] = []
    var quote: UInt8 = 0
    while at < text.count {
      let c = text[at]
      if c == UInt8(ascii: "\"") || c == UInt8(ascii: "'"), quote == 0 || quote == c {
        quote = quote == 0 ? c : 0
        at += 1
        continue
      }
      if c == UInt8(ascii: "\\"), quote != UInt8(ascii: "'"), at + 1 < text.count, let plain = escape(text[at + 1]) {
        word.append(plain)
        at += 2
        continue
      }
      if quote == 0 && (c == UInt8(ascii: ",") || c == UInt8(ascii: ")")) { break }
      word.append(c)
      at += 1
    }
    return word
  }

  private func escape(_ c: UInt8) -> UInt8? {
    switch c {
    case UInt8(ascii: "r"): 13
    case UInt8(ascii: "n"): 10
    case UInt8(ascii: "t"): 9
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: " "): c
    default: nil
    }
  }

  private func value(_ word: [UInt8], _ type: ArgumentType, _ i: Int) throws(ArgumentError) -> ParsedArgument {
    var parsed: ParsedArgument?
    switch type {
    case .string: return .string(word)
    case .table, .backend, .frontend, .server, .userList, .regex: return .name(type, word)
    case .integer: parsed = ArgumentParser.integer(word).map { .integer($0) }
    case .ipv4: parsed = IPv4Address(String(bytes: word)).map { .ipv4($0) }
    case .ipv6: parsed = IPv6Address(String(bytes: word)).map { .ipv6($0) }
    case .mask4: parsed = NetworkMask.ipv4(String(bytes: word)).map { .mask4($0) }
    case .mask6: parsed = NetworkMask.ipv6(String(bytes: word)).map { .mask6($0) }
    case .fieldNumber: parsed = ArgumentParser.fieldNumber(word).map { .fieldNumber($0) }
    }
    if let parsed { return parsed }
    if word.isEmpty {
      throw ArgumentError(message: "expected type '\(type.rawValue)' at position \(i + 1), but got nothing", index: i)
    }
    throw ArgumentError(
      message: "failed to parse '\(String(bytes: word))' as type '\(type.rawValue)' at position \(i + 1)", index: i)
  }

  /// A whole word as a signed decimal number, saturated at the limits of 64 bits.
  static func integer(_ word: [UInt8]) -> Int64? {
    if word.isEmpty { return nil }
    var digits = word[...]
    let negative = digits.first == UInt8(ascii: "-")
    if negative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    var value: Int64 = 0
    for c in digits {
      guard c &- 48 < 10 else { return nil }
      let digit = negative ? -Int64(c - 48) : Int64(c - 48)
      let (scaled, o1) = value.multipliedReportingOverflow(by: 10)
      let (sum, o2) = scaled.addingReportingOverflow(digit)
      if o1 || o2 { return negative ? .min : .max }
      value = sum
    }
    return value
  }

  /// Dotted numbers of at least one part (`1.2.3`).
  static func fieldNumber(_ word: [UInt8]) -> [UInt32]? {
    var numbers: [UInt32] = []
    for part in word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard let number = UInt32(String(bytes: part)) else { return nil }
      numbers.append(number)
    }
    return numbers.isEmpty ? nil : numbers
  }
}

/// Network masks as they are written in configurations.
public enum NetworkMask {
  /// A prefix length of 0 to 32, or a dotted mask, in host order.
  public static func ipv4(_ text: String) -> UInt32? {
    if let address = IPv4Address(text) { return address.bits }
    guard text.utf8.allSatisfy({ $0 &- 48 < 10 }), let length = Int(text), length <= 32 else { return nil }
    return prefix4(length)
  }
  /// A prefix length of 0 to 128, or a mask written as an address.
  public static func ipv6(_ text: String) -> IPv6Address? {
    if let address = IPv6Address(text) { return address }
    guard text.utf8.allSatisfy({ $0 &- 48 < 10 }), let length = Int(text), length <= 128 else { return nil }
    return prefix6(length)
  }
  /// The mask of `length` leading ones.
  public static func prefix4(_ length: Int) -> UInt32 { length <= 0 ? 0 : ~0 << UInt32(32 - min(length, 32)) }
  /// The mask of `length` leading ones.
  public static func prefix6(_ length: Int) -> IPv6Address {
    func half(_ n: Int) -> UInt64 { n <= 0 ? 0 : ~0 << UInt64(64 - min(n, 64)) }
    return IPv6Address(high: half(length), low: half(length - 64))
  }
}
