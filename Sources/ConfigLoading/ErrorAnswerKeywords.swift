import ConfigSyntax
import Configuration
import System

/// `errorfile`, `errorloc`, `errorloc302`, `errorloc303` (manual section 4.2).
let errorAnswerKeywords: [KeywordEntry] = [
  KeywordEntry("errorfile", .proxies, parse: ErrorAnswers.file),
  KeywordEntry("errorloc", .proxies) { ErrorAnswers.location($0, $1) { .redirect302($0) } },
  KeywordEntry("errorloc302", .proxies) { ErrorAnswers.location($0, $1) { .redirect302($0) } },
  KeywordEntry("errorloc303", .proxies) { ErrorAnswers.location($0, $1) { .redirect303($0) } },
]

enum ErrorAnswers {
  /// The statuses that HAProxy answers with itself.
  static let statuses: Set<Int> = [
    200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504,
  ]

  private static func status(_ context: LoadContext, _ line: ConfigLine, wanting: String) -> Int? {
    if line[1].isEmpty || line[2].isEmpty {
      context.alert("\(line.keyword) : expects <status_code> and <\(wanting)> as arguments.\n")
      return nil
    }
    let status = CInteger.leading(line[1])
    if statuses.contains(status) { return status }
    context.alert("\(line.keyword) : status code '\(status)' not handled.")
    return nil
  }

  @Sendable static func file(_ context: LoadContext, _ line: ConfigLine) {
    guard let status = status(context, line, wanting: "file") else { return }
    let path = line[2]
    func fail(_ text: String) { context.alert("errorfile : \(text)") }
    var bytes: [UInt8]
    do throws(SystemError) {
      bytes = try Files.read(path, limit: context.model.global.tune.bufferSize + 1)
    } catch {
      return fail("error \(Files.kind(path) == .folder ? "reading" : "opening") file '\(path)'.")
    }
    let room = context.model.global.tune.bufferSize
    if bytes.count > room {
      context.warningPlain("custom error message file '\(path)' larger than \(room) bytes. Truncating.")
      return fail("'\(path)': unable to add payload into the HTX message")
    }
    if !bytes.isEmpty {
      do throws(ErrorFileProblem) {
        try ErrorFileText.check(bytes)
      } catch {
        return fail("'\(path)': \(error.text)")
      }
    }
    bytes.reserveCapacity(0)
    context.proxy.errorAnswers[status] = .file(bytes)
  }

  static func location(_ context: LoadContext, _ line: ConfigLine, _ answer: (String) -> ErrorAnswer) {
    guard let status = status(context, line, wanting: "url") else { return }
    context.proxy.errorAnswers[status] = answer(line[2])
  }
}

struct ErrorFileProblem: Error, Equatable {
  let text: String
}

/// Whether an error file is an HTTP/1 answer that can be sent.
enum ErrorFileText {
  static func check(_ bytes: [UInt8]) throws(ErrorFileProblem) {
    func unparsable(at offset: Int) -> ErrorFileProblem {
      ErrorFileProblem(text: "unable to parse headers (error offset: \(offset))")
    }
    guard bytes.starts(with: Array("HTTP/".utf8)) else { throw unparsable(at: 0) }
    var at = 0
    var announced: Int?
    var isStartLine = true
    while true {
      // -2: the headers do not end.
      guard let end = bytes[at...].firstIndex(of: 0x0a) else { throw unparsable(at: -2) }
      var line = bytes[at..<end]
      if line.last == 0x0d { line.removeLast() }
      at = end + 1
      if isStartLine {
        isStartLine = false
        continue
      }
      if line.isEmpty { break }
      guard let colon = line.firstIndex(where: { !isToken($0) }), colon > line.startIndex,
        bytes[colon] == UInt8(ascii: ":")
      else { throw unparsable(at: line.firstIndex { !isToken($0) } ?? line.endIndex) }
      let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
      if name == "content-length" {
        announced = CInteger.leadingLong(String(decoding: line[(colon + 1)...], as: UTF8.self))
      }
    }
    let size = bytes.count - at
    if let announced, announced != size {
      throw ErrorFileProblem(
        text: "payload size does not match the announced content-length (\(size) != \(announced))")
    }
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
