import ConfigSyntax
import Configuration

/// The options that check a server in the language of its kind (manual section 4.2, `option mysql-check` ...).
enum CheckProtocols {
  private static func use(_ context: LoadContext, _ steps: [CheckScript.Step]) {
    context.proxy.check.kind = .script
    context.proxy.check.forgetUnusedRules()
    context.proxy.check.script = CheckScript(steps: steps)
  }
  private static func expect(
    _ kind: CheckExpect.Kind, _ change: (inout CheckExpect) -> Void = { _ in }
  ) -> CheckScript.Step {
    var expect = CheckExpect(kind)
    change(&expect)
    return .expect(expect)
  }
  private static func send(_ text: String) -> CheckScript.Step { bytes(Array(text.utf8)) }
  private static func bytes(_ bytes: [UInt8]) -> CheckScript.Step { .send(CheckSend(.text(.plain(bytes)))) }

  @Sendable static func redis(_ context: LoadContext, _ line: ConfigLine) {
    context.requires(.backend, line[1])
    guard context.checkArgumentCount(line, atMost: 0, after: 1) else { return }
    use(
      context,
      [
        send("*1\r\n$4\r\nPING\r\n"),
        expect(.string(Array("+PONG\r\n".utf8))) {
          $0.errorStatus = "L7STS"
          $0.onSuccess = .text("Redis server is ok")
          $0.onError = .received(from: 0)
        },
      ])
  }

  @Sendable static func smtp(_ context: LoadContext, _ line: ConfigLine) {
    context.requires(.backend, line[1])
    guard context.checkArgumentCount(line, atMost: 2, after: 1) else { return }
    let isKnown = line[2] == "EHLO" || line[2] == "HELO"
    let hello = isKnown && !line[3].isEmpty ? "\(line[2]) \(line[3])\r\n" : "HELO localhost\r\n"
    func code(_ pattern: String, _ change: (inout CheckExpect) -> Void) -> CheckScript.Step {
      expect(.regex(pattern)) {
        $0.errorStatus = "L7STS"
        $0.onError = .received(from: 4)
        $0.hasCode = true
        change(&$0)
      }
    }
    use(
      context,
      [
        .connect(CheckConnect(usingDefaults: true)),
        expect(.regex("^[0-9]{3}[ \r]")) {
          $0.minReceive = 4
          $0.errorStatus = "L7RSP"
          $0.onError = .received(from: 0)
        },
        code("^2[0-9]{2}[ \r]") { $0.minReceive = 4 },
        send(hello),
        code("^2[0-9]{2}[- \r]") { $0.onSuccess = .received(from: 4) },
        send("QUIT\r\n"),
        code("^2[0-9]{2}[- \r]") { $0.onSuccess = .received(from: 4) },
      ])
  }

  @Sendable static func sslHello(_ context: LoadContext, _ line: ConfigLine) {
    context.requires(.backend, line[1])
    guard context.checkArgumentCount(line, atMost: 0, after: 1) else { return }
    // A hello of SSL 3.0 that offers every cipher of its time.
    var hello: [UInt8] = [0x16, 3, 0, 0, 0x79, 1, 0, 0, 0x75, 3, 0, 0, 0, 0, 0]
    hello += Array("HAPROXYSSLCHK\nHAPROXYSSLCHK\n".utf8)
    hello += [0, 0, 0x4e]
    let ciphers: [ClosedRange<UInt8>] = [1...0x1b, 0x2f...0x3a]
    for range in ciphers { for cipher in range { hello += [0, cipher] } }
    hello += [1, 0]
    use(
      context,
      [
        .send(CheckSend(.dated(hello))),
        expect(.binaryRegex("^1[56]")) {
          $0.minReceive = 5
          $0.okStatus = "L6OK"
          $0.errorStatus = "L6RSP"
          $0.timeoutStatus = "L6TOUT"
        },
      ])
  }

  @Sendable static func ldap(_ context: LoadContext, _ line: ConfigLine) {
    context.requires(.backend, line[1])
    guard context.checkArgumentCount(line, atMost: 0, after: 1) else { return }
    let bind: [UInt8] = [0x30, 0x0c, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0]
    use(context, [bytes(bind), expect(.peer(.ldap))])
  }

  @Sendable static func spop(_ context: LoadContext, _ line: ConfigLine) {
    context.requires(.backend, line[1])
    guard context.checkArgumentCount(line, atMost: 0, after: 1) else { return }
    func text(_ value: String) -> [UInt8] { [UInt8(value.utf8.count)] + Array(value.utf8) }
    var body: [UInt8] = [1, 0, 0, 0, 1, 0, 0]
    body += text("supported-versions") + [8] + text("2.0") + text("max-frame-size") + [3, 0xfc, 0xf0, 6]
    body += text("capabilities") + [8] + text("") + text("healthcheck") + [0x11]
    use(context, [bytes([0, 0, 0, UInt8(body.count)] + body), expect(.peer(.spop))])
  }

