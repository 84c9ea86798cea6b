import ConfigSyntax
import Configuration
import Primitives
import Samples

/// `tcp-check` (manual section 4.2).
let tcpCheckKeywords: [KeywordEntry] = [KeywordEntry("tcp-check", .proxies, parse: TCPCheckLines.parse)]

/// What is wrong with a step, as HAProxy words it.
private struct StepError: Error { let text: String }

enum TCPCheckLines {
  @Sendable static func parse(_ context: LoadContext, _ line: ConfigLine) {
    guard context.requires(.backend, "tcp-check") else { return context.warning("(null)") }
    let word = line[1]
    let title = "'tcp-check \(word)' : "
    do throws(StepError) {
      switch word {
      case "connect": append(.connect(try CheckConnectLine.parse(context, line, word)), context, title)
      case "send", "send-binary":
        guard let bytes = try payload(context, line, word) else { return }
        append(.send(bytes, comment: try comment(line, 3)), context, title)
      case "send-lf", "send-binary-lf":
        if line[2].isEmpty { throw StepError(text: "'string' expects a \(word) as argument.") }
        context.refuse("tcp-check \(word)")
      case "expect":
        if let expect = try expectation(context, line) { append(.expect(expect), context, title) }
      case "comment":
        if line[2].isEmpty { throw StepError(text: "expects a string as argument.") }
        append(.comment(line[2]), context, title)
      case _ where ["set-var(", "set-var-fmt(", "unset-var("].contains(where: word.hasPrefix):
        context.refuse("tcp-check \(word)")
      default:
        context.alert(
          "'tcp-check' only supports 'comment', 'connect', 'send', 'send-binary', 'expect', 'set-var-fmt(*)', "
            + "'set-var(*)', 'unset-var(*)'. but got '\(word)'")
      }
    } catch {
      context.alert(title + error.text)
    }
  }

  /// Adds a step; a `connect` must be the first of them wherever there is one.
  private static func append(_ step: CheckScript.Step, _ context: LoadContext, _ title: String) {
    var rules = context.proxy.check.rules
    if !context.proxy.check.hasOwnRules {
      rules = []
      context.proxy.check.hasOwnRules = true
    }
    if case .connect = step {
      let first = rules.first { if case .comment = $0 { false } else { true } }
      if let first, !first.isConnect {
        return context.alert(
          title + "first step MUST also be a 'connect', optionally preceded by a 'set-var', an 'unset-var' or a "
            + "'comment', when there is a 'connect' step in the tcp-check ruleset.")
      }
    }
    rules.append(step)
    context.proxy.check.rules = rules
  }

  private static func comment(_ line: ConfigLine, _ at: Int) throws(StepError) -> String? {
    if line[at].isEmpty { return nil }
    if line[at] != "comment" { throw StepError(text: "expects 'comment' but got '\(line[at])' as argument..") }
    if line[at + 1].isEmpty { throw StepError(text: "'comment' expects a string as argument..") }
    return line[at + 1]
  }

  private static func payload(_ context: LoadContext, _ line: ConfigLine, _ word: String) throws(StepError) -> [UInt8]?
  {
    let isBinary = word == "send-binary"
    if line[2].isEmpty {
      throw StepError(text: "'\(isBinary ? "binary string" : "string")' expects a \(word) as argument.")
    }
    if !isBinary { return line[2].latin1Bytes }
    switch HexText.bytes(line[2]) {
    case .success(let bytes): return bytes
    case .failure(let failure): throw StepError(text: "'\(line[2])' \(failure.text).\n.")
    }
  }

  // MARK: - Expectations

