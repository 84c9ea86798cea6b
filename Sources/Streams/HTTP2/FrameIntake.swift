import Connections
import HTTP2
import Memory

/// The bytes of one HTTP/2 connection on their way to its session, the same from clients and from servers.
struct FrameIntake: ~Copyable {
  /// Bytes of an unfinished frame.
  private var input = Buffer()
  private var rounds = 0

  enum Step {
    /// The session has something to tell.
    case events
    /// A stream begins while there are as many as may be.
    case tooManyStreams
    /// The peer broke the protocol.
    case failed
    /// It had its turn; there is more.
    case yields
    /// Nothing more for now.
    case waits
    /// The connection is over.
    case ended
  }

  /// Bytes that came before it was known what they are.
  mutating func put(_ bytes: consuming Buffer) { input = bytes }
  /// A turn begins.
  mutating func begin() { rounds = 0 }

  mutating func next(
    _ session: HTTP2Session, from connection: inout Connection, _ buffers: BufferPool, now: Int64
  ) -> Step {
    while true {
      if !input.isEmpty {
        switch session.receive(&input, now: now) {
        case .events: return .events
        case .tooManyStreams: return .tooManyStreams
        case .failed: return .failed
        case .needMore: break
        }
      }
      if !connection.canReceive {
        rest()
        return connection.endReceived ? .ended : .waits
      }
      if rounds == 8 { return .yields }
      rounds += 1
      if !input.isBacked {
        // Of which there is one for a connection, not for a request.
        guard let fresh = buffers.takeScratch() else { return .ended }
        input = fresh
      }
      if input.room == 0 { input.compact() }
      switch connection.receive(into: &input) {
      case .bytes: continue
      case .wouldBlock:
        rest()
        return .waits
      case .closed, .failed: return .ended
      }
    }
  }

  /// Between frames a connection holds no buffer.
  private mutating func rest() { if input.isEmpty { input.release() } }
  mutating func release() { input.release() }
}

extension Worker {
  /// What the bodies of both directions have in common.
  func takeBody(_ event: HTTP2Event, _ session: HTTP2Session) {
    switch event {
    case .data(let id, let bytes):
      if let stream = session.take(bytes, for: id) { note(stream) }
    case .ended(let id):
      guard let stream = session.streams[id] else { return }
      session.end(stream, trailers: false)
      wakeEnded(stream, session.role)
    default: break
    }
  }

  /// Nothing more comes: there is nothing to wait for, and what came is still in the processor's cache.
  func wakeEnded(_ stream: HTTP2Stream, _ role: HTTP2Role) {
    if role == .server { wake(stream) } else { wakeFromServer(stream) }
  }
  /// The user of a stream will see what has come once all that can be read has been: head and body at once.
  func note(_ stream: HTTP2Stream) {
    if stream.isNoted { return }
    stream.isNoted = true
    noted.append(stream)
  }
  /// `role`: ours on the connection that was read.
  func wakeNoted(_ role: HTTP2Role) {
    var i = 0
    while i < noted.count {
      let stream = noted[i]
      i += 1
      if !stream.isNoted { continue }
      if role == .server { wake(stream) } else { wakeFromServer(stream) }
    }
    noted.removeAll(keepingCapacity: true)
  }
}
