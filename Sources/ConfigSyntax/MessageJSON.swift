/// Messages for editors and continuous integration: one JSON object a line.
enum MessageJSON {
  static func object(_ severity: Severity, _ text: String, _ explanation: Explanation?) -> String {
    var fields: [(String, String)] = []
    if let explanation {
      fields.append(("file", string(explanation.file)))
      fields.append(("line", String(explanation.line)))
      if explanation.column > 0 { fields.append(("column", String(explanation.column))) }
    }
    fields.append(("severity", string(severity.rawValue.lowercased())))
    fields.append(("text", string(text)))
    // Lines to be pasted are one thing, remarks another.
    if let explanation, let hint = explanation.hint {
      fields.append((explanation.isReplacement ? "replacement" : "hint", string(hint)))
    }
    return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}\n"
  }

  /// Bytes that are UTF-8 are read so, others one by one; what is not ASCII is written as an escape.
  private static func string(_ text: String) -> String {
    let decoded = String(validating: text.latin1Bytes, as: UTF8.self) ?? text
    var out = "\""
    for unit in decoded.utf16 {
      switch unit {
      case 0x22: out += "\\\""
      case 0x5c: out += "\\\\"
      case 0x0a: out += "\\n"
      case 0x09: out += "\\t"
      case 0x20..<0x7f: out.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      default:
        let digits = String(unit, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      }
    }
    return out + "\""
  }
}
