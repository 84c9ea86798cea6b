import Configuration
import Observability
import Proxies
import Resolution

/// Runs commands for one session at one moment.
struct CommandRunner {
  let process: ProcessRuntime
  let facts: ProcessFacts
  /// Monotonic milliseconds, and microseconds since 1970.
  let now: Int64
  let wallClock: Int64
  var access: SessionAccess
  /// The command ended in `<<`, even if nothing followed.
  var hasPayload = false
  /// The sessions of the runtime API, for `show sess`.
  var ownSessions = OwnSessions()
  /// The sockets of the runtime API.
  var sockets: [BindSettings] = []
  /// Messages of the changes that commands make.
  var messages: [StateMessage] = []

  typealias Level = BindSettings.AccessLevel

  mutating func run(_ words: [String], payload: String?) -> CommandReply {
    guard let (command, length) = RuntimeCommand.find(words) else { return .message(.info, help.unknown(words)) }
    if let refusal = missingMode(for: command) { return refusal }
    let arguments = CommandArguments(Array(words.dropFirst(length)))
    if let tls = command.tls { return runTLS(tls, arguments, payload) }
    switch command {
    case .help: return .message(.info, help.list(arguments.words))
    case .quit: return .close
    case .prompt:
      access.isInteractive.toggle()
      return .empty
    case .userLevel: return lower(to: .user)
    case .operatorLevel: return lower(to: .oper)
    case .setTimeout: return setTimeout(arguments)
    case .setSeverityOutput: return setSeverityOutput(arguments)
    case .experimentalMode: return setMode(\.isExperimental, "experimental-mode", arguments)
    case .expertMode: return setMode(\.isExpert, "expert-mode", arguments)
    case .showActivity, .showFD, .showLibs, .showPeers, .showPools, .showSess, .showTasks, .showThreads,
      .shutdownSession:
      return askWorkers(command, arguments)
    case .showEvents: return showEvents(arguments)
    case .showResolvers:
      return ResolversText.text(process, section: arguments[0]).map { .text($0) }
        ?? .error("Can't find that resolvers section")
    case .showCache where access.level != .admin: return .permissionDenied
    case .showCache: return .text(CacheText.text(process, now: wallClock / 1_000_000))
    case .clearCounters: return clearCounters(arguments)
    case .showTable: return tableCommand(.show, arguments)
    case .setTable: return tableCommand(.set, arguments)
    case .clearTable: return tableCommand(.clear, arguments)
    case .showBackend, .showCLILevel, .showCLISockets, .showEnv, .showErrors, .showInfo, .showServersConn,
      .showServersState, .showStat, .showVersion:
      return show(command, arguments)
    case .disableFrontend, .enableFrontend, .shutdownFrontend, .setMaxconnFrontend, .setMaxconnGlobal, .setRateLimit:
      return access.level == .admin ? changeProcess(command, arguments) : .permissionDenied
    case .disableAgent, .disableHealth, .disableServer, .enableAgent, .enableHealth, .enableServer, .setMaxconnServer,
      .setServer, .setWeight, .shutdownSessionsServer:
      return access.level == .admin ? changeServer(command, arguments) : .permissionDenied
    case .setDynamicCookieKey, .enableDynamicCookie, .disableDynamicCookie:
      return access.level == .admin ? changeDynamicCookies(command, arguments) : .permissionDenied
    case .addServer: return access.level == .admin ? addServer(arguments) : .permissionDenied
    case .delServer: return access.level == .admin ? deleteServer(arguments) : .permissionDenied
    case .getWeight: return getWeight(arguments)
    case .getVar: return getVariable(arguments)
    case .setProfiling: return setProfiling(arguments)
    case .showProfiling: return showProfiling(arguments)
    case .showSchema: return .text(StatisticsSchema.json + "\n")
    case .showStartupLogs:
      if access.level == .user { return .permissionDenied }
      return facts.startMessages.isEmpty ? .message(.info, "\n") : .text(facts.startMessages + "\n")
    case .showTrace, .trace: return trace(command, arguments)
    case .setVar: return setVariable(arguments)
    case .debugBug, .debugCheck, .debugClose, .debugDelay, .debugExit, .debugFD, .debugHex, .debugLog, .debugLoop,
      .debugPanic, .debugSched, .debugStream, .debugSym, .debugTkill, .debugWarn, .debugWrite:
      return debug(command, arguments)
    case .httpClient: return fetch(arguments, body: payload)
    case .addACL, .addMap, .clearACL, .clearMap, .commitACL, .commitMap, .delACL, .delMap, .getACL, .getMap,
      .prepareACL,
      .prepareMap, .setMap, .showACL, .showMap:
      return patterns(command, arguments, payload: payload)
    default: return .empty
    }
  }

  private var help: CommandHelp { CommandHelp(RuntimeCommand.entries(of: access)) }

  private mutating func lower(to level: Level) -> CommandReply {
    if access.level.rawValue < level.rawValue { return .permissionDenied }
    access.level = level
    return .empty
  }

