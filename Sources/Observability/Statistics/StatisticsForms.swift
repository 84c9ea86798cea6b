/// How rows of statistics are written: `show stat` and the pages' `;csv` and `;json`.
public enum StatisticsForm: Sendable { case csv, typed, json }

extension StatisticsRow {
  /// The head line of the CSV form, with its line end.
  public static let csvHead: String = {
    var names = StatisticsColumn.all.map(\.name)
    names.insert("-", at: StatisticsColumn.coreCount)
    return "# " + names.joined(separator: ",") + ",\n"
  }()

  /// The row as a CSV line with its line end.
  public var csv: String {
    var line = ""
    for (i, value) in values.enumerated() {
      if i == StatisticsColumn.coreCount { line += "-," }
      if case .text(let text) = value { line += Self.quoted(text) } else { line += value.printed }
      line += ","
    }
    return line + "\n"
  }

  /// One line for each value that there is; `desc` adds what it counts.
  public func typed(desc: Bool) -> String {
    var text = ""
    for (i, value) in values.enumerated() where value != .none {
      let column = StatisticsColumn.all[i]
      text +=
        "\(object.letter).\(proxyID).\(id).\(i).\(column.name).1:\(tags(column)):\(column.kind.rawValue):\(value.printed)"
      text += desc ? ":\"\(column.text)\"\n" : "\n"
    }
    return text
  }

  /// An array of objects, one for each value.
  public var json: String {
    var items: [String] = []
    for (i, value) in values.enumerated() where value != .none {
      let column = StatisticsColumn.all[i]
      let origin = "{\"objType\":\"\(object.word)\",\"proxyId\":\(proxyID),\"id\":\(id),"
      items.append(
        origin + jsonField(place: i, name: column.name, tags: tags(column), kind: column.kind.rawValue, value))
    }
    return "[" + items.joined(separator: ",") + "]"
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

/// The part that JSON objects of statistics and of the process's information share, closing brace included.
func jsonField(place: Int, name: String, tags: String, kind: String, _ value: StatisticsValue) -> String {
  let words = StatisticsColumn.words(of: tags)
  var text = "\"field\":{\"pos\":\(place),\"name\":\"\(name)\"},\"processNum\":1,"
  text += "\"tags\":{\"origin\":\"\(words.origin)\",\"nature\":\"\(words.nature)\",\"scope\":\"\(words.scope)\"},"
  text += "\"value\":{\"type\":\"\(kind)\",\"value\":"
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
