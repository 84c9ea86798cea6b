public import Memory

/// How rows of statistics are written: `show stat` and the pages' `;csv` and `;json`.
public enum StatisticsForm: Sendable { case csv, typed, json }

extension StatisticsRow {
  /// The head line of the CSV form, with its line end.
  public static let csvHead: String = {
    var names = StatisticsColumn.all.map(\.name)
    names.insert("-", at: StatisticsColumn.coreCount)
    return "# " + names.joined(separator: ",") + ",\n"
  }()

  /// Adds the row as a CSV line with its line end.
  public func addCSV(to line: inout GrowingText) {
    for key in StatisticsKey.allCases {
      if key.rawValue == StatisticsColumn.coreCount { line.add("-,") }
      add(key, to: &line) { line, text in
        if !line.add(plain: text) { line.add(Self.quoted(text)) }
      }
      line.add(byte: UInt8(ascii: ","))
    }
    line.add(byte: UInt8(ascii: "\n"))
  }

  /// Adds one line for each value that there is; `desc` adds what it counts.
  public func addTyped(desc: Bool, to lines: inout GrowingText) {
    for key in StatisticsKey.allCases where has(key) {
      let form = ColumnForm.all[key.rawValue]
      lines.add(object.letterByte)
      lines.add(byte: UInt8(ascii: "."))
      lines.add(decimal: UInt64(clamping: proxyID))
      lines.add(byte: UInt8(ascii: "."))
      lines.add(decimal: UInt64(clamping: id))
      lines.add(object == .backend ? form.typedOfBackend : form.typed)
      add(key, to: &lines) { lines, text in lines.add(text) }
      if desc { lines.add(form.description) }
      lines.add(byte: UInt8(ascii: "\n"))
    }
  }

  /// Adds an array of objects, one for each value.
  public func addJSON(to text: inout GrowingText) {
    text.add(byte: UInt8(ascii: "["))
    let start = text.count
    for key in StatisticsKey.allCases where has(key) {
      if text.count > start { text.add(byte: UInt8(ascii: ",")) }
      let form = ColumnForm.all[key.rawValue]
      text.add("{\"objType\":\"")
      text.add(object.word)
      text.add("\",\"proxyId\":")
      text.add(decimal: UInt64(clamping: proxyID))
      text.add(",\"id\":")
      text.add(decimal: UInt64(clamping: id))
      text.add(object == .backend ? form.jsonOfBackend : form.json)
      add(key, to: &text) { text, value in
        text.add(byte: UInt8(ascii: "\""))
        if !text.add(plain: value) { text.add(String(jsonString(value).dropFirst().dropLast())) }
        text.add(byte: UInt8(ascii: "\""))
      }
      text.add("}}")
    }
    text.add(byte: UInt8(ascii: "]"))
  }

  private func has(_ key: StatisticsKey) -> Bool { number(key) != nil || text(key) != nil }

  /// Adds a value, where there is one.
  private func add(_ key: StatisticsKey, to line: inout GrowingText, _ addText: (inout GrowingText, String) -> Void) {
    if let value = number(key) {
      if Self.isSigned(key) { line.add(signed: Int64(bitPattern: value)) } else { line.add(decimal: value) }
    } else if let text = text(key) {
      addText(&line, text)
    }
  }

  /// Quoted where a comma, a quote or a line end asks for it.
  static func quoted(_ text: String) -> String {
    let needsQuotes = text.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }
    if !needsQuotes { return text }
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { result.unicodeScalars.append("\"") }
      result.unicodeScalars.append(scalar)
    }
    return result + "\""
  }
}

extension StatisticsRow.Object {
  var letterByte: StaticString {
    switch self {
    case .frontend: "F"
    case .backend: "B"
    case .server: "S"
    case .listener: "L"
    }
  }
}

/// What the typed and JSON forms say of a column with each of its values.
private struct ColumnForm: Sendable {
  let typed: Bytes
  let typedOfBackend: Bytes
  let description: Bytes
  let json: Bytes
  let jsonOfBackend: Bytes

  static let all: [ColumnForm] = StatisticsColumn.all.enumerated().map { place, column in
    func typed(_ tags: String) -> Bytes {
      Bytes(permanent: ".\(place).\(column.name).1:\(tags):\(column.kind.rawValue):")
    }
    func json(_ tags: String) -> Bytes {
      Bytes(permanent: "," + jsonFieldHead(place: place, name: column.name, tags: tags, kind: column.kind.rawValue))
    }
    return ColumnForm(
      typed: typed(column.tags), typedOfBackend: typed(column.backendTags),
      description: Bytes(permanent: ":\"\(column.text)\""),
      json: json(column.tags), jsonOfBackend: json(column.backendTags))
  }
}

/// The part that JSON objects of statistics and of the process's information share, as far as the value.
private func jsonFieldHead(place: Int, name: String, tags: String, kind: String) -> String {
  let words = StatisticsColumn.words(of: tags)
  var text = "\"field\":{\"pos\":\(place),\"name\":\"\(name)\"},\"processNum\":1,"
  text += "\"tags\":{\"origin\":\"\(words.origin)\",\"nature\":\"\(words.nature)\",\"scope\":\"\(words.scope)\"},"
  return text + "\"value\":{\"type\":\"\(kind)\",\"value\":"
}

/// That part, closing brace included.
func jsonField(place: Int, name: String, tags: String, kind: String, _ value: StatisticsValue) -> String {
  var text = jsonFieldHead(place: place, name: name, tags: tags, kind: kind)
  if case .text(let string) = value { text += jsonString(string) } else { text += value.printed }
  return text + "}}"
}

/// A JSON string; scalars stand for bytes.
func jsonString(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0x22: result += "\\\""
    case 0x5c: result += "\\\\"
    case 0x0a: result += "\\n"
    case 0x0d: result += "\\r"
    case 0x09: result += "\\t"
    case 0..<0x20: result += "\\u00" + String(scalar.value >> 4, radix: 16) + String(scalar.value & 15, radix: 16)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
