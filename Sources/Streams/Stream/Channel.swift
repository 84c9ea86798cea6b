import Cache
import Compression
import Connections
import HTTP1
import Memory
import System

/// One direction of a stream: bytes received from one side and bytes formatted for the other.
struct Channel: ~Copyable {
  /// Bytes as they came. Those at its head may be views of a message's fields.
  var input = Buffer()
  /// Bytes to send before anything of `input`: heads, chunk frames, answers of our own.
  var output = Buffer()
  private(set) var pipe: Pipe?
  /// The process's count of pipes, where there is one here.
  private var pipesUsed: SharedCell?
  var source = BodySource.none
  /// The body leaves in chunks of our own.
  var chunkedOut = false
  var decoder = H1ChunkDecoder()
  /// How names are spelt towards the receiver, where it has wishes.
  var nameCase: HeaderCase?
  /// Compresses the body on its way; what went in and came out since it was counted.
  var deflater: Deflater?
  var compressedIn: UInt64 = 0
  var compressedOut: UInt64 = 0
  /// What goes by is kept for a cache.
  var store: CacheStore?
  /// The last chunk has come: trailers are next.
  var readsTrailers = false
  /// Fields of the parsed head still point into `input`: it must not move.
  var isPinned = false
  /// The kernel was told that more follows what it was given last.
  var isHeldBack = false
  /// The last receive has filled its buffer: there is more where that came from.
  var isFlowing = false
  /// The source speaks HTTP/2, whose bodies have no mark at their end.
  var isFromHTTP2 = false
  /// What was sent of `output` is kept, to be sent again on another connection.
  var keepsOutput = false
  /// The source has given all it will.
  var isComplete = false
  /// The end has been passed on to the other side.
  var endForwarded = false
  /// Bytes taken from the source, heads included: what logs and counters report.
  var transferred: UInt64 = 0
  /// The same as already counted in the statistics.
  var accounted: UInt64 = 0

  init() {}

  mutating func reset() {
    input.release()
    output.release()
    closePipe()
    source = .none
    chunkedOut = false
    nameCase = nil
    deflater = nil
    store = nil
    readsTrailers = false
    keepsOutput = false
    isPinned = false
    isHeldBack = false
    isFlowing = false
    isFromHTTP2 = false
    isComplete = false
    endForwarded = false
    transferred = 0
    accounted = 0
  }
  /// Takes a pipe that was counted in `pipesUsed`, which `closePipe` gives back.
  mutating func open(_ pipe: consuming Pipe, countedIn pipesUsed: SharedCell) {
    self.pipe = pipe
    self.pipesUsed = pipesUsed
  }
  mutating func closePipe() {
    guard let open = pipe else { return }
    open.close()
    pipe = nil
    pipesUsed?.add(-1)
  }
  /// As `Pipe.fill` and `Pipe.drain`, through the connection that knows its readiness.
  mutating func fillPipe(from source: inout Connection, limit: Int) -> IOResult {
    pipe == nil ? .wouldBlock : source.fill(&pipe!, limit: limit)
  }
  mutating func drainPipe(to sink: inout Connection) -> IOResult {
    if pipe == nil { return .wouldBlock }
    isHeldBack = expectsMore(than: 0)
    return sink.drain(&pipe!, more: isHeldBack)
  }
  var pipeCount: Int { pipe?.count ?? 0 }
  /// Bytes that wait here, wherever they are.
  var buffered: Int { input.count + output.count + pipeCount }
  /// The channel's state as `show sess` tells it: 1 complete, 2 its end was passed on, 4 in chunks of our own, 8 spliced,
  /// 10h fields of its head still point into the buffer.
  var reportBits: UInt64 {
    (isComplete ? 1 : 0) | (endForwarded ? 2 : 0) | (chunkedOut ? 4 : 0) | (pipe == nil ? 0 : 8) | (isPinned ? 0x10 : 0)
  }
  /// It has no buffer, and nothing of it is anywhere else.
  var isAtRest: Bool { !input.isBacked && !output.isBacked && pipeCount == 0 && !isHeldBack }
  /// Nothing is waiting to be sent.
  var isFlushed: Bool { output.isEmpty && pipeCount == 0 }
}

/// What of the received bytes belongs to the body.
enum BodySource: Equatable {
  case none
  /// That many bytes are still to come.
  case length(UInt64)
  case chunked
  /// Until the peer closes: old answers, tunnels, TCP.
  case untilClose
}