  /// `expert-mode` and `experimental-mode`: without a word they tell.
  private mutating func setMode(
    _ mode: WritableKeyPath<SessionAccess, Bool>, _ name: String, _ arguments: CommandArguments
  ) -> CommandReply {
    if access.level != .admin { return .permissionDenied }
    if arguments.isEmpty { return .message(.info, "\(name) is \(access[keyPath: mode] ? "ON" : "OFF")\n") }
    access[keyPath: mode] = arguments[0] == "on"
    return .empty
  }

  private mutating func setTimeout(_ arguments: CommandArguments) -> CommandReply {
    if arguments[0] != "cli" { return .error("'set timeout' only supports 'cli'.") }
    if arguments[1].isEmpty { return .error("Expects an integer value.") }
    guard let time = DelayText.milliseconds(arguments[1]), time >= 1 else { return .error("Invalid timeout value.") }
    access.timeout = time
    return .empty
  }

  private mutating func setSeverityOutput(_ arguments: CommandArguments) -> CommandReply {
    switch arguments[0] {
    case "none": access.severity = .none
    case "number": access.severity = .number
    case "string": access.severity = .string
    default: return .error("one of 'none', 'number', 'string' is a required argument")
    }
    return .empty
  }

  // MARK: - Names

  /// The id in a proxy's or server's name `#<id>`; what is no number counts as none, as in HAProxy.
  static func id(in name: String) -> Int? {
    name.hasPrefix("#") ? LeadingNumber(String(name.dropFirst()))?.value ?? 0 : nil
  }

  /// A backend by name, or by `#` and its id.
  func backend(named name: String) -> BackendRuntime? {
    if let id = Self.id(in: name) {
      return process.backends.lazy.compactMap { $0 }.first { $0.settings.id == id }
    }
    return process.backend(named: name)
  }
  func frontend(named name: String) -> FrontendRuntime? {
    if let id = Self.id(in: name) {
      return process.frontends.lazy.compactMap { $0 }.first { $0.settings.id == id }
    }
    return process.frontend(named: name)
  }

  /// A server by name, or by `#` and its id.
  func server(named name: String, of backend: BackendRuntime) -> ServerRuntime? {
    let id = Self.id(in: name)
    return backend.servers.first { id == nil ? $0.settings.name == name : $0.settings.id == id }
  }

  /// The two names of a word `backend/server`.
  static func parts(of word: String) -> (backend: String, server: String)? {
    guard let slash = word.firstIndex(of: "/"), slash != word.startIndex, word.index(after: slash) != word.endIndex
    else { return nil }
    return (String(word[..<slash]), String(word[word.index(after: slash)...]))
  }

  /// Runs `action` on the server of a word `backend/server`, or tells what is wrong with it.
  mutating func onServer(
    _ word: String, _ action: (inout CommandRunner, ServerPlace, BackendRuntime, ServerRuntime) -> CommandReply
  ) -> CommandReply {
    guard let (place, name) = Self.parts(of: word) else { return .error("Require 'backend/server'.") }
    guard let backend = backend(named: place) else { return .error("No such backend.") }
    guard let server = server(named: name, of: backend) else { return .error("No such server.") }
    return action(&self, ServerPlace(backend: backend.index, server: server.index), backend, server)
  }

  /// Makes changes of servers and keeps what they have to say.
  mutating func change(_ body: (inout ServerTransitions) -> Void) {
    var transitions = ServerTransitions(process: process, now: now)
    body(&transitions)
    messages += transitions.takeMessages()
  }
}

/// What a session may do and how it is talked to.
struct SessionAccess {
  var level: BindSettings.AccessLevel
  var severity: BindSettings.SeverityOutput
  /// The number of the socket among those of the runtime API, from 1.
  var listener = 1
  /// `expose-fd listeners`
  var exposesListeners = false
  var isInteractive = false
  var isExpert = false
  var isExperimental = false
  /// Milliseconds of silence after which the session ends.
  var timeout: Int
  /// The process's master asks.
  var isMaster = false

  func isOn(_ mode: CommandMode?) -> Bool {
    switch mode {
    case nil: true
    case .expert: isExpert
    case .experimental: isExperimental
    }
  }
}

/// The words behind a command's name; those that are not there are empty.
struct CommandArguments {
  let words: [String]
  init(_ words: [String]) { self.words = words }
  subscript(i: Int) -> String { i < words.count ? words[i] : "" }
  var isEmpty: Bool { words.isEmpty }
}

/// Times as commands give them: seconds unless a unit says otherwise.
enum DelayText {
  static func milliseconds(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), number <= Int(Int32.max) else { return nil }
    let factor: Int
    switch text.dropFirst(digits.count) {
    case "", "s": factor = 1000
    case "us": return (number + 999) / 1000
    case "ms": factor = 1
    case "m": factor = 60_000
    case "h": factor = 3_600_000
    case "d": factor = 86_400_000
    default: return nil
    }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow || product > Int(Int32.max) ? nil : product
  }
}
