public import Memory

/// The names of servers that entries of tables hold, by number: a name is told to peers, and found, by its text. Numbers
/// start at 1; 0 stands for none.
public final class ServerNames: Sendable {
  private struct State {
    var names: [Bytes] = []
    var numbers: [[UInt8]: UInt32] = [:]
  }
  private let state = Lock(State())
  /// Peers may send any names, so there is an end to them.
  private static let limit = 1 << 16

  public init() {}

  public func number(of name: Bytes) -> UInt32 {
    let text = name.array
    return state.withLock { state in
      if let known = state.numbers[text] { return known }
      if state.names.count >= ServerNames.limit { return 0 }
      state.names.append(Bytes(permanent: text))
      let number = UInt32(state.names.count)
      state.numbers[text] = number
      return number
    }
  }
  public func name(_ number: UInt32) -> Bytes? {
    state.withLock { number > 0 && Int(number) <= $0.names.count ? $0.names[Int(number) - 1] : nil }
  }
}
