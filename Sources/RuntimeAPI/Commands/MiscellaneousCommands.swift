import Configuration
import Memory
import Observability
import Primitives
import Proxies
import Samples

/// Commands about what Weir has otherwise than HAProxy, or has not, and about variables.
extension CommandRunner {
  /// `get var <name>`
  func getVariable(_ arguments: CommandArguments) -> CommandReply {
    if access.level == .user { return .permissionDenied }
    let name = arguments[0]
    if name.isEmpty { return .error("Missing process-wide variable identifier.") }
    let id: VariableID?
    do throws(VariableNameError) {
      id = try process.model.processVariables.names(of: process.model.variableNames).find(name)
    } catch { id = nil }
    let arena = ByteArena(capacity: 65536)
    guard let id, id.scope == .process, let value = process.model.processVariables.value(id.name, arena: arena) else {
      return .error("Variable not found.")
    }
    return .message(.info, "\(name): type=\(value.type.name) value=<\(Self.text(of: value))>")
  }

  private static func text(of value: SampleData) -> String {
    switch value {
    case .boolean(let isTrue): return isTrue ? "1" : "0"
    case .integer(let number): return "\(number)"
    case .ipv4(let address): return "\(IPAddress.v4(address))"
    case .ipv6(let address): return "\(IPAddress.v6(address))"
    case .method(let method, let text): return text.isEmpty ? "\(method.name)" : text.latin1
    case .string(let bytes), .binary(let bytes):
      // What is not printable is a dot.
      return String(String.UnicodeScalarView(bytes.array.map { (32...126).contains($0) ? Unicode.Scalar($0) : "." }))
    }
  }

  /// `show profiling [{all | status | tasks | memory}] [byaddr] [<lines>]`
  func showProfiling(_ arguments: CommandArguments) -> CommandReply {
    if access.level != .admin { return .permissionDenied }
    var form = ProfileText()
    form.state =
      "Per-task CPU profiling              : \(padded(process.taskProfiling.text))# set profiling tasks {on|auto|off}\n"
      + "Memory usage profiling              : off           # set profiling memory {on|off}\n"
    for word in arguments.words {
      switch word {
      case "all": break
      case "byaddr": form.isByName = true
      case "status": form.showsTasks = false
      case "tasks": form.state = nil
      case "memory": (form.state, form.showsTasks) = (nil, false)
      default:
        guard let number = LeadingNumber(word), number.rest.isEmpty, number.value >= 0 else {
          return .error("Expects either 'all', 'status', 'tasks', 'memory', 'byaddr' or a max number of output lines.")
        }
        form.limit = number.value
      }
    }
    if !form.showsTasks { return form.state.map { .text($0) } ?? .empty }
    return ThreadDump(.profile(form), process).map { .dump(.threads($0)) } ?? .empty
  }
  private func padded(_ text: String) -> String { text + String(repeating: " ", count: max(1, 14 - text.utf8.count)) }

  func setProfiling(_ arguments: CommandArguments) -> CommandReply {
    if access.level != .admin { return .permissionDenied }
    switch arguments[0] {
    case "memory": return .error("Memory profiling not compiled in.")
    case "tasks":
      guard let choice = GlobalSettings.TaskProfiling(rawValue: arguments[1]) else {
        return .error("Expects 'on', 'auto', or 'off'.")
      }
      process.taskProfiling.set(choice)
      return .empty
    default: return .error("Expects either 'tasks' or 'memory'.")
    }
  }
}
