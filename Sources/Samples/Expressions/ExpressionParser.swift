import Memory

/// Where text is read that may go on in further words of a line.
struct WordCursor {
  let words: [[UInt8]]
  var word: Int
  /// Place inside the word.
  var at = 0

  init(_ words: [[UInt8]], word: Int) {
    self.words = words
    self.word = word
  }
  var current: [UInt8] { word < words.count ? words[word] : [] }
  var isAtEndOfWord: Bool { at >= current.count }
  func byte() -> UInt8? { at < current.count ? current[at] : nil }

  /// The name at the cursor, which moves behind it.
  mutating func identifier() -> String {
    let text = current
    let start = at
    while at < text.count && text[at].isIdentifier { at += 1 }
    return String(bytes: text[start..<at])
  }
}

extension SampleCompiler {
  /// Reads an expression from `words[at...]`: a fetch, and converters behind commas or in words of their own. `at` is
  /// moved behind what was read.
  public func parse(
    words: [String], at: inout Int, site: ExpressionSite
  ) throws(SampleError) -> ParsedExpression {
    var cursor = WordCursor(words.map(\.bytes), word: at)
    let parsed = try parse(&cursor, site, isEmbedded: false)
    at = cursor.word
    return parsed
  }

  /// Reads an expression that is a whole text.
  public func parse(_ text: String, site: ExpressionSite) throws(SampleError) -> ParsedExpression {
    var at = 0
    return try parse(words: [text], at: &at, site: site)
  }

  /// Reads an expression inside other text (a log format) from the scalar `start` on, and says where it ends: at the
  /// first scalar that does not belong to it.
  public func parse(
    embeddedIn text: String, from start: Int, site: ExpressionSite
  ) throws(SampleError) -> (expression: ParsedExpression, end: Int) {
    var cursor = WordCursor([Array(text.bytes.dropFirst(start))], word: 0)
    let parsed = try parse(&cursor, site, isEmbedded: true)
    return (parsed, start + cursor.at)
  }

  private func parse(
    _ cursor: inout WordCursor, _ site: ExpressionSite, isEmbedded: Bool
  ) throws(SampleError) -> ParsedExpression {
    let text = String(bytes: cursor.current)
    let name = cursor.identifier()
    if name.isEmpty { throw SampleError("missing fetch method") }
    guard let descriptor = FetchCatalogue.find(name) else { throw SampleError("unknown fetch method '\(name)'") }
    let expression: Int
    do {
      expression = try parseFetch(descriptor, name, &cursor, site)
    } catch {
      switch error {
      case .syntax(let message): throw SampleError("fetch method '\(name)' : \(message)")
      case .refused(let message): throw SampleError("invalid args in fetch method '\(name)' : \(message)")
      }
    }
    let type = try parseConverters(expression, &cursor, site, isEmbedded: isEmbedded)
    return ParsedExpression(
      expression: Expression(index: Int32(expression)), fetch: descriptor, type: type, text: text)
  }

  enum FetchError: Error {
    case syntax(String)
    case refused(String)
  }

  /// Reads the arguments behind the name of a fetch and starts an expression with it; returns its number.
  func parseFetch(
    _ descriptor: FetchDescriptor, _ keyword: String, _ cursor: inout WordCursor, _ site: ExpressionSite
  ) throws(FetchError) -> Int {
    if !descriptor.id.isServed { throw .refused("'\(keyword)' is not implemented by Weir yet") }
    var parser = ArgumentParser(cursor.current, at: cursor.at)
    let parsed: [ParsedArgument]
    do { parsed = try parser.parse(descriptor.arguments) } catch { throw .syntax(error.message) }
    cursor.at = parser.at
    var arguments: Arguments
    do { arguments = try fetchArguments(descriptor, parsed) } catch { throw .refused(error.message) }
    let index = expressions.count
    // `sc1_...` is `sc_...(1)`: its own arguments come behind the number.
    var shift = 0
    if let counter = descriptor.trackedCounter {
      let element = arguments.first
      arguments = Arguments()
      arguments.first = .integer(Int64(counter))
      if descriptor.id == .scClrGpc { (arguments.first, arguments.second) = (element, arguments.first) }
      shift = 1
    }
    expressions.append(
      ExpressionBuild(
        fetch: descriptor.id, arguments: arguments, firstConverter: Int32(converters.count), type: descriptor.type,
        keyword: keyword))
    for (i, argument) in parsed.enumerated() {
      guard case .name(let type, let text) = argument else { continue }
      postpone(
        PendingArgument(
          type: type, name: String(bytes: text), position: i + 1, keyword: keyword, converter: nil, site: site,
          target: .fetch(expression: index, argument: i + shift)))
    }
    return index
  }