  private static func expectation(_ context: LoadContext, _ line: ConfigLine) throws(StepError) -> CheckExpect? {
    if line[2].isEmpty { throw StepError(text: "expects at least a matching pattern as arguments.") }
    var options = CheckExpect(.string([]))
    var found: CheckExpect?
    var at = 2
    while !line[at].isEmpty {
      let word = line[at]
      switch word {
      case "min-recv":
        if line[at + 1].isEmpty { throw StepError(text: "'min-recv' expects a integer as argument.") }
        options.minReceive = CInteger.leading(line[at + 1])
        if options.minReceive < -1 {
          throw StepError(text: "'min-recv' expects -1 or an integer from 0 to INT_MAX.")
        }
        at += 2
      case "comment", "ok-status", "error-status", "tout-status", "on-success", "on-error":
        if line[at + 1].isEmpty { throw StepError(text: "'\(word)' expects a string as argument.") }
        guard try set(word, line[at + 1], &options, context) else { return nil }
        at += 2
      case "status-code":
        if line[at + 1].isEmpty { throw StepError(text: "'status-code' expects an expression as argument.") }
        context.refuse("tcp-check expect status-code")
        return nil
      default:
        guard let (expect, next) = try pattern(context, line, at, isSecond: found != nil) else { return nil }
        found = expect
        at = next
      }
    }
    guard let found else { throw StepError(text: "expects at least a matching pattern as arguments.") }
    options.kind = found.kind
    options.negate = found.negate
    return options
  }

  /// false: refused by name.
  private static func set(
    _ word: String, _ value: String, _ options: inout CheckExpect, _ context: LoadContext
  ) throws(StepError) -> Bool {
    switch word {
    case "comment": options.comment = value
    case "ok-status":
      guard ["L4OK", "L6OK", "L7OK", "L7OKC"].contains(value) else {
        throw StepError(text: "'ok-status' only supports 'L4OK', 'L6OK', 'L7OK' or 'L7OKC' status (got '\(value)')..")
      }
      options.okStatus = value
    case "error-status":
      guard ["L4CON", "L6RSP", "L7RSP", "L7STS", "L7OKC"].contains(value) else {
        throw StepError(
          text: "'error-status' only supports 'L4CON', 'L6RSP', 'L7RSP' or 'L7STS' status (got '\(value)')..")
      }
      options.errorStatus = value
    case "tout-status":
      guard ["L4TOUT", "L6TOUT", "L7TOUT"].contains(value) else {
        throw StepError(text: "'tout-status' only supports 'L4TOUT', 'L6TOUT' or 'L7TOUT' status (got '\(value)')..")
      }
      options.timeoutStatus = value
    default:
      if value.unicodeScalars.contains("%") {
        context.refuse("tcp-check expect \(word) with a log-format")
        return false
      }
      if word == "on-success" { options.onSuccess = .text(value) } else { options.onError = .text(value) }
    }
    return true
  }

  private static func pattern(
    _ context: LoadContext, _ line: ConfigLine, _ start: Int, isSecond: Bool
  ) throws(StepError) -> (CheckExpect, Int)? {
    var at = start
    var negate = false
    var word = line[at]
    while word.hasPrefix("!") {
      negate.toggle()
      word = String(word.dropFirst())
      if word.isEmpty {
        at += 1
        word = line[at]
      }
    }
    guard ["string", "rstring", "binary", "rbinary", "string-lf", "binary-lf"].contains(word) else {
      throw StepError(
        text: "'only supports min-recv, '[!]binary', '[!]string', '[!]rstring', '[!]string-lf''[!]rbinary', "
          + "'[!]binary-lf' or comment but got '\(word)' as argument..")
    }
    if isSecond { throw StepError(text: "only on pattern expected.") }
    let argument = line[at + 1]
    if argument.isEmpty { throw StepError(text: "'\(word)' expects a <pattern> as argument.") }
    var expect: CheckExpect
    switch word {
    case "string": expect = CheckExpect(.string(argument.latin1Bytes))
    case "binary":
      switch HexText.bytes(argument) {
      case .success(let bytes): expect = CheckExpect(.binary(bytes))
      case .failure(let failure): throw StepError(text: "\(failure.text).")
      }
    case "rstring", "rbinary":
      do throws(Regex.CompileError) {
        _ = try Regex(argument)
      } catch {
        throw StepError(text: "regex '\(argument)' is invalid (error=\(error.message), erroffset=\(error.offset)).")
      }
      expect = CheckExpect(word == "rstring" ? .regex(argument) : .binaryRegex(argument))
    default:
      context.refuse("tcp-check expect \(word)")
      return nil
    }
    expect.negate = negate
    return (expect, at + 2)
  }
}

