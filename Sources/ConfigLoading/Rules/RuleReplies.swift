import Configuration
import Memory
import Rules
import System

/// The answer that `deny`, `tarpit` and `return` give.
extension RuleParsing {
  mutating func reply(defaultStatus: Int) throws(RuleProblem) -> ReplyHandle {
    let isReturn = written == "return"
    if isAtEnd && !isReturn { return context.model.ruleResources.add(RuleReply(status: defaultStatus)) }
    if word == "deny_status" && !isReturn {
      // The older form: the answer is the one that the proxy has for the status.
      let follower = self[at + 2]
      if follower.isEmpty || follower == "if" || follower == "unless" {
        var reply = RuleReply(status: defaultStatus)
        try readStatus(&reply)
        try checkStandard(reply)
        return context.model.ruleResources.add(reply)
      }
    }
    let reply = try anyReply(defaultStatus: defaultStatus)
    try checkStandard(reply)
    return context.model.ruleResources.add(reply)
  }

  private func checkStandard(_ reply: RuleReply) throws(RuleProblem) {
    if case .standard = reply.body, !ErrorAnswers.statuses.contains(reply.status) {
      throw RuleProblem("status code '\(reply.status)' not handled by default with 'default-errorfiles' argument.")
    }
  }

  private mutating func readStatus(_ reply: inout RuleReply) throws(RuleProblem) {
    at += 1
    if word.isEmpty { throw RuleProblem("'status' expects <status_code> as argument") }
    let code = CInteger.leading(next())
    if code < 200 || code > 599 { throw RuleProblem("Unexpected status code '\(code)'") }
    reply.status = code
  }

  /// Status, content and fields of an answer, up to the first word that is none of its own.
  mutating func anyReply(defaultStatus: Int) throws(RuleProblem) -> RuleReply {
    var reply = RuleReply(status: defaultStatus)
    reply.body = .none
    var payload: String?
    func claim(_ kind: String) throws(RuleProblem) {
      if let payload { throw RuleProblem("unexpected '\(kind)' argument, '\(payload)' already defined") }
      payload = kind
    }
    reading: while !isAtEnd {
      switch word {
      case "status": try readStatus(&reply)
      case "deny_status" where written == "deny" || written == "tarpit": try readStatus(&reply)
      case "content-type":
        at += 1
        if word.isEmpty { throw RuleProblem("'content-type' expects <ctype> as argument") }
        reply.contentType = Bytes(permanent: next())
      case "default-errorfiles":
        try claim(next())
        reply.body = .standard
      case "errorfiles":
        try claim(next())
        if word.isEmpty { throw RuleProblem("'errorfiles' expects <name> as argument") }
        reply.body = .section(next())
      case "errorfile", "file", "lf-file", "string", "lf-string":
        let kind = next()
        try claim(kind)
        if word.isEmpty {
          let what = kind == "string" ? "<str>" : kind == "lf-string" || kind == "errorfile" ? "<fmt>" : "<file>"
          throw RuleProblem("'\(kind)' expects \(what) as argument")
        }
        reply.body = try body(kind, next())
      case "hdr":
        at += 1
        if word.isEmpty || self[at + 1].isEmpty {
          throw RuleProblem("'hdr' expects <name> and <value> as arguments")
        }
        let name = try fieldName(next())
        reply.headers.append(RuleReply.Header(name: name, value: try text(next())))
      default: break reading
      }
    }
    try checkContent(&reply)
    return reply
  }

  /// What does not go together.
  private func checkContent(_ reply: inout RuleReply) throws(RuleProblem) {
    let hasNoBody = reply.status == 204 || reply.status == 304
    var problem: String?
    switch reply.body {
    case .none: problem = "because neither errorfile nor payload defined"
    case .file, .section, .standard:
      problem = "when used with an erorrfile"
      if !reply.headers.isEmpty {
        context.warning("hdr parameters ignored by the http reply when used with an erorrfile.")
        reply.headers = []
      }
    case .text(let text) where text.isEmpty: problem = "when used with an empty payload"
    case .text, .format:
      if hasNoBody { throw RuleProblem("No body expected for \(reply.status) responses") }
      if reply.contentType == nil {
        throw RuleProblem("a content type must be defined when non-empty payload is configured")
      }
    }
    if let problem, let type = reply.contentType {
      context.warning("content-type '\(type.latin1)' ignored by the http reply \(problem).")
      reply.contentType = nil
    }
  }

  private mutating func body(_ kind: String, _ argument: String) throws(RuleProblem) -> RuleReply.Body {
    switch kind {
    case "string": return .text(Bytes(permanent: argument))
    case "lf-string": return .format(try text(argument, .http))
    default: break
    }
    let room = context.model.global.tune.bufferSize
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try Files.read(argument, limit: room + 1)
    } catch {
      let text = "error opening file '\(argument)'"
      throw RuleProblem(kind == "errorfile" ? text + "." : text)
    }
    if bytes.count > room { throw RuleProblem("file '\(argument)' too large") }
    switch kind {
    case "file": return .text(Bytes(permanent: bytes))
    case "lf-file": return .format(try text(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })), .http))
    default:
      do throws(ErrorFileProblem) {
        if !bytes.isEmpty { try ErrorFileText.check(bytes) }
      } catch {
        throw RuleProblem("'\(argument)': \(error.text)")
      }
      return .file(bytes)
    }
  }
}
