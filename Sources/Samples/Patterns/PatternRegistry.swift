import Memory
import System

/// All pattern references of a process by name and number, and the expressions over them. Used while a configuration
/// is read and by the operator's commands.
public final class PatternRegistry {
  public private(set) var references: [PatternReference] = []
  private var byFile: [String: Int] = [:]
  private(set) var expressions: [PatternExpression] = []
  public init() {}

  public func reference(file: String) -> PatternReference? { byFile[file].map { references[$0] } }
  public func reference(id: Int32) -> PatternReference? { references.first { $0.id == id } }

  /// The reference of a list in the configuration; `id` is the number that `-u` asked for.
  func makeInline(id: Int32?, display: String) -> PatternReference {
    let reference = PatternReference(file: nil, display: display, isMap: false)
    if let id { reference.id = id }
    references.append(reference)
    reference.markUse(map: false, location: nil)
    return reference
  }

  /// Gives a number to every reference that has none, in order, when the whole configuration was read.
  public func numberReferences() {
    let taken = Set(references.map(\.id))
    var next: Int32 = 0
    for reference in references where reference.id < 0 {
      while taken.contains(next) { next += 1 }
      reference.id = next
      next += 1
    }
    references.sort { $0.id < $1.id }
    byFile = [:]
    for (i, reference) in references.enumerated() { if let file = reference.file { byFile[file] = i } }
  }

  /// The reference of a file, which is read now where it was not before.
  func load(file: String, asMap isMap: Bool, forMap: Bool, location: String?) throws(PatternError) -> PatternReference {
    if let known = reference(file: file) {
      if known.isMap != isMap {
        throw PatternError(
          known.isMap
            ? "The file \"\(file)\" is already used as two column file and cannot be used by as one column file."
            : "The file \"\(file)\" is already used as one column file and cannot be used by as two column file.")
      }
      known.markUse(map: forMap, location: location)
      return known
    }
    let content: [UInt8]
    do {
      content = try Files.read(file)
    } catch {
      if case .folder = Files.kind(file) {
        throw PatternError("error encountered while reading  <\(file)> : \(error)")
      }
      throw PatternError("failed to open pattern file <\(file)>")
    }
    let reference = PatternReference(file: file, display: "pattern loaded from file '\(file)'", isMap: isMap)
    PatternFile.read(reference.keep(file: content), into: reference)
    byFile[file] = references.count
    references.append(reference)
    reference.markUse(map: forMap, location: location)
    return reference
  }

  /// The number of an expression over `reference`; one that compiles the list in the same way is used again.
  func expression(
    _ reference: PatternReference, method: PatternMethod, flags: PatternFlags, output: MapOutput?
  ) throws(PatternError) -> Int32 {
    if let i = expressions.firstIndex(where: {
      $0.reference === reference && $0.method == method && $0.flags == flags && $0.output == output
    }) {
      return Int32(i)
    }
    let expression = PatternExpression(reference, method: method, flags: flags, output: output)
    try reference.attach(expression)
    expressions.append(expression)
    return Int32(expressions.count - 1)
  }
}

/// Files of patterns: one a line. Lines that start with `#` and empty ones are ignored, white space before a
/// pattern is skipped; in maps the first word is the key and the rest, without white space around it, the value.
enum PatternFile {
  static func read(_ content: Bytes, into reference: PatternReference) {
    var start = 0
    var line = 0
    while start < content.count {
      let end = content.firstIndex(of: 10, from: start) ?? content.count
      line += 1
      read(content[start..<end], line, into: reference)
      start = end + 1
    }
  }

  private static func read(_ text: Bytes, _ line: Int, into reference: PatternReference) {
    if text.at(0) == UInt8(ascii: "#") { return }
    var start = 0
    var end = text.firstIndex(of: 13) ?? text.count
    while start < end && isBlank(text[start]) { start += 1 }
    if start == end { return }
    if !reference.isMap {
      reference.load(text[start..<end], value: nil, line: line)
      return
    }
    var key = start
    while key < end && !isBlank(text[key]) { key += 1 }
    var value = key
    while value < end && isBlank(text[value]) { value += 1 }
    while end > value && isBlank(text[end - 1]) { end -= 1 }
    reference.load(text[start..<key], value: text[value..<end], line: line)
  }
  private static func isBlank(_ c: UInt8) -> Bool { c == 0x20 || c == 0x09 }
}