/// `tcp-check connect` and `http-check connect`: options behind the word.
enum CheckConnectLine {
  fileprivate static func parse(
    _ context: LoadContext, _ line: ConfigLine, _ word: String
  ) throws(StepError) -> CheckConnect {
    var connect = CheckConnect()
    var at = 2
    while !line[at].isEmpty {
      let option = line[at]
      let value = line[at + 1]
      switch option {
      case "default":
        connect.usesDefaults = true
        at += 1
      case "port":
        connect.port = try port(value, context)
        at += 2
      case "addr":
        if value.isEmpty { throw StepError(text: "'addr' expects <ipv4|ipv6> as argument..") }
        connect.address = try address(value)
        at += 2
      case "send-proxy":
        connect.sendsProxy = true
        at += 1
      case "linger":
        // Ends in an orderly way rather than by a reset: refused until it does.
        context.refuse("\(line[0]) connect linger")
        at += 1
      case "ssl":
        connect.isTLS = true
        at += 1
      case "comment":
        if value.isEmpty { throw StepError(text: "'comment' expects a string as argument..") }
        connect.comment = value
        at += 2
      case "sni", "alpn", "proto":
        if value.isEmpty { throw missing(option) }
        if option == "proto" && value != "h1" && value != "none" {
          throw StepError(text: "'proto' : unknown MUX protocol '\(value)'..")
        }
        if option != "proto" { context.refuse("\(line[0]) connect \(option)") }
        at += 2
      case "via-socks4":
        context.refuse("\(line[0]) connect via-socks4")
        at += 1
      default:
        throw StepError(
          text: "expects 'comment', 'port', 'addr', 'send-proxy', 'ssl', 'sni', 'alpn' or 'via-socks4', 'linger', "
            + "'default' but got '\(option)' as argument..")
      }
    }
    return connect
  }

  /// The same for `http-check connect`; nil after a message.
  static func parseHTTP(_ context: LoadContext, _ line: ConfigLine) -> CheckConnect? {
    do throws(StepError) {
      return try parse(context, line, "connect")
    } catch {
      context.alert("'http-check connect' : \(error.text)")
      return nil
    }
  }

  private static func missing(_ option: String) -> StepError {
    switch option {
    case "alpn": StepError(text: "'alpn' : missing the comma-delimited ALPN protocol suite.")
    case "proto": StepError(text: "'proto' expects a MUX protocol as argument..")
    default: StepError(text: "'\(option)' expects a string as argument..")
    }
  }

  private static func port(_ word: String, _ context: LoadContext) throws(StepError) -> UInt16? {
    if word.isEmpty { throw StepError(text: "'port' expects a port number or a sample expression as argument..") }
    let (number, rest) = CInteger.long(word)
    if rest.isEmpty {
      guard (1...65535).contains(number) else {
        throw StepError(
          text: "expects a valid TCP port (from range 1 to 65535) or a sample expression, got \(word)..")
      }
      return UInt16(number)
    }
    if !word.contains("(") {
      throw StepError(text: "error detected while parsing port expression : unknown fetch method '\(word)'.")
    }
    context.refuse("check connect port <expression>")
    return nil
  }

  private static func address(_ word: String) throws(StepError) -> IPAddress? {
    do throws(AddressError) {
      let parsed = try AddressParsing.parse(word, [.resolveNow, .stream, .connect])
      if case .ip(let address) = parsed.host { return address }
      return nil
    } catch {
      throw StepError(text: "'addr' : \(error.text)..")
    }
  }
}

extension CheckScript.Step {
  /// A `connect` that names its port: the server needs none then.
  var hasPort: Bool { if case .connect(let connect) = self { connect.port != nil } else { false } }
  var isConnect: Bool { if case .connect = self { true } else { false } }
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
