import ConfigLoading
import ConfigSyntax
import Configuration
import System

/// The sockets of `-S`. They are opened before the first worker is told of and stay the same through every reload, so
/// that whoever asks the master meanwhile waits for its answer and is not refused.
struct MasterSockets {
  private(set) var listeners: [(settings: BindSettings, socket: Socket)] = []

  private static let variable = "WEIR_MWORKER_SOCKETS"

  /// Takes those of the process image before this one, or opens them.
  init(_ options: CommandLineOptions, _ diagnostics: Diagnostics) {
    guard let text = options.masterSocket else { return }
    let loading = LoadOptions(facts: Version.facts, localPeer: "")
    guard let wanted = parseMasterSocket(text, options: loading, diagnostics: diagnostics) else { return }
    let kept = (OwnProcess.environment(Self.variable) ?? "").split(separator: ",").compactMap {
      Int32($0).map { FileDescriptor($0) }
    }
    for descriptor in kept { descriptor.setCloseOnExec() }
    if kept.count == wanted.count, kept.allSatisfy(\.isValid) {
      listeners = zip(wanted, kept).map { ($0, Socket($1)) }
      return
    }
    for descriptor in kept { descriptor.close() }
    var setup = ListenerSetup(GlobalSettings())
    for settings in wanted {
      if let socket = setup.open(settings, owner: "frontend MASTER", defaultBacklog: 10) {
        listeners.append((settings, socket))
      }
    }
    for error in setup.errors { diagnostics.alert(error) }
  }

  /// Leaves them to the process image that comes next.
  func handOver() {
    for (_, socket) in listeners { socket.descriptor.setCloseOnExec(false) }
    OwnProcess.setEnvironment(Self.variable, listeners.map { "\($0.socket.descriptor.number)" }.joined(separator: ","))
  }

  /// In the worker, which has no use for them.
  mutating func drop() {
    for (_, socket) in listeners { socket.close() }
    listeners.removeAll()
    OwnProcess.unsetEnvironment(Self.variable)
  }
}
