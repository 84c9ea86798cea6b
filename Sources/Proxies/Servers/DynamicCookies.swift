import Configuration
public import Memory
import Primitives

/// The cookies that a backend makes of its servers' addresses (`cookie ... dynamic`, `dynamic-cookie-key`), which the
/// runtime API changes.
public final class DynamicCookies: Sendable {
  private struct State {
    var key: [UInt8]?
    var isEnabled: Bool
  }
  private let state: Lock<State>
  /// Bumped with each change of key or switch.
  public let generation = SharedCell(1)
  /// Whether servers have such cookies now.
  public let isActive: SharedCell

  public init(_ settings: ProxySettings) {
    let key = settings.dynamicCookieKey.map { $0.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
    let isEnabled = settings.cookie?.isDynamic == true
    isActive = SharedCell(isEnabled && key != nil ? 1 : 0)
    state = Lock(State(key: key, isEnabled: isEnabled))
  }

  deinit { for cell in [generation, isActive] { cell.giveBack() } }

  public func setKey(_ text: String) {
    change { $0.key = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
  }
  public func setEnabled(_ isEnabled: Bool) { change { $0.isEnabled = isEnabled } }

  private func change(_ body: (inout State) -> Void) {
    state.withLock { state in
      body(&state)
      isActive.set(state.isEnabled && state.key != nil ? 1 : 0)
    }
    generation.add(1)
  }

  /// Nil for a server that has none: its address is not known, or it has a cookie of its own.
  public func cookie(of server: ServerRuntime) -> [UInt8]? {
    if server.settings.cookie != nil || isActive.value == 0 { return nil }
    let endpoint = server.currentEndpoint
    guard let address = endpoint.address else { return nil }
    return state.withLock { state in
      guard state.isEnabled, let key = state.key else { return nil }
      return ServerCookie.dynamic(key: key, address: address, port: endpoint.port)
    }
  }
}
