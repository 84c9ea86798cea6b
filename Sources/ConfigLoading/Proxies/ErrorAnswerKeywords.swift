import ConfigSyntax
import Configuration
import System

/// `errorfile`, `errorloc`, `errorloc302`, `errorloc303`, `errorfiles` (manual section 4.2).
let errorAnswerKeywords: [KeywordEntry] = [
  KeywordEntry("errorfile", .proxies) { context, line in
    guard let (status, answer) = ErrorAnswers.file(context, line, colon: " :") else { return }
    context.proxy.errorRules.append(.answer(status: status, answer))
  },
  KeywordEntry("errorloc", .proxies) { ErrorAnswers.location($0, $1) { .redirect302($0) } },
  KeywordEntry("errorloc302", .proxies) { ErrorAnswers.location($0, $1) { .redirect302($0) } },
  KeywordEntry("errorloc303", .proxies) { ErrorAnswers.location($0, $1) { .redirect303($0) } },
  KeywordEntry("errorfiles", .proxies, parse: ErrorAnswers.section),
  KeywordEntry("http-error", .proxies, parse: ErrorAnswers.reply),
]

enum ErrorAnswers {
  /// The statuses that HAProxy answers with itself.
  static let statuses: Set<Int> = [
    200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504,
  ]

  private static func status(_ word: String, _ context: LoadContext, _ line: ConfigLine) -> Int? {
    let status = CInteger.leading(word)
    if statuses.contains(status) { return status }
    context.alert("\(line.keyword) : status code '\(status)' not handled.")
    return nil
  }

  /// The status and answer of an `errorfile` line; nil after a message.
  static func file(_ context: LoadContext, _ line: ConfigLine, colon: String) -> (Int, ErrorAnswer)? {
    if line[1].isEmpty || line[2].isEmpty {
      context.alert("errorfile\(colon) expects <status_code> and <file> as arguments.\(colon == ":" ? "" : "\n")")
      return nil
    }
    guard let status = status(line[1], context, line), let bytes = read(line[2], context) else { return nil }
    return (status, .file(bytes))
  }

  private static func read(_ path: String, _ context: LoadContext) -> [UInt8]? {
    func fail(_ text: String) -> [UInt8]? {
      context.alert("errorfile : \(text)")
      return nil
    }
    let room = context.model.global.tune.bufferSize
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try Files.read(path, limit: room + 1)
    } catch {
      if Files.kind(path) == .folder {
        context.warningPlain("custom error message file '\(path)' larger than \(room) bytes. Truncating.")
        return fail("error reading file '\(path)'.")
      }
      return fail("error opening file '\(path)'.")
    }
    if bytes.count > room {
      context.warningPlain("custom error message file '\(path)' larger than \(room) bytes. Truncating.")
      return fail("'\(path)': unable to add payload into the HTX message")
    }
    do throws(ErrorFileProblem) {
      if !bytes.isEmpty { try ErrorFileText.check(bytes) }
      return bytes
    } catch {
      return fail("'\(path)': \(error.text)")
    }
  }

  static func location(_ context: LoadContext, _ line: ConfigLine, _ answer: (String) -> ErrorAnswer) {
    if line[1].isEmpty || line[2].isEmpty {
      return context.alert("\(line.keyword) : expects <status_code> and <url> as arguments.\n")
    }
    guard let status = status(line[1], context, line) else { return }
    context.proxy.errorRules.append(.answer(status: status, answer(line[2])))
  }

  @Sendable static func reply(_ context: LoadContext, _ line: ConfigLine) {
    var parsing = RuleParsing(context, .httpRequest, line.words)
    do throws(RuleProblem) {
      let reply = try parsing.anyReply(defaultStatus: 0)
      if reply.status == 0 {
        return context.alert("http-error : expects at least a <status> as arguments.\n")
      }
      if !statuses.contains(reply.status) {
        return context.alert("http-error: status code '\(reply.status)' not handled.")
      }
      if !parsing.word.isEmpty { throw RuleProblem("unknown keyword '\(parsing.word)'.") }
      let handle = context.model.ruleResources.add(reply)
      context.proxy.errorRules.append(.answer(status: reply.status, .reply(handle)))
    } catch {
      context.alert("http-error : \(error.text)")
    }
  }

  @Sendable static func section(_ context: LoadContext, _ line: ConfigLine) {
    if line[1].isEmpty { return context.alert("errorfiles : expects <name> as argument.") }
    var chosen: [Int] = []
    for word in line.words.dropFirst(2).prefix(while: { !$0.isEmpty }) {
      guard let status = status(word, context, line) else { return }
      chosen.append(status)
    }
    context.proxy.errorRules.append(.section(name: line[1], statuses: chosen, context.location))
  }
}
