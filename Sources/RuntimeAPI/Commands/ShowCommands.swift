import Configuration
import Observability
import Primitives
import Proxies
import System

/// Commands that only tell.
extension CommandRunner {
  mutating func show(_ command: RuntimeCommand, _ arguments: CommandArguments) -> CommandReply {
    switch command {
    case .showVersion: return .message(.info, facts.version + "\n")
    case .showBackend:
      let names = process.model.proxies.lazy.filter { $0.capabilities.contains(.backend) }.map { $0.name + "\n" }
      return .text("# name\n" + names.joined())
    case .showCLILevel: return .message(.info, Self.word(for: access.level) + "\n")
    case .showCLISockets: return showSockets()
    case .showEnv: return showEnvironment(arguments)
    case .showErrors: return showErrors(arguments)
    case .showInfo: return showInformation(arguments)
    case .showServersConn: return showServers(.connections, arguments)
    case .showServersState: return showServers(.state, arguments)
    case .showStat: return showStatistics(arguments)
    default: return .empty
    }
  }

  static func word(for level: Level) -> String {
    switch level {
    case .user: "user"
    case .oper: "operator"
    case .admin: "admin"
    }
  }

  private func showSockets() -> CommandReply {
    var text = "# socket lvl processes\n"
    for socket in sockets {
      text += "\(SocketListing.text(socket.address)) \(Self.word(for: socket.level)) all\n"
    }
    return .text(text)
  }
  private func showEnvironment(_ arguments: CommandArguments) -> CommandReply {
    if access.level == .user { return .permissionDenied }
    let name = arguments[0]
    if name.isEmpty { return .text(OwnProcess.environmentLines.map { $0 + "\n" }.joined()) }
    guard let value = OwnProcess.environment(name) else { return .error("Variable not found") }
    return .text("\(name)=\(value)\n")
  }

  private func showInformation(_ arguments: CommandArguments) -> CommandReply {
    let words = Set(arguments.words)
    let fields = ProcessInformation.fields(
      process, facts, now: now, wallClock: wallClock, precise: words.contains("float"))
    let desc = words.contains("desc")
    if words.contains("json") { return .text("[" + fields.map(\.json).joined(separator: ",") + "]\n") }
    if words.contains("typed") { return .text(fields.map { $0.typed(desc: desc) }.joined()) }
    return .text(fields.map { desc ? $0.plainWithText : $0.plain }.joined())
  }

  private func showServers(_ kind: ServersDump.Kind, _ arguments: CommandArguments) -> CommandReply {
    if arguments[0].isEmpty { return .dump(.servers(ServersDump(kind, backend: nil))) }
    guard let backend = backend(named: arguments[0]) else { return .error("Can't find backend.") }
    return .dump(.servers(ServersDump(kind, backend: backend.index)))
  }

  /// `show stat [{<id>|<name>|-1} <type> <sid>] [desc|json|no-maint|typed|up]*`.
  private func showStatistics(_ arguments: CommandArguments) -> CommandReply {
    var options = StatisticsDump.Options()
    options.legends = access.level != .user
    if !arguments[0].isEmpty && !arguments[1].isEmpty && !arguments[2].isEmpty {
      let name = arguments[0]
      let proxy = process.model.proxies.first { $0.name == name || $0.id == Self.id(in: name) }
      if let proxy {
        options.proxyID = proxy.id
      } else if let number = LeadingNumber(name) {
        options.proxyID = number.value == 0 ? -1 : number.value
      } else {
        return .error("No such proxy.")
      }
      options.types = LeadingNumber(arguments[1])?.value ?? 0
      options.serverID = LeadingNumber(arguments[2])?.value ?? 0
    }
    for word in arguments.words {
      switch word {
      case "typed": options.form = .typed
      case "json": options.form = .json
      case "desc": options.desc = true
      case "no-maint": options.hidesMaintenance = true
      case "up": options.hidesDown = true
      default: break
      }
    }
    return .dump(.statistics(StatisticsDump(options)))
  }
}