  /// Reads the converters behind a fetch; returns the type of the whole expression.
  func parseConverters(
    _ expression: Int, _ cursor: inout WordCursor, _ site: ExpressionSite, isEmbedded: Bool
  ) throws(SampleError) -> SampleType {
    var type = expressions[expression].type
    var previous: String?
    let keyword = expressions[expression].keyword
    while true {
      if let c = cursor.byte(), c != UInt8(ascii: ",") {
        if isEmbedded { break }
        throw SampleError(
          previous.map { "missing comma after converter '\($0)'" } ?? "missing comma after fetch keyword '\(keyword)'")
      }
      if isEmbedded && cursor.isAtEndOfWord { break }
      while cursor.byte() == UInt8(ascii: ",") { cursor.at += 1 }
      if isEmbedded && cursor.isAtEndOfWord { break }
      var isOwnWord = false
      if cursor.isAtEndOfWord {
        cursor.word += 1
        cursor.at = 0
        isOwnWord = true
        if cursor.current.isEmpty { break }
      }
      let name = cursor.identifier()
      guard let descriptor = ConverterCatalogue.find(name) else {
        // A word of its own that is no converter belongs to whatever comes behind the expression.
        if isOwnWord {
          cursor.at = 0
          break
        }
        throw SampleError("unknown converter '\(name)'")
      }
      if !type.canCast(to: descriptor.input) { throw SampleError("converter '\(name)' cannot be applied") }
      try parseConverter(descriptor, keyword, &cursor, site)
      type = descriptor.output
      expressions[expression].converterCount += 1
      previous = name
    }
    expressions[expression].type = type
    return type
  }

  private func parseConverter(
    _ descriptor: ConverterDescriptor, _ keyword: String, _ cursor: inout WordCursor, _ site: ExpressionSite
  ) throws(SampleError) {
    var parser = ArgumentParser(cursor.current, at: cursor.at)
    let parsed: [ParsedArgument]
    do {
      parsed = try parser.parse(descriptor.arguments)
    } catch {
      throw SampleError("invalid arg \(error.index + 1) in converter '\(descriptor.name)' : \(error.message)")
    }
    cursor.at = parser.at
    let arguments: Arguments
    do {
      arguments = try converterArguments(descriptor, parsed, site)
    } catch {
      throw SampleError("invalid args in converter '\(descriptor.name)' : \(error.message)")
    }
    let index = converters.count
    converters.append(ConverterBuild(id: descriptor.id, input: descriptor.input, arguments: arguments))
    for (i, argument) in parsed.enumerated() {
      guard case .name(let type, let text) = argument else { continue }
      postpone(
        PendingArgument(
          type: type, name: String(bytes: text), position: i + 1, keyword: keyword, converter: descriptor.name,
          site: site, target: .converter(index, argument: i)))
    }
  }
}

extension FetchDescriptor {
  /// The number in `sc0_...`, `sc1_...`, `sc2_...`, or nil for all other names.
  var trackedCounter: Int? {
    let bytes = Array(name.utf8)
    guard bytes.count > 4, bytes[0] == UInt8(ascii: "s"), bytes[1] == UInt8(ascii: "c"), bytes[3] == UInt8(ascii: "_"),
      bytes[2] &- 48 < 3
    else { return nil }
    return Int(bytes[2] - 48)
  }
}
