import Configuration
import Connections
import Memory
import Proxies
import System

/// Bodies through a kernel pipe (`option splice-auto|request|response`): no byte is copied into the process.
extension Worker {
  /// Moves what it can by `splice`. False: this direction does not use a pipe now, and goes the ordinary way.
  func splice(_ stream: Stream, isRequest: Bool) -> Bool {
    guard let backend = stream.backend, let frontend = stream.frontend else { return false }
    let options = frontend.options.union(backend.options)
    let wanted: ProxyOptions = isRequest ? [.spliceAuto, .spliceRequest] : [.spliceAuto, .spliceResponse]
    if options.isDisjoint(with: wanted) || !tune.splices { return false }
    guard let session = stream.session, let server = stream.serverConnection, server.connection.isOpen,
      !session.connection.isTLS, !session.connection.isLinked, !server.connection.isTLS,
      !server.connection.isLinked
    else { return false }
    if isRequest {
      guard prepare(&stream.requestChannel) else { return false }
      let result = splice(&stream.requestChannel, from: &session.connection, to: &server.connection)
      requestMoved(stream, result)
    } else {
      guard prepare(&stream.responseChannel) else { return false }
      let result = splice(&stream.responseChannel, from: &server.connection, to: &session.connection)
      responseMoved(stream, result)
    }
    return true
  }

  /// A pipe pays for a long body only, once everything that was received into buffers has left.
  private func prepare(_ channel: inout Channel) -> Bool {
    if channel.pipe != nil { return true }
    if channel.isComplete || channel.chunkedOut || channel.isPinned || channel.store != nil { return false }
    if channel.output.count > 0 || channel.input.count > 0 { return false }
    switch channel.source {
    case .length(let left): if left < 16384 { return false }
    case .untilClose: break
    case .none, .chunked: return false
    }
    if !process.pipesUsed.addIfBelow(process.maxPipes) { return false }
    guard let pipe = try? Pipe(size: tune.pipeSize) else {
      process.pipesUsed.add(-1)
      return false
    }
    channel.releaseIdle()
    channel.input.release()
    channel.open(pipe, countedIn: process.pipesUsed)
    return true
  }

  private func splice(_ channel: inout Channel, from source: inout Connection, to sink: inout Connection) -> PumpResult
  {
    var result = PumpResult()
    var turns = 16
    while true {
      if channel.pipeCount > 0 {
        if !sink.canSend {
          result.waitsForSink = true
          return result
        }
        switch channel.drainPipe(to: &sink) {
        case .bytes(let n):
          result.sent += n
          continue
        case .wouldBlock, .closed:
          result.waitsForSink = true
          return result
        case .failed:
          result.sinkFailed = true
          return result
        }
      }
      var limit = 1 << 20
      if case .length(let left) = channel.source {
        if left == 0 {
          channel.isComplete = true
          channel.closePipe()
          return result
        }
        limit = Int(min(left, UInt64(limit)))
      }
      if turns == 0 {
        result.yielded = true
        return result
      }
      turns -= 1
      if !source.canReceive {
        if source.endReceived { result.sourceEnded = true } else { result.waitsForSource = true }
        channel.letGo(to: &sink)
        return result
      }
      switch channel.fillPipe(from: &source, limit: limit) {
      case .bytes(let n):
        result.received += n
        process.operations.splicedBytes.add(n)
        channel.transferred += UInt64(n)
        if case .length(let left) = channel.source { channel.source = .length(left - UInt64(n)) }
      case .wouldBlock:
        if channel.pipeCount == 0 {
          result.waitsForSource = true
          channel.letGo(to: &sink)
          return result
        }
      case .closed:
        result.sourceEnded = true
        return result
      case .failed:
        result.sourceFailed = true
        return result
      }
    }
  }
}
