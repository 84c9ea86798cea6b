import ConfigLoading
import Configuration
import Proxies

/// `add server` and `del server`.
extension CommandRunner {
  func addServer(_ arguments: CommandArguments) -> CommandReply {
    let word = arguments[0]
    // HAProxy looks for the slash behind the first letter.
    guard let slash = word.dropFirst().firstIndex(of: "/"), word.index(after: slash) != word.endIndex else {
      return .message(.error, "Require 'backend/server'.")
    }
    guard let backend = backend(named: String(word[..<slash])) else { return .message(.error, "No such backend.") }
    let algorithm = backend.settings.balance
    if !algorithm.isDynamic || backend.settings.dispatch != nil || backend.settings.options.contains(.transparent) {
      return .message(.error, "Backend must use a dynamic load balancing to support dynamic servers.")
    }
    let words = [String(word[word.index(after: slash)...])] + arguments.words.dropFirst()
    let outcome = DynamicServerLine.parse(
      words, for: backend.settings, servers: backend.servers.map(\.settings), in: process.model)
    switch outcome {
    case .refused(let text): return .error(text)
    case .server(let settings):
      var followed: ServerPlace?
      if let track = settings.track {
        switch find(track, from: backend) {
        case .found(let place): followed = place
        case .missing(let text): return .error(text)
        }
      }
      process.add(
        settings, to: backend, isEnabled: words.contains("enabled") && !settings.disabled, followed: followed, now: now)
      return .message(.info, "New server registered.\n")
    }
  }

  private enum Followed {
    case found(ServerPlace)
    case missing(String)
  }
  /// The server that `track` names.
  private func find(_ track: String, from backend: BackendRuntime) -> Followed {
    let parts = track.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var owner = backend
    if parts.count == 2 {
      guard let found = process.backend(named: parts[0]) else {
        return .missing("unable to find required proxy '\(parts[0])' for tracking.")
      }
      owner = found
    }
    let name = parts[parts.count - 1]
    guard let server = owner.servers.first(where: { $0.settings.name == name }) else {
      return .missing("unable to find required server '\(name)' for tracking.")
    }
    let title = "\(owner.settings.name)/\(name)"
    if server.isDynamic { return .missing("unable to use \(title) for tracking as it is a dynamic server.") }
    let settings = server.settings
    if !settings.checkEnabled && !settings.agentEnabled && settings.track == nil {
      return .missing("unable to use \(title) for tracking as it does not have any check nor agent enabled.")
    }
    if owner.settings.check.disableOn404 != backend.settings.check.disableOn404 {
      return .missing("unable to use \(title) fortracking: disable-on-404 option inconsistency.")
    }
    return .found(ServerPlace(backend: owner.index, server: server.index))
  }

  func deleteServer(_ arguments: CommandArguments) -> CommandReply {
    func refuse(_ text: String) -> CommandReply { .message(.error, text) }
    guard let (place, name) = Self.parts(of: arguments[0]) else { return refuse("Require 'backend/server'.") }
    guard let backend = backend(named: place) else { return refuse("No such backend.") }
    guard let server = server(named: name, of: backend) else { return refuse("No such server.") }
    switch process.delete(server, of: backend) {
    case nil: return .message(.info, "Server deleted.")
    case .referenced:
      return refuse(
        "This server cannot be removed at runtime due to other configuration elements pointing to it.")
    case .inService: return refuse("Only servers in maintenance mode can be deleted.")
    case .connected: return refuse("Server still has connections attached to it, cannot remove it.")
    }
  }
}
