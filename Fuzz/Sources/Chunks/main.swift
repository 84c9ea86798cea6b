import FuzzSupport
import Glibc
import HTTP
import HTTP1
import Memory

nonisolated(unsafe) let pool = BufferPool(bufferSize: 32768)

struct Outcome: Equatable {
  var data: [UInt8] = []
  var trailers: [UInt8] = []
  var isOver = false
  var isInvalid = false
  var used = 0
}

func decode(_ bytes: [UInt8], step: Int) -> Outcome {
  var input = pool.take()!
  var output = pool.take()!
  var fields = HTTPMessage(capacity: 110)
  var trailers = H1TrailerParser()
  var decoder = H1ChunkDecoder()
  var outcome = Outcome()
  var fed = 0
  var isTrailing = false
  while true {
    if !isTrailing {
      switch decoder.next(input.readable) {
      case .needMore(let framing):
        check(framing == input.count, "framing")
        input.consumeKeeping(framing)
      case .data(let framing, let n):
        check(n > 0 && framing + n <= input.count, "data")
        outcome.data += input.readable.slice(framing, n).array
        input.consumeKeeping(framing + n)
        outcome.used += framing + n
        continue
      case .trailers(let framing):
        input.consumeKeeping(framing)
        isTrailing = true
      case .invalid(let error):
        check(error.offset < input.count, "offset")
        outcome.isInvalid = true
        return outcome
      }
    }
    if isTrailing {
      switch trailers.parse(&input, into: &fields) {
      case .needMore: break
      case .invalid:
        outcome.isInvalid = true
        return outcome
      case .complete(let framing):
        check(H1Writer.writeTrailers(fields, to: &output), "output")
        outcome.trailers = output.readable.array
        outcome.isOver = true
        outcome.used = fed - input.count + framing.headLength
        return outcome
      }
    }
    if fed == bytes.count {
      outcome.used = 0
      return outcome
    }
    let n = min(step, bytes.count - fed)
    check(input.append(Array(bytes[fed..<fed + n])), "no room")
    fed += n
  }
}

exit(
  fuzz { data, count in
    let bytes = Array(UnsafeBufferPointer(start: data, count: min(count, 16000)))
    var whole = decode(bytes, step: .max)
    if bytes.count < 600 {
      for step in [1, 3] {
        var pieces = decode(bytes, step: step)
        if whole.isInvalid || !whole.isOver { (pieces.used, whole.used) = (0, 0) }
        check(pieces == whole, "cut by \(step): \(pieces) against \(whole)")
      }
    }
    return 0
  })
