import Cache
import Compression
import HTTP
import HTTP1
import Memory

enum ChunkProgress { case progress, needMore, malformed }

/// Turns received chunks into chunks of our own: framing is checked and extensions are dropped on the way.
/// `.progress` also where the output is full: the caller sends and comes back.
func decodeChunks(_ channel: inout Channel, _ resources: PumpResources) -> ChunkProgress {
  if !channel.output.back(by: resources.pool) { return .needMore }
  var moved = false
  while channel.input.count > 0 {
    if channel.readsTrailers { return readTrailers(&channel, resources, moved) }
    // Room for the largest frame around at least some data.
    if channel.output.room < 64 {
      channel.output.compact()
      if channel.output.room < 64 { return .progress }
    }
    let room = channel.output.room - 32
    let decoder = channel.decoder
    switch channel.decoder.next(channel.input.readable) {
    case .needMore(let framing):
      channel.take(framing)
      return moved ? .progress : .needMore
    case .data(let framing, let data):
      if data > room {
        // Only part of it fits: decode again from here with less in view.
        channel.decoder = decoder
        guard case .data(let framing, let part) = channel.decoder.next(channel.input.readable.prefix(framing + room))
        else {
          return .malformed
        }
        writeChunk(&channel, framing, part)
      } else {
        writeChunk(&channel, framing, data)
      }
      moved = true
    case .trailers(let framing):
      channel.take(framing)
      channel.readsTrailers = true
      moved = true
      if channel.input.isEmpty { return .progress }
    case .invalid:
      return .malformed
    }
  }
  return moved ? .progress : .needMore
}

private func writeChunk(_ channel: inout Channel, _ framing: Int, _ data: Int) {
  channel.take(framing)
  let bytes = channel.input.readable.prefix(data)
  channel.transferred += UInt64(data)
  if let store = channel.store { store.append(bytes) }
  if channel.chunkedOut {
    _ = H1Writer.writeChunkSize(UInt64(data), to: &channel.output)
    _ = channel.output.append(bytes)
    _ = H1Writer.writeChunkEnd(to: &channel.output)
  } else {
    _ = channel.output.append(bytes)
  }
  channel.take(data)
}

extension Channel {
  /// The last chunk, its trailers spelt as the head was.
  fileprivate mutating func writeLastChunk(trailers: borrowing HTTPMessage) -> Bool {
    guard let nameCase else { return H1Writer.writeLastChunk(trailers: trailers, to: &output) }
    return H1Writer.writeLastChunk(trailers: trailers, nameCase: nameCase, to: &output)
  }
  /// Drops received bytes that have been looked at.
  mutating func take(_ n: Int) {
    if isPinned { input.consumeKeeping(n) } else { input.consume(n) }
  }
}

/// Trailers are looked at once they are whole; they are short, so starting over for each arrival costs little.
func readTrailers(_ channel: inout Channel, _ resources: PumpResources, _ moved: Bool) -> ChunkProgress {
  resources.trailerParser.reset()
  switch resources.trailerParser.parse(&channel.input, into: &resources.trailers) {
  case .needMore: return moved ? .progress : .needMore
  case .invalid: return .malformed
  case .complete(let framing):
    // An answer with trailers is not kept.
    if let store = channel.store, resources.trailers.countedFields > 0 { store.cancel() }
    if channel.chunkedOut && !channel.writeLastChunk(trailers: resources.trailers) {
      channel.output.compact()
      if !channel.writeLastChunk(trailers: resources.trailers) {
        return channel.output.isEmpty ? .malformed : .progress
      }
    }
    channel.take(framing.headLength)
    // HAProxy has a mark for the end of chunks, and for trailers.
    if !channel.isFromHTTP2 || resources.trailers.fieldCount > 0 { channel.transferred += 1 }
    channel.transferred += resources.trailers.countedFields
    channel.isComplete = true
    return .progress
  }
}

/// Looks at the chunks that have come without taking them: `.progress` where the whole body is there and sound.
func scanChunks(_ channel: inout Channel, _ resources: PumpResources) -> ChunkProgress {
  var decoder = channel.decoder
  var at = 0
  let bytes = channel.input.readable
  while at < bytes.count {
    switch decoder.next(bytes.dropFirst(at)) {
    case .needMore(let framing): at += framing
    case .data(let framing, let data): at += framing + data
    case .trailers(let framing):
      resources.trailerParser.reset()
      // A view of its own: the body before the trailers stays where it is.
      let hidden = channel.input.hide(at + framing)
      defer { channel.input.reveal(hidden) }
      switch resources.trailerParser.parse(&channel.input, into: &resources.trailers) {
      case .needMore: return .needMore
      case .invalid: return .malformed
      case .complete: return .progress
      }
    case .invalid: return .malformed
    }
  }
  return .needMore
}

/// What all pumps of a worker share.
final class PumpResources {
  let pool: BufferPool
  /// Larger buffers for bodies that flow, so that fewer calls move them; nil where memory is kept short.
  let bulk: BufferPool?
  var trailers: HTTPMessage
  var trailerParser: H1TrailerParser
  /// Those that no body uses now.
  var deflaters: [Deflater] = []
  init(pool: BufferPool, bulk: BufferPool?, limits: H1Limits) {
    self.pool = pool
    self.bulk = bulk
    trailers = HTTPMessage(capacity: limits.maxHeaders + 1)
    trailerParser = H1TrailerParser(limits: limits)
  }
}