  @Sendable static func postgres(_ context: LoadContext, _ line: ConfigLine) {
    context.requires(.backend, line[1])
    guard context.checkArgumentCount(line, atMost: 2, after: 1) else { return }
    guard line[2] == "user", !line[3].isEmpty else {
      return context.alert("'option pgsql-check' expects 'user <username>' as argument.")
    }
    var body: [UInt8] = [0, 3, 0, 0]
    body += Array("user\0".utf8) + line[3].latin1Bytes + [0, 0]
    let length = UInt32(truncatingIfNeeded: body.count + 4)
    let head = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
    use(
      context,
      [
        .connect(CheckConnect(usingDefaults: true)), bytes(head + body),
        expect(.peer(.postgresError)) { $0.minReceive = 5 },
        expect(.peer(.postgresAnswer)) {
          $0.minReceive = 9
          $0.errorStatus = "L7STS"
          $0.onError = .text("PostgreSQL unknown error")
          $0.onSuccess = .text("PostgreSQL server is ok")
        },
      ])
  }

  @Sendable static func mysql(_ context: LoadContext, _ line: ConfigLine) {
    context.requires(.backend, line[1])
    guard context.checkArgumentCount(line, atMost: 3, after: 1) else { return }
    let connect = CheckScript.Step.connect(CheckConnect(usingDefaults: true))
    if line[2].isEmpty { return use(context, [connect, expect(.peer(.mysqlGreeting))]) }
    if line[2] != "user" {
      return context.alert("'option mysql-check' only supports optional values: 'user' (got '\(line[2])').")
    }
    if line[3].isEmpty { return context.alert("'option mysql-check user' expects <username> as argument.") }
    let user = line[3].latin1Bytes
    let body: [UInt8]
    switch line[4] {
    case "", "post-41":
      body = [0, 0x82, 0, 0, 0, 0x80, 0, 1, 0x21] + [UInt8](repeating: 0, count: 23) + user + [0, 0]
    case "pre-41": body = [0, 0x80, 0, 0, 1] + user + [0, 0]
    default:
      return context.alert("keyword 'user' only supports 'post-41' and 'pre-41' (got '\(line[4])').")
    }
    let packet = [UInt8(truncatingIfNeeded: body.count), UInt8(truncatingIfNeeded: body.count >> 8), 0, 1] + body
    use(
      context,
      [
        connect, bytes(packet + [1, 0, 0, 0, 1]), expect(.peer(.mysqlGreeting)),
        expect(.peer(.mysqlAnswer)),
      ])
  }
}

extension CheckConnect {
  init(usingDefaults: Bool) {
    self.init()
    usesDefaults = usingDefaults
  }
}

/// `option external-check` and `external-check` (manual section 4.2).
let externalCheckKeywords: [KeywordEntry] = [
  KeywordEntry("external-check", .proxies) { context, line in
    if line[1].isEmpty { return context.alert("missing argument after '\(line[0])'.\n") }
    switch line[1] {
    case "command", "path":
      guard context.checkArgumentCount(line, atMost: 2) else { return }
      if line[2].isEmpty { return context.alert("missing argument after '\(line[1])'.") }
      if line[1] == "command" {
        context.proxy.check.externalCommand = line[2]
      } else {
        context.proxy.check.externalPath = line[2]
      }
    default:
      context.alert("'external-check' only supports 'command' and 'path'. but got '\(line[1])'.")
    }
  }
]

extension CheckProtocols {
  @Sendable static func external(_ context: LoadContext, _ line: ConfigLine) {
    guard context.checkArgumentCount(line, atMost: 0, after: 1) else { return }
    context.requires(.backend, line[1])
    context.proxy.check.kind = .external
  }

  /// What HAProxy says of external checks once all is read.
  static func validate(_ proxy: ProxySettings, _ context: LoadContext) {
    defer {
      if let command = proxy.check.externalCommand, !command.hasPrefix("/"), proxy.check.externalPath == nil {
        context.alertPlain(
          "Proxy '\(proxy.name)': 'external-check command' does not have a leading '/' and 'external-check path' is not "
            + "set.")
      }
    }
    if proxy.check.kind != .external {
      let lines = [("command", proxy.check.externalCommand), ("path", proxy.check.externalPath)]
      for (word, value) in lines where value != nil {
        context.warningPlain(
          "'external-check \(word)' will be ignored for \(proxy.title) (requires 'option external-check').")
      }
      return
    }
    if !context.model.global.externalCheck {
      context.alertPlain(
        "Proxy '\(proxy.name)' : 'option external-check' unable to find required 'global.external-check'.")
    }
    if proxy.check.externalCommand == nil {
      context.alertPlain(
        "Proxy '\(proxy.name)' : 'option external-check' unable to find required 'external-check command'.")
    }
    if !context.model.global.insecureForkWanted {
      context.warningPlain(
        "Proxy '\(proxy.name)' : 'insecure-fork-wanted' not enabled in the global section, 'option external-check' will "
          + "likely fail.")
    }
  }
}
