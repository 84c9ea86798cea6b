public import HTTP
public import Memory

/// Reads the trailer section behind the last chunk (RFC 9112 7.1.2) into a message's fields: like header lines, but
/// the fields that frame or route a message are refused in it, and those of one hop are dropped (RFC 9110 6.5.1).
public struct H1TrailerParser: ~Copyable {
  private var lines: H1HeadParser

  public init(limits: H1Limits = H1Limits()) {
    lines = H1HeadParser(.response, limits: limits)
    lines.state = .headerFirst
    lines.isTrailer = true
  }

  /// Reads on. The buffer's readable bytes start with the trailer section in each call; `complete` has its length,
  /// the empty line that ends it included.
  /// - Parameter fields: gets the trailers; its start line is left alone.
  public mutating func parse(_ buffer: inout Buffer, into fields: inout HTTPMessage) -> H1HeadResult {
    lines.parseTrailers(&buffer, into: &fields)
  }
  public mutating func reset() {
    lines.reset()
    lines.state = .headerFirst
  }
}

extension H1HeadParser {
  mutating func parseTrailers(_ buffer: inout Buffer, into message: inout HTTPMessage) -> H1HeadResult {
    let bytes = buffer.readable
    if position == 0 || !bytes.hasSameStart(as: head) || position > bytes.count {
      reset()
      state = .headerFirst
      message.removeAllFields()
    }
    head = bytes
    switch fields(&buffer, bytes, &message) {
    case .more:
      if bytes.count >= limits.maxHeadLength { return .invalid(H1Error(state: .trailers, offset: bytes.count)) }
      return .needMore
    case .error(let at, let status): return .invalid(H1Error(state: .trailers, offset: at, status: status))
    case .done: break
    }
    if position > limits.maxHeadLength { return .invalid(H1Error(state: .trailers, offset: position)) }
    framing.headLength = position
    return .complete(framing)
  }
}

extension H1HeadParser {
  /// As `note`, for a trailer.
  func noteTrailer(_ known: KnownHeader, _ keeps: inout Bool) -> Int {
    switch known {
    case .contentLength, .transferEncoding, .host: return 400
    case .connection, .upgrade, .te, .http2Settings:
      keeps = false
      return 0
    default: return 0
    }
  }
}
