import EventLoop
import Synchronization

/// A loop on its way from the thread that made it to the one that runs it.
final class SendableLoop: Sendable {
  private let loop: Mutex<EventLoop?>
  init(_ loop: consuming sending EventLoop) { self.loop = Mutex(loop) }
  func take() -> EventLoop {
    let taken = loop.withLock { $0.take() }
    guard let taken else { fatalError("a loop is taken once") }
    return taken
  }
}
