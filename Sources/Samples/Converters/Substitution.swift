import Memory
import Primitives

extension Evaluator {
  /// `regsub`: the first match of an expression, or all of them, replaced by a text with references to groups.
  func substitute(_ text: Bytes, _ arguments: Arguments) -> Bytes? {
    guard case .regex(let number) = arguments.first else { return nil }
    let regex = program.regexes[Int(number)]
    let replacement = arguments.second.text ?? Bytes()
    let isGlobal = (arguments.third.integer ?? 0) & 2 != 0
    arena.begin()
    var start = 0
    var isFirst = true
    while true {
      // Each round looks at the rest as at a text of its own, except that it is no start of a line.
      let rest = text.dropFirst(start)
      let isFound = (isGlobal || isFirst) && matcher.matches(regex, rest, notAtLineStart: !isFirst)
      guard isFound, let match = matcher.group(0) else {
        return arena.append(rest) ? arena.finish() : nil
      }
      guard arena.append(rest.prefix(match.lowerBound)), appendReplacement(replacement, rest) else { return nil }
      if start >= text.count { return arena.finish() }
      if match.upperBound == 0 {
        // An empty match stands before a character.
        arena.append(byte: text[start])
        start += 1
      } else {
        start += match.upperBound
      }
      isFirst = false
    }
  }

  /// Appends `template` with `\1` replaced by what group 1 of the last match covers in `text`, and `\x41` by a byte.
  func appendReplacement(_ template: Bytes, _ text: Bytes) -> Bool {
    var i = 0
    while i < template.count {
      let c = template[i]
      i += 1
      guard c == UInt8(ascii: "\\"), let next = template.at(i) else {
        if !arena.append(byte: c) { return false }
        continue
      }
      i += 1
      if next &- 48 < 10 {
        if let range = matcher.group(Int(next - 48)), !arena.append(text[range]) { return false }
      } else if next == UInt8(ascii: "x"), let high = template.at(i).flatMap(NumberText.hexDigit),
        let low = template.at(i + 1).flatMap(NumberText.hexDigit)
      {
        i += 2
        if !arena.append(byte: high << 4 | low) { return false }
      } else if !arena.append(byte: next) {
        return false
      }
    }
    return true
  }

  /// The `map` converters.
  func map(_ arguments: Arguments, _ sample: inout Sample) -> Bool {
    guard case .patterns(let number) = arguments.first else { return false }
    let replica = replicas[Int(number)]
    var value = sample
    if value.cast(to: replica.expression.method.expects, arena: arena), let match = replica.find(value.data, matcher),
      let found = match.value
    {
      guard arguments.fourth.integer == 1, case .string(let template) = found, let text = value.data.text else {
        sample.data = found
        return true
      }
      arena.begin()
      guard appendReplacement(template, text) else { return false }
      sample.data = .string(arena.finish())
      return true
    }
    switch arguments.second {
    case .text(let text): sample.data = .string(text)
    case .integer(let number): sample.data = .integer(number)
    case .mask(let bits): sample.data = .ipv4(IPv4Address(bits: bits))
    case .mask6(let address): sample.data = .ipv6(address)
    default: return false
    }
    return true
  }
}
