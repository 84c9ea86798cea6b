public import HTTP
public import Memory

/// Heads that were written into the buffer a moment ago by somebody who knows where their parts stand: nothing has to be
/// looked for. Every check that is made of parts is made as if the bytes had come from a peer.
///
/// Where `beginRequest` or `add` says no, or `finish` gives nothing, the parser is as before, and the text is parsed.
extension H1HeadParser {
  /// A request whose line is written. False: its target is none. `scheme`, `authority`: lengths of these parts of a target
  /// in the absolute form, of which the rest is empty or starts with a slash; 0 where they are not known.
  public mutating func beginRequest(
    _ buffer: borrowing Buffer, method: Bytes, target: Bytes, scheme: Int, authority: Int,
    into message: inout HTTPMessage
  ) -> Bool {
    begin(buffer, into: &message)
    if target.isEmpty || target.firstNotTarget(from: 0) < target.count { return giveUp() }
    message.setMethod(method)
    message.target = target
    if authority > 0 { knownTarget = RequestTarget(absolute: target, scheme: scheme, authority: authority) }
    return true
  }

  /// An answer whose line is written, with that status of three digits and no reason.
  public mutating func beginResponse(
    _ buffer: borrowing Buffer, status: Int, method: HTTPMethod, wantsUpgrade: Bool, into message: inout HTTPMessage
  ) {
    requestMethod = method
    requestWantsUpgrade = wantsUpgrade
    begin(buffer, into: &message)
    message.status = status
  }
  private mutating func begin(_ buffer: borrowing Buffer, into message: inout HTTPMessage) {
    reset()
    message.reset(kind)
    head = buffer.readable
  }

  /// A field that is written: its name in lower case, its value without control bytes but tabs and without blanks around.
  public mutating func add(
    _ name: Bytes, _ value: Bytes, _ known: KnownHeader, into message: inout HTTPMessage
  ) -> Bool {
    take(name, value, known, &message) == 0 || giveUp()
  }

  /// The head is written, with its empty line: so many bytes. nil: it has to be parsed.
  public mutating func finish(
    _ buffer: inout Buffer, length: Int, into message: inout HTTPMessage
  ) -> H1HeadResult? {
    if length > limits.maxHeadLength {
      _ = giveUp()
      return nil
    }
    position = length
    head = buffer.readable
    return settle(&buffer, &message)
  }
  private mutating func giveUp() -> Bool {
    reset()
    return false
  }
}
