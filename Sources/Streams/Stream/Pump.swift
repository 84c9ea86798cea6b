import Cache
import Connections
import Memory
import System

/// What one turn of moving bytes came to.
struct PumpResult {
  var received = 0
  var sent = 0
  /// The source has ended its direction.
  var sourceEnded = false
  var sourceFailed = false
  var sinkFailed = false
  /// The body's framing is broken.
  var isMalformed = false
  /// Nothing more can happen until the source, or the sink, is ready.
  var waitsForSource = false
  var waitsForSink = false
  /// Stopped for fairness: there is more to do at once.
  var yielded = false
}

/// Moves bytes of one direction as far as they go: from the source's socket through its framing to the sink's socket.
/// Bytes that leave as they came are sent from the buffer they were received in.
func pump(
  _ channel: inout Channel, from source: inout Connection, to sink: inout Connection, _ resources: PumpResources,
  more: Bool = false
) -> PumpResult {
  var result = PumpResult()
  // Few turns: while other streams have theirs the kernel gathers more for the next call.
  var turns = 2
  while true {
    if !send(&channel, to: &sink, more: more, sourceHasMore: source.canReceive, &result) { return result }
    if channel.isComplete { return result }
    if let deflater = channel.deflater {
      switch compressBody(&channel, deflater, resources) {
      case .progress: continue
      case .needMore: break
      case .malformed:
        result.isMalformed = true
        return result
      }
    } else if channel.source == .chunked && channel.input.count > 0 {
      switch decodeChunks(&channel, resources) {
      case .progress: continue
      case .needMore: break
      case .malformed:
        result.isMalformed = true
        return result
      }
    }
    if turns == 0 {
      result.yielded = true
      return result
    }
    turns -= 1
    if !receive(&channel, from: &source, sinkIsLinked: sink.isLinked, resources, &result) {
      if result.waitsForSource { channel.letGo(to: &sink) }
      return result
    }
  }
}

/// Sends what is ready. False: nothing more can be done in this turn.
private func send(
  _ channel: inout Channel, to sink: inout Connection, more: Bool, sourceHasMore: Bool, _ result: inout PumpResult
) -> Bool {
  while true {
    let formatted = channel.output.count
    let plain = channel.plainBytes
    if formatted == 0 && plain == 0 {
      if !channel.releaseIdle() { return true }
      return true
    }
    if !sink.canSend {
      result.waitsForSink = true
      return false
    }
    let first = channel.output.readable
    let second = plain > 0 ? channel.input.readable.prefix(plain) : Bytes()
    let more = more || (sourceHasMore && channel.expectsMore(than: plain))
    switch sink.send(first, second, more: more) {
    case .bytes(let n):
      result.sent += n
      channel.isHeldBack = more
      channel.sent(n)
    case .wouldBlock:
      result.waitsForSink = true
      return false
    case .closed: return false
    case .failed:
      result.sinkFailed = true
      return false
    }
  }
}

/// Receives more of the body. False: nothing more can be done in this turn.
private func receive(
  _ channel: inout Channel, from source: inout Connection, sinkIsLinked: Bool, _ resources: PumpResources,
  _ result: inout PumpResult
) -> Bool {
  if !source.canReceive {
    if source.endReceived { result.sourceEnded = true } else { result.waitsForSource = true }
    return false
  }
  var limit = Int.max
  if !channel.input.isBacked, channel.isFlowing, let bulk = resources.bulk, !source.isTLS, !source.isLinked,
    !sinkIsLinked, let left = channel.plainLeft, left > UInt64(resources.pool.bufferSize)
  {
    // Nothing behind the body is taken into such a buffer: a head would outgrow the others.
    if channel.input.back(by: bulk) { limit = Int(clamping: left) }
  }
  if !channel.input.back(by: resources.pool) {
    return false
  }
  if channel.input.room == 0 {
    if channel.isPinned || channel.input.totalRoom == 0 {
      // The sink must take something first.
      result.waitsForSink = true
      return false
    }
    channel.input.compact()
  }
  switch source.receive(into: &channel.input, limit: limit) {
  case .bytes(let n):
    result.received += n
    channel.isFlowing = channel.input.room == 0
    if channel.source == .untilClose { channel.transferred += UInt64(n) }
    return true
  case .wouldBlock:
    result.waitsForSource = true
    return false
  case .closed:
    result.sourceEnded = true
    return false
  case .failed:
    result.sourceFailed = true
    return false
  }
}

extension Channel {
  /// Bytes at the head of `input` that may leave as they are.
  var plainBytes: Int {
    let count = input.count
    if chunkedOut || count == 0 { return 0 }
    switch source {
    case .none, .chunked: return 0
    case .length(let left): return left < UInt64(count) ? Int(left) : count
    case .untilClose: return count
    }
  }

  /// Bytes still to come that leave as they come, and will not be looked at; nil where there are no such.
  var plainLeft: UInt64? {
    if chunkedOut || deflater != nil || isPinned { return nil }
    switch source {
    case .length(let left): return left
    case .untilClose: return .max
    case .none, .chunked: return nil
    }
  }

  /// More of an announced length follows: the kernel may fill its segments first, as HAProxy lets it.
  func expectsMore(than plain: Int) -> Bool {
    if case .length(let left) = source { return left > UInt64(plain) && deflater == nil }
    return false
  }

  /// Sends off what the kernel holds back for bytes that do not come yet.
  mutating func letGo(to sink: inout Connection) {
    if !isHeldBack { return }
    isHeldBack = false
    sink.push()
  }

  /// Takes `n` sent bytes out: formatted ones first.
  mutating func sent(_ n: Int) {
    var n = n
    let formatted = output.count
    if formatted > 0 {
      let taken = min(n, formatted)
      if keepsOutput { output.consumeKeeping(taken) } else { output.consume(taken) }
      n -= taken
    }
    // The head has left, and nobody will ask for its fields again: the buffer may be used anew.
    if isPinned && output.isEmpty && !keepsOutput { isPinned = false }
    if n > 0 {
      if let store { store.append(input.readable.prefix(n)) }
      if isPinned { input.consumeKeeping(n) } else { input.consume(n) }
      if source != .untilClose { transferred += UInt64(n) }
      if case .length(let left) = source {
        source = .length(left - UInt64(n))
        if left == UInt64(n) { isComplete = true }
      }
    }
  }

  /// Gives buffers back that hold nothing. An idle direction then costs nothing.
  @discardableResult mutating func releaseIdle() -> Bool {
    if !keepsOutput && output.isEmpty { output.release() }
    if !isPinned && input.isEmpty { input.release() }
    return true
  }

  /// Discards body bytes that nobody wants any more; true once the body has ended.
  mutating func discard() -> Bool {
    let count = input.count
    switch source {
    case .none: return true
    case .length(let left):
      let n = left < UInt64(count) ? Int(left) : count
      input.consume(n)
      source = .length(left - UInt64(n))
      if left == UInt64(n) { isComplete = true }
    case .untilClose: input.reset()
    case .chunked: break
    }
    return isComplete
  }
}
