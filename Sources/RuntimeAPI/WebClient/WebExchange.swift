import Memory
import Proxies
import System

/// One request of `httpclient` and what has come of it so far. The client's thread fills it, a session empties it.
final class WebExchange: Sendable {
  private struct State {
    var text: [UInt8] = []
    var isOver = false
    var isAbandoned = false
  }
  let request: WebRequest
  let process: ProcessRuntime
  private let asker: WorkerMailbox
  private let state = Lock(State())
  private static let outputLimit = 65536

  init(_ request: WebRequest, _ process: ProcessRuntime, asker: WorkerMailbox) {
    self.request = request
    self.process = process
    self.asker = asker
  }

  /// Adds to what is shown; false: nobody looks any more. Waits while the other side does not take what there is.
  func add(_ bytes: [UInt8]) -> Bool {
    if bytes.isEmpty { return !isAbandoned }
    state.withLock { $0.text += bytes }
    asker.post(.reportReady)
    while state.withLock({ !$0.isAbandoned && $0.text.count > Self.outputLimit }) { Clock.sleep(milliseconds: 20) }
    return !isAbandoned
  }
  func finish() {
    state.withLock { $0.isOver = true }
    asker.post(.reportReady)
  }
  var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

  /// The session is gone.
  func abandon() { state.withLock { $0.isAbandoned = true } }
  /// There is nothing to take, and more comes.
  var isWaiting: Bool { state.withLock { $0.text.isEmpty && !$0.isOver } }
  /// What has come since the last time; nil at the end.
  func take() -> String? {
    state.withLock { state in
      if state.text.isEmpty && state.isOver { return nil }
      defer { state.text = [] }
      return String(String.UnicodeScalarView(state.text.map { Unicode.Scalar($0) }))
    }
  }
}
