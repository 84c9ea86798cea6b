import Memory

/// The session rates of the last minutes, for the page's curves: a ring of samples for each proxy. One worker writes it.
public final class RateHistory: Sendable {
  /// Samples that are kept, and the milliseconds between two of them.
  public static let length = 60
  public static let period: Int64 = 5000

  private struct State {
    /// One ring after the other: a proxy's sample of turn `t` stands at `proxy * length + t % length`.
    var samples: [UInt32]
    var turns = 0
  }
  private let state: Lock<State>
  private let proxies: Int

  public init(proxies: Int) {
    self.proxies = proxies
    state = Lock(State(samples: [UInt32](repeating: 0, count: proxies * Self.length)))
  }

  /// Takes the next sample of all proxies; `now`: monotonic milliseconds.
  public func sample(_ process: ProcessRuntime, now: Int64) {
    state.withLock { state in
      let place = state.turns % Self.length
      for proxy in 0..<proxies {
        let rate =
          process.frontends[proxy]?.sessionRate.rate(at: now) ?? process.backends[proxy]?.sessionRate.rate(at: now) ?? 0
        state.samples[proxy * Self.length + place] = UInt32(clamping: rate)
      }
      state.turns += 1
    }
  }
  /// A proxy's samples, the oldest first.
  public func samples(of proxy: Int) -> [UInt32] {
    if proxy < 0 || proxy >= proxies { return [] }
    return state.withLock { state in
      let count = min(state.turns, Self.length)
      return (0..<count).map { state.samples[proxy * Self.length + (state.turns - count + $0) % Self.length] }
    }
  }
}
