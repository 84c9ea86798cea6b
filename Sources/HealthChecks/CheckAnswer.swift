import HTTP
import HTTP1
import Memory

/// Reads answers to HTTP checks. One serves all checks of a worker, since it starts over with each call: an answer mostly
/// comes in one piece.
final class CheckAnswer {
  enum Reading { case needMore, invalid, complete }

  private var parser: H1HeadParser
  private(set) var message: HTTPMessage
  private(set) var body = Bytes()
  private(set) var isBodyWhole = false
  private(set) var isBodyInvalid = false
  /// The number in the status line, which need not have three digits.
  private(set) var status = 0
  /// Bodies without their framing.
  private let arena: ByteArena
  private let maxTrailers: Int

  init(limits: H1Limits = H1Limits()) {
    parser = H1HeadParser(.response, limits: limits)
    maxTrailers = limits.maxHeaders - 1
    message = HTTPMessage(capacity: limits.maxHeaders + 8)
    arena = ByteArena(capacity: max(64 << 10, 4 * limits.maxHeadLength))
  }

  deinit { arena.giveBack() }

  /// - Parameters:
  ///   - buffer: all that has come of the answer.
  ///   - asksForHead: the request's method was HEAD.
  ///   - ended: whether the server has closed, or no more fits in the buffer.
  func read(_ buffer: inout Buffer, asksForHead: Bool, ended: Bool) -> Reading {
    arena.reset()
    if buffer.isEmpty { return .needMore }
    let odd = Self.takeOddStatus(&buffer)
    parser.reset()
    let method: HTTPMethod = asksForHead ? .head : .get
    switch parser.parseResponse(&buffer, into: &message, method: method, wantsUpgrade: false) {
    case .needMore: return .needMore
    case .invalid: return .invalid
    case .complete(let framing):
      status = odd ?? message.status
      let rest = buffer.readable.dropFirst(framing.headLength)
      if odd == nil && (100...199).contains(status) {
        // An interim answer is taken for the answer, as HAProxy does, unless what follows cannot be one.
        let start = Bytes("HTTP/")
        if !rest.isEmpty && !rest.prefix(5).equals(start.prefix(rest.count)) { return .invalid }
        (body, isBodyWhole, isBodyInvalid) = (Bytes(), true, false)
        return .complete
      }
      if odd == 101 {
        // What follows is of another protocol, as far as it has come.
        (body, isBodyWhole, isBodyInvalid) = (rest, true, false)
        return .complete
      }
      let found = CheckBody(framing, rest, arena, maxTrailers: maxTrailers)
      (body, isBodyWhole, isBodyInvalid) = (found.bytes, found.isWhole || ended, found.isInvalid)
      return .complete
    }
  }

  /// Servers are known to answer with numbers that are no status. They are judged as numbers: the parser, which is
  /// strict, sees 200 instead.
  private static func takeOddStatus(_ buffer: inout Buffer) -> Int? {
    let bytes = buffer.readable
    guard bytes.hasPrefix(Bytes("HTTP/")), let space = bytes.prefix(16).firstIndex(of: 0x20) else { return nil }
    var end = space + 1
    var value = 0
    while let c = bytes.at(end), c &- 48 < 10, end < space + 10 {
      value = value * 10 + Int(c &- 48)
      end += 1
    }
    let digits = end - space - 1
    guard digits > 0, digits != 3 || value < 100 || value == 101, let next = bytes.at(end),
      next == 0x20 || next == 13 || next == 10
    else {
      return nil
    }
    var text = Array(bytes.prefix(space + 1).array)
    text += Array("200".utf8) + bytes.dropFirst(end).array
    buffer.reset()
    return buffer.append(text) ? value : nil
  }
}
