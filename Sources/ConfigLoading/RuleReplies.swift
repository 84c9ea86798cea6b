import Configuration
import Memory
import Rules
import System

/// The answer that `deny`, `tarpit` and `return` give.
extension RuleParsing {
  mutating func reply(defaultStatus: Int) throws(RuleProblem) -> ReplyHandle {
    var reply = RuleReply(status: defaultStatus)
    var hasStatus = false
    var hasBody = false
    let isReturn = written == "return"
    var usesDefaults = false
    reading: while !isAtEnd {
      switch word {
      case "status", "deny_status":
        if word == "deny_status" && isReturn { break reading }
        at += 1
        if isAtEnd { throw RuleProblem("'status' expects <status_code> as argument") }
        let code = CInteger.leading(next())
        if code < 200 || code > 599 { throw RuleProblem("Unexpected status code '\(code)'") }
        reply.status = code
        hasStatus = true
      case "content-type":
        at += 1
        if isAtEnd { throw RuleProblem("'content-type' expects <ctype> as argument") }
        reply.contentType = Bytes(permanent: next())
      case "default-errorfiles":
        at += 1
        usesDefaults = true
      case "errorfiles": throw RuleProblem("\(written) errorfiles", .notImplemented)
      case "errorfile", "file", "lf-file", "string", "lf-string":
        let kind = next()
        if isAtEnd {
          throw RuleProblem("'\(kind)' expects \(kind.hasSuffix("string") ? "<str>" : "<file>") as argument")
        }
        if hasBody { throw RuleProblem("unable to parse '\(kind)': another payload is already defined") }
        hasBody = true
        reply.body = try body(kind, next())
      case "hdr":
        at += 1
        if isAtEnd || self[at + 1].isEmpty || self[at + 1] == "if" || self[at + 1] == "unless" {
          throw RuleProblem("'hdr' expects <name> and <value> as arguments")
        }
        let name = try fieldName(next())
        reply.headers.append(RuleReply.Header(name: name, value: try text(next())))
      default: break reading
      }
    }
    _ = hasStatus
    let isFile = if case .file = reply.body { true } else { false }
    if hasBody && !isFile && reply.contentType == nil && !isEmpty(reply.body) {
      throw RuleProblem("a content type must be defined when non-empty payload is configured")
    }
    if !hasBody && !usesDefaults {
      if let type = reply.contentType {
        context.warning(
          "content-type '\(type.latin1)' ignored by the http reply because neither errorfile nor payload defined.")
        reply.contentType = nil
      }
      if isReturn || !reply.headers.isEmpty { reply.body = .none }
    }
    if case .standard = reply.body, !ErrorAnswers.statuses.contains(reply.status) {
      throw RuleProblem("status code '\(reply.status)' not handled by default with 'default-errorfiles' argument.")
    }
    return context.model.ruleResources.add(reply)
  }

  private func isEmpty(_ body: RuleReply.Body) -> Bool {
    if case .text(let text) = body { text.isEmpty } else { false }
  }

  private mutating func body(_ kind: String, _ argument: String) throws(RuleProblem) -> RuleReply.Body {
    switch kind {
    case "string": return .text(Bytes(permanent: argument))
    case "lf-string": return .format(try text(argument, []))
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
    case "lf-file": return .format(try text(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })), []))
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
