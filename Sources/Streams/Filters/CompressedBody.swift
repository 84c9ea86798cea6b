import Cache
import Compression
import HTTP
import HTTP1
import Memory
import Proxies
import System

/// Compression of answers on their way to the client.
extension Worker {
  /// Looks at a request before it leaves: which form its answer may have.
  func chooseCompression(_ stream: Stream) {
    // The backend's settings come first where it has any form.
    guard let settings = Worker.compression(stream), stream.request.isVersion11 else { return }
    stream.compression = CompressionChoice.form(for: stream.request, settings.forms)
    let offloads = stream.backend?.compression?.offloads == true || stream.frontend?.compression?.offloads == true
    if offloads && stream.compression != nil { stream.request.remove(.acceptEncoding) }
  }

  private static func compression(_ stream: Stream) -> CompressionReplica? {
    if let own = stream.backend?.compression, !own.forms.isEmpty { return own }
    if let own = stream.frontend?.compression, !own.forms.isEmpty { return own }
    return nil
  }

  /// Makes the answer's head that of a compressed body, where it may be one.
  func startCompression(_ stream: Stream, _ framing: H1Framing) {
    guard let form = stream.compression, let frontend = stream.frontend, let backend = stream.backend else { return }
    switch framing.body {
    case .length, .chunked: break
    case .none, .untilClose: return
    }
    let types = backend.compression.flatMap { $0.types.isEmpty ? nil : $0.types } ?? frontend.compression?.types ?? []
    guard stream.request.method != .head, CompressionChoice.isCompressible(stream.response, types: types),
      process.compressionRateAllows(at: loop.now), let deflater = takeDeflater(form)
    else { return }
    stream.responseChannel.deflater = deflater
    stream.isCompressed = true
    stream.responseChannel.chunkedOut = true
    frontend.counters.count(.compressedResponses)
    backend.counters.count(.compressedResponses)
    stream.response.remove(.contentLength)
    if framing.body != .chunked { stream.response.add(.transferEncoding, Bytes("chunked")) }
    if let i = stream.response.find(.etag), !CompressionChoice.isWeak(stream.response[i].value) {
      stream.text.begin()
      stream.text.append("W/")
      stream.text.append(stream.response[i].value)
      stream.response.setValue(at: i, stream.text.finish())
    }
    stream.response.add(.vary, Bytes("Accept-Encoding"))
    if let coding = form.coding { stream.response.add(.contentEncoding, Bytes(coding)) }
  }

  private func takeDeflater(_ form: CompressionForm) -> Deflater? {
    let deflater = resources.deflaters.popLast() ?? Deflater(level: tune.compressionLevel)
    return deflater.begin(form) ? deflater : nil
  }

  /// Counts what went in and what came out, and keeps the memory for another body.
  func endCompression(_ stream: Stream) {
    guard let deflater = stream.responseChannel.deflater else { return }
    stream.responseChannel.deflater = nil
    if resources.deflaters.count < 32 { resources.deflaters.append(deflater) }
    accountCompression(stream)
  }
  func accountCompression(_ stream: Stream) {
    let (taken, given) = (stream.responseChannel.compressedIn, stream.responseChannel.compressedOut)
    stream.responseChannel.compressedIn = 0
    stream.responseChannel.compressedOut = 0
    if taken == 0 && given == 0 { return }
    stream.frontend?.counters.count(.compressedIn, taken)
    stream.frontend?.counters.count(.compressedOut, given)
    stream.backend?.counters.count(.compressedIn, taken)
    stream.backend?.counters.count(.compressedOut, given)
    process.compressionIn.count(Int(taken), at: loop.now)
    process.compressionOut.count(Int(given), at: loop.now)
  }
}

/// Turns what was received of a body into compressed chunks. `.progress` also where the output is full: the caller sends
/// and comes back; `.needMore` once everything is out.
func compressBody(_ channel: inout Channel, _ deflater: Deflater, _ resources: PumpResources) -> ChunkProgress {
  if !channel.output.back(by: resources.pool) { return .needMore }
  var moved = false
  while true {
    if channel.output.room < Deflater.pieceSize + 32 {
      channel.output.compact()
      if channel.output.room < Deflater.pieceSize + 32 { return .progress }
    }
    if !deflater.output.isEmpty {
      moved = true
      writeOutput(&channel, deflater)
      continue
    }
    switch takeData(&channel, deflater, resources) {
    case .progress: moved = true
    case .malformed: return .malformed
    case .needMore:
      if channel.isComplete || isAtEnd(channel) {
        if !deflater.flush(.finish) || !deflater.output.isEmpty { continue }
        return finish(&channel, resources)
      }
      // What came in so far goes out: the server may take its time with the rest.
      if !deflater.flush(.sync) || !deflater.output.isEmpty { continue }
      return moved ? .progress : .needMore
    }
  }
}

private func isAtEnd(_ channel: borrowing Channel) -> Bool {
  if channel.readsTrailers { return true }
  if case .length(0) = channel.source { return true }
  return false
}

/// The compressed body is out: the last chunk and the trailers follow.
private func finish(_ channel: inout Channel, _ resources: PumpResources) -> ChunkProgress {
  if channel.readsTrailers { return readTrailers(&channel, resources, false) }
  if !H1Writer.writeLastChunk(to: &channel.output) { return .progress }
  channel.isComplete = true
  return .progress
}

private func writeOutput(_ channel: inout Channel, _ deflater: Deflater) {
  let bytes = deflater.output
  _ = H1Writer.writeChunkSize(UInt64(bytes.count), to: &channel.output)
  _ = channel.output.append(bytes)
  _ = H1Writer.writeChunkEnd(to: &channel.output)
  channel.compressedOut += UInt64(bytes.count)
  deflater.takeOutput()
}

/// Hands the next piece of the body to the deflater.
private func takeData(_ channel: inout Channel, _ deflater: Deflater, _ resources: PumpResources) -> ChunkProgress {
  if channel.input.isEmpty || channel.readsTrailers || channel.isComplete { return .needMore }
  if case .length(let left) = channel.source {
    if left == 0 { return .needMore }
    let there = channel.input.readable
    let taken = deflater.compress(there.prefix(left < UInt64(there.count) ? Int(left) : there.count))
    if taken == 0 { return .needMore }
    if let store = channel.store { store.append(there.prefix(taken)) }
    channel.take(taken)
    channel.transferred += UInt64(taken)
    channel.compressedIn += UInt64(taken)
    channel.source = .length(left - UInt64(taken))
    return .progress
  }
  let decoder = channel.decoder
  switch channel.decoder.next(channel.input.readable) {
  case .needMore(let framing):
    channel.take(framing)
    return .needMore
  case .data(let framing, let data):
    let there = channel.input.readable.dropFirst(framing).prefix(data)
    let taken = deflater.compress(there)
    if taken < data {
      // Only part of it went in: decode again from here with less in view.
      channel.decoder = decoder
      if taken == 0 { return .needMore }
      guard case .data = channel.decoder.next(channel.input.readable.prefix(framing + taken)) else { return .malformed }
    }
    if let store = channel.store { store.append(there.prefix(taken)) }
    channel.take(framing + taken)
    channel.transferred += UInt64(taken)
    channel.compressedIn += UInt64(taken)
    return .progress
  case .trailers(let framing):
    channel.take(framing)
    channel.readsTrailers = true
    return .needMore
  case .invalid: return .malformed
  }
}
