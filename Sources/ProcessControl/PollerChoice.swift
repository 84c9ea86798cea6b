import Configuration

/// Which polling systems there are, and which one is used: epoll unless it is disabled, then poll.
struct PollerChoice {
  private var disabled: Set<String> = []
  private static let systems = [(name: "epoll", preference: 300), (name: "poll", preference: 200)]

  init() {}
  init(_ global: GlobalSettings) {
    if global.noEpoll { disabled.insert("epoll") }
    if global.noPoll { disabled.insert("poll") }
  }

  /// nil where none is left.
  var used: String? { Self.systems.first { !disabled.contains($0.name) }?.name }

  /// The list in HAProxy's layout.
  var text: String {
    let usable = Self.systems.filter { !disabled.contains($0.name) }
    let rest = Self.systems.filter { disabled.contains($0.name) }.reversed()
    var text = "Available polling systems :\n"
    for system in usable { text += "\(padded(system.name)) : pref=\(system.preference),  test result OK\n" }
    for system in rest { text += "\(padded(system.name)) : disabled,  test result OK\n" }
    return text + "Total: \(Self.systems.count) (\(usable.count) usable), will use \(used ?? "none").\n"
  }
  private func padded(_ name: String) -> String { String(repeating: " ", count: 11 - name.utf8.count) + name }
}
