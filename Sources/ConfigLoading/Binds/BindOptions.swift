import Configuration
import Primitives
import System

private func integer(_ bind: inout BindOptionContext, missing: String = "missing value") throws(OptionError) -> Int {
  let name = bind.cursor.name
  return CInteger.leading(try bind.cursor.take(orFail: "'\(name)' : \(missing)"))
}

/// The options of `bind` lines, TLS aside (manual section 5.1).
let bindOptions: [BindOption] = [
  BindOption("accept-netscaler-cip") { bind throws(OptionError) in
    let value = try integer(&bind)
    if value <= 0 { throw .text("'accept-netscaler-cip' : invalid value \(value), must be >= 0") }
    bind.settings.acceptNetscalerCIP = UInt32(value)
  },
  BindOption("accept-proxy") { bind in bind.settings.acceptProxy = true },
  BindOption("backlog") { bind throws(OptionError) in
    let value = try integer(&bind)
    if value < 0 { throw .text("'backlog' : invalid value \(value), must be > 0") }
    bind.settings.backlog = value
  },
  BindOption("defer-accept") { bind in bind.settings.deferAccept = true },
  BindOption("expose-fd") { bind throws(OptionError) in
    let what = try bind.cursor.take(orFail: "'expose-fd' : missing fd type")
    if what != "listeners" { throw .text("'expose-fd' only supports 'listeners' (got '\(what)')") }
    bind.settings.exposeListeners = true
  },
  BindOption("gid") { bind throws(OptionError) in bind.settings.gid = UInt32(truncatingIfNeeded: try integer(&bind)) },
  BindOption("group") { bind throws(OptionError) in
    let name = try bind.cursor.take(orFail: "'group' : missing group name")
    guard let id = OwnProcess.groupID(named: name) else { throw .text("'group' : unknown group name '\(name)'") }
    bind.settings.gid = id
  },
  BindOption("id", parse: bindID),
  BindOption("interface") { bind throws(OptionError) in
    bind.settings.interface = try bind.cursor.take(orFail: "'interface' : missing interface name")
  },
  BindOption("level") { bind throws(OptionError) in
    switch try bind.cursor.take(orFail: "'level' : missing level") {
    case "user": bind.settings.level = .user
    case "operator": bind.settings.level = .oper
    case "admin": bind.settings.level = .admin
    case let other: throw .text("'level' only supports 'user', 'operator', and 'admin' (got '\(other)')")
    }
  },
  BindOption("maxconn") { bind throws(OptionError) in
    let value = try integer(&bind)
    if value < 0 { throw .text("'maxconn' : invalid value \(value), must be >= 0") }
    bind.settings.maxConnections = value
  },
  BindOption("mode") { bind throws(OptionError) in
    let word = bind.cursor.take()
    let (value, rest) = CInteger.long(word, radix: 8)
    if word.isEmpty || !rest.isEmpty {
      throw .text("'mode' : missing or invalid mode '\(word)' (octal integer expected)")
    }
    bind.settings.mode = UInt32(truncatingIfNeeded: value)
  },
  BindOption("mss") { bind throws(OptionError) in
    let value = CInteger.leading(try bind.cursor.take(orFail: "'mss' : missing MSS value"))
    if value == 0 || value.magnitude > 65535 {
      throw .text("'mss' : expects an MSS with and absolute value between 1 and 65535")
    }
    bind.settings.maxSegmentSize = value
  },
  BindOption("name") { bind throws(OptionError) in
    bind.settings.name = try bind.cursor.take(orFail: "'name' : missing name")
  },
  BindOption("namespace") { bind throws(OptionError) in
    let name = try bind.cursor.take(orFail: "'namespace' : missing namespace id")
    guard bind.context.addNamespace(name) else {
      bind.context.alertPlain("Cannot open namespace '\(name)'.")
      throw .reported
    }
    bind.settings.namespace = name
  },
  BindOption("nice") { bind throws(OptionError) in
    let value = try integer(&bind)
    if !(-1024...1024).contains(value) {
      throw .text("'nice' : invalid value \(value), allowed range is -1024..1024")
    }
    bind.settings.nice = value
  },
  BindOption("proto") { bind throws(OptionError) in
    let name = try bind.cursor.take(orFail: "'proto' : missing value")
    guard MultiplexerNames.known.contains(name) else { throw .text("'proto' :  unknown MUX protocol '\(name)'") }
    if !MultiplexerNames.implemented.contains(name) {
      throw .text("'proto \(name)' is not implemented by Weir yet.")
    }
    bind.settings.proto = name
  },
  BindOption("severity-output") { bind throws(OptionError) in
    switch try bind.cursor.take(orFail: "'severity-output' : missing severity format") {
    case "none": bind.settings.severityOutput = .none
    case "number": bind.settings.severityOutput = .number
    case "string": bind.settings.severityOutput = .string
    case let other: throw .text("'severity-output' only supports 'none', 'number', and 'string' (got '\(other)')")
    }
  },
  BindOption("tcp-ut") { bind throws(OptionError) in
    let word = try bind.cursor.take(orFail: "'tcp-ut' : missing TCP User Timeout value")
    bind.settings.tcpUserTimeout = try UserTimeoutText.parse(word, bind.context)
  },
  BindOption("tfo") { bind in bind.settings.tcpFastOpen = true },
  BindOption("transparent") { bind in bind.settings.transparent = true },
  BindOption("uid") { bind throws(OptionError) in bind.settings.uid = UInt32(truncatingIfNeeded: try integer(&bind)) },
  BindOption("user") { bind throws(OptionError) in
    let name = try bind.cursor.take(orFail: "'user' : missing user name")
    guard let id = OwnProcess.userID(named: name) else { throw .text("'user' : unknown user name '\(name)'") }
    bind.settings.uid = id
  },
  BindOption("v4v6") { bind in
    bind.settings.v4v6 = true
    bind.settings.v6only = false
  },
  BindOption("v6only") { bind in
    bind.settings.v6only = true
    bind.settings.v4v6 = false
  },
]

@Sendable private func bindID(_ bind: inout BindOptionContext) throws(OptionError) {
  if bind.addressCount > 1 { throw .text("'id' can only be used with a single socket") }
  let word = try bind.cursor.take(orFail: "'id' : expects an integer argument")
  let (value, rest) = CInteger.long(word)
  if !rest.isEmpty { throw .text("'id' : expects an integer argument, found '\(word)'") }
  if value <= 0 { throw .text("'id' : custom id has to be > 0") }
  if let twin = bind.proxy?.binds.first(where: { $0.id == value }) {
    throw .text(
      "'id' : custom id \(value) already used at \(twin.location.file):\(twin.location.line) "
        + "('bind \(twin.written)')")
  }
  bind.settings.id = Int(Int32(clamping: value))
}

/// The protocols that `proto` may name.
enum MultiplexerNames {
  static let known: Set<String> = ["h1", "h2", "fcgi", "none"]
  static let implemented: Set<String> = ["h1", "h2", "none"]
}

/// The argument of `tcp-ut`, of `bind` and `server` lines.
enum UserTimeoutText {
  static func parse(_ word: String, _ context: LoadContext) throws(OptionError) -> Int {
    switch context.time(word) {
    case .value(let value): return value
    case .overflow:
      throw .text(
        "timer overflow in argument '\(word)' to 'tcp-ut' (maximum value is 2147483647 ms or ~24.8 days)")
    case .unexpected: throw .text("'tcp-ut' : expects a positive delay in milliseconds")
    }
  }
}
