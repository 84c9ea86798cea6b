public import Memory
import System

/// A stream of a multiplexed connection, which behaves as a connection of its own.
extension Connection {
  public init(_ link: ByteLink) {
    self.init()
    self.link = link
    noteLink()
  }

  /// What stands in for its socket, where it is such a stream.
  public var streamLink: ByteLink? { link }

  /// Takes in what the multiplexer did: bytes, room, an end.
  public mutating func noteLink() {
    guard let link else { return }
    if link.canReceive { setCanReceive(true) }
    if link.canSend { setCanSend(true) }
    if link.isBroken || link.isCut { notePeerGone() }
  }

  /// The server may not have seen what was sent: always so for a connection of its own that ends.
  public var isUnserved: Bool { link?.isUnserved ?? true }

  mutating func receive(from link: ByteLink, into buffer: inout Buffer, limit: Int) -> IOResult {
    if link.isBroken { return noteReceived(.failed(SystemError(code: 104))) }
    let n = link.receive(into: &buffer, limit: limit)
    if n > 0 {
      setCanReceive(link.canReceive)
      return .bytes(n)
    }
    setCanReceive(false)
    if !link.incoming.isEmpty { return .wouldBlock }
    if link.isCut && !link.incomingEnded { return noteReceived(.failed(SystemError(code: 104))) }
    if !link.incomingEnded { return .wouldBlock }
    return noteReceived(.closed)
  }

  mutating func send(to link: ByteLink, _ first: Bytes, _ second: Bytes) -> IOResult {
    if link.isBroken || link.isCut { return noteSendFailure(SystemError(code: 32)) }
    let n = link.send(first, second)
    if n < first.count + second.count { setCanSend(false) }
    return n > 0 ? .bytes(n) : .wouldBlock
  }
}
