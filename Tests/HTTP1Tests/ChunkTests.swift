import HTTP
import HTTP1
import Memory
import Testing

/// Decodes a chunked body in pieces of `step` bytes; returns data, trailers as written and what is left, or nil where it
/// is invalid, or "more" as data where it is not over.
private func decode(_ text: String, step: Int = .max) -> (data: String, trailers: String, rest: Int)? {
  let whole = text.unicodeScalars.map { UInt8($0.value) }
  let pool = BufferPool(bufferSize: 65536)
  defer { withExtendedLifetime(pool) {} }
  var input = pool.take()!
  var output = pool.take()!
  var fields = HTTPMessage(capacity: 110)
  var trailers = H1TrailerParser()
  var decoder = H1ChunkDecoder()
  var data = ""
  var fed = 0
  var isTrailing = false
  while true {
    if !isTrailing {
      switch decoder.next(input.readable) {
      case .needMore(let framing):
        input.consumeKeeping(framing)
        let left = input.count
        #expect(left == 0)
      case .data(let framing, let n):
        data += input.readable.slice(framing, n).latin1
        input.consumeKeeping(framing + n)
        continue
      case .trailers(let framing):
        input.consumeKeeping(framing)
        isTrailing = true
      case .invalid(let error):
        let left = input.count
        #expect(error.offset < left)
        return nil
      }
    }
    if isTrailing {
      switch trailers.parse(&input, into: &fields) {
      case .needMore: break
      case .invalid: return nil
      case .complete(let framing):
        let fits = H1Writer.writeTrailers(fields, to: &output)
        #expect(fits)
        return (data, output.readable.latin1, input.count - framing.headLength)
      }
    }
    if fed == whole.count { return ("more", "", 0) }
    let n = min(step, whole.count - fed)
    let fits = input.append(Array(whole[fed..<fed + n]))
    precondition(fits)
    fed += n
  }
}

private let valid: [(String, String, String)] = [
  ("3\r\nabc\r\n0\r\n\r\n", "abc", "\r\n"),
  ("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nNEXT", "abcde", "\r\n"),
  ("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789", "\r\n"),
  ("0\r\n\r\n", "", "\r\n"),
  ("000\r\n\r\n", "", "\r\n"),
  ("3;ext=1\r\nabc\r\n0;x\r\nX-T: 1\r\n\r\n", "abc", "x-t: 1\r\n\r\n"),
  ("3 \r\nabc\r\n0\r\n\r\n", "abc", "\r\n"),
  ("3\t ;x\r\nabc\r\n0\r\n\r\n", "abc", "\r\n"),
  ("0000000000000000000003\r\nabc\r\n0\r\n\r\n", "abc", "\r\n"),
  ("0\r\nX: 1\r\n 2\r\nY: 3\r\n\r\n", "", "x: 1   2\r\ny: 3\r\n\r\n"),
  ("0\r\nConnection: x\r\nTE: gzip\r\nY: 3\r\n\r\n", "", "y: 3\r\n\r\n"),
]

private let invalid: [String] = [
  "3\nabc\r\n0\r\n\r\n", "3\r\nabc\n0\r\n\r\n", " 3\r\nabc\r\n0\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n",
  "3;x\u{1}\r\nabc\r\n0\r\n\r\n", "3;x\nabc\r\n0\r\n\r\n", "3;x\rabc\r\n0\r\n\r\n",
  "10000000000000003\r\nabc\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFF\r\nabc\r\n", "10000000000000\r\nabc\r\n",
  "3\r\nabc\r\n0\n\r\n", "3\r\nabc\r\n0\r\n: 1\r\n\r\n", "3\r\nabc\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n",
  "g\r\nabc\r\n0\r\n\r\n", "3,\r\nabc\r\n0\r\n\r\n", "\r\n", ";x\r\n", "-3\r\nabc", "+3\r\nabc", "3 3\r\nabc",
  "3;" + String(repeating: "x", count: 20000) + "\r\nabc\r\n0\r\n\r\n", String(repeating: "0", count: 20000),
  "0\r\nContent-Length: 5\r\n\r\n", "0\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\nHost: b\r\n\r\n",
  "0\r\nX : 1\r\n\r\n", "0\r\nX: \u{1}\r\n\r\n", "0\r\nX\r\n\r\n",
]

@Suite struct ChunkTests {
  @Test(arguments: valid) func isDecoded(_ row: (String, String, String)) {
    for step in [.max, 1, 2, 3] {
      let result = decode(row.0, step: step)
      #expect(result?.data == row.1, "\(row.0.debugDescription) by \(step)")
      #expect(result?.trailers == row.2)
    }
    #expect(decode(row.0)?.rest == (row.0.hasSuffix("NEXT") ? 4 : 0))
  }
  @Test(arguments: invalid) func isRefused(_ text: String) {
    for step in [.max, 1, 2] { #expect(decode(text, step: step) == nil, "\(text.debugDescription) by \(step)") }
  }
  @Test func everyPrefixNeedsMore() {
    for (text, _, _) in valid where !text.hasSuffix("NEXT") {
      for n in 0..<text.unicodeScalars.count {
        let prefix = String(String.UnicodeScalarView(text.unicodeScalars.prefix(n)))
        #expect(decode(prefix)?.data == "more", "\(prefix.debugDescription)")
      }
    }
  }
  @Test func sizesAreWrittenInHexadecimal() {
    withBuffer { output in
      for size: UInt64 in [1, 9, 10, 15, 16, 255, 256, 16384, .max] {
        output.reset()
        let fits1 = H1Writer.writeChunkSize(size, to: &output)
        #expect(fits1)
        let text = output.readable.latin1
        #expect(text == String(size, radix: 16, uppercase: true) + "\r\n")
      }
      output.reset()
      let fits2 = H1Writer.writeLastChunk(to: &output)
      #expect(fits2)
      let text = output.readable.latin1
      #expect(text == "0\r\n\r\n")
    }
  }
  @Test func countsData() {
    var decoder = H1ChunkDecoder()
    guard case .data(3, 3) = decoder.next(Bytes("5\r\nabc")) else { return #expect(Bool(false)) }
    #expect(decoder.remaining == 2 && decoder.total == 3 && decoder.state == .data)
    guard case .data(0, 2) = decoder.next(Bytes("de\r")) else { return #expect(Bool(false)) }
    #expect(decoder.remaining == 0 && decoder.total == 5 && decoder.state == .chunkCRLF)
  }
}
