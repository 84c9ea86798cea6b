import ConfigSyntax
import Configuration

/// `tcp-check send*` and `http-check send`.
struct CheckSendLine {
  let context: LoadContext
  let line: ConfigLine

  init(_ context: LoadContext, _ line: ConfigLine) {
    self.context = context
    self.line = line
  }

  // MARK: - tcp-check

  func parseTCP() throws(StepError) -> CheckSend {
    let word = line[1]
    if line[2].isEmpty {
      throw StepError("'\(word == "send-binary" ? "binary string" : "string")' expects a \(word) as argument.")
    }
    var comment: String?
    var at = 3
    // The rest is read before the content.
    while !line[at].isEmpty {
      guard line[at] == "comment" else {
        throw StepError("expects 'comment' but got '\(line[at])' as argument..")
      }
      if line[at + 1].isEmpty { throw StepError("'comment' expects a string as argument..") }
      comment = line[at + 1]
      at += 2
    }
    return CheckSend(try content(word), comment: comment)
  }

  private func content(_ word: String) throws(StepError) -> CheckSend.Content {
    switch word {
    case "send": return .text(.plain(line[2].latin1Bytes))
    case "send-lf": return .text(.format(try context.checkFormat(line[2])))
    case "send-binary-lf": return .hexadecimal(try context.checkFormat(line[2]))
    default:
      switch HexText.bytes(line[2]) {
      case .success(let bytes): return .text(.plain(bytes))
      case .failure(let failure): throw StepError("'\(line[2])' \(failure.text).\n.")
      }
    }
  }

  // MARK: - http-check

  func parseHTTP() throws(StepError) -> CheckSend {
    var request = CheckRequest()
    var comment: String?
    var hosts: [String] = []
    var at = 2
    while !line[at].isEmpty {
      let word = line[at]
      let value = line[at + 1]
      switch word {
      case "meth", "uri", "uri-lf", "ver", "body", "body-lf", "comment":
        if value.isEmpty { throw StepError("'\(word)' expects a string as argument..") }
        if word == "comment" { comment = value } else { try set(word, value, &request) }
        at += 2
      case "hdr":
        if value.isEmpty || line[at + 2].isEmpty { throw StepError("'hdr' expects <name> and <value> as arguments.") }
        try header(value, line[at + 2], &hosts, &request)
        at += 3
      default:
        throw StepError(
          "expects 'comment', 'meth', 'uri', 'uri-lf', 'ver', 'hdr', 'body' or 'body-lf' but got '\(word)' as "
            + "argument..")
      }
    }
    return CheckSend(.request(request), comment: comment)
  }

  private func set(_ word: String, _ value: String, _ request: inout CheckRequest) throws(StepError) {
    switch word {
    case "meth": request.method = value
    case "uri": request.uri = .plain(value.latin1Bytes)
    case "uri-lf": request.uri = .format(try context.checkFormat(value))
    case "ver": request.version = value
    case "body": request.body = .plain(value.latin1Bytes)
    default: request.body = .format(try context.checkFormat(value))
    }
  }

  private func header(
    _ name: String, _ value: String, _ hosts: inout [String], _ request: inout CheckRequest
  ) throws(StepError) {
    let lower = name.lowercased()
    if lower == "host" {
      if let before = hosts.last {
        throw StepError("'\(name)' header already defined (previous value is '\(before)').")
      }
      hosts.append(value)
    }
    let format = try context.bareCheckFormat(value)
    context.noteCheckFormat(format)
    // The check's own framing decides these.
    if lower == "content-length" || lower == "transfer-encoding" { return }
    let text: CheckText = value.unicodeScalars.contains("%") ? .format(format) : .plain(value.latin1Bytes)
    request.headers.append(CheckRequest.Header(name, text))
  }
}

/// Bytes written as hexadecimal digits.
enum HexText {
  struct Failure: Error { let text: String }

  static func bytes(_ text: String) -> Result<[UInt8], Failure> {
    let scalars = Array(text.unicodeScalars)
    if scalars.count % 2 != 0 {
      return .failure(Failure(text: "invalid binary string (an even number of hex digit is expected)"))
    }
    var bytes: [UInt8] = []
    for i in stride(from: 0, to: scalars.count, by: 2) {
      var value: UInt8 = 0
      for scalar in scalars[i...(i + 1)] {
        guard let digit = Character(scalar).hexDigitValue, scalar.isASCII else {
          return .failure(Failure(text: "invalid binary string (an hex digit is expected (found '\(scalar)'))"))
        }
        value = value << 4 | UInt8(digit)
      }
      bytes.append(value)
    }
    return .success(bytes)
  }
}
