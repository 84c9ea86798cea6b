import Memory
import Primitives
import Testing

@testable import System

@Suite struct DissolvedSocketTests {
  /// A listening socket of this machine, a connection to it, and the accepted end.
  private func connected() throws -> (listener: Socket, client: Socket, accepted: Socket) {
    let listener = try Socket.make(family: .ipv4)
    try listener.bind(to: Endpoint(try #require(IPAddress("127.0.0.1")), port: 0))
    try listener.listen(backlog: 4)
    let client = try Socket.make(family: .ipv4)
    return (listener, client, try connect(client, to: listener))
  }
  private func connect(_ client: Socket, to listener: Socket) throws -> Socket {
    if case .failed(let error) = client.connect(to: listener.localEndpoint) { throw error }
    while true {
      if case .success(let (accepted, _)) = listener.accept() { return accepted }
    }
  }
  /// Receives until the peer's end, or its reset, has come.
  private func waitForEnd(_ socket: Socket) throws -> IOResult {
    guard var buffer = BufferPool(bufferSize: 4096).take() else { return .wouldBlock }
    while true {
      let result = socket.receive(into: &buffer)
      if case .wouldBlock = result { continue }
      if case .bytes = result { continue }
      return result
    }
  }

  @Test func isClosedByBothOnlyAtTheEnd() throws {
    let (listener, client, accepted) = try connected()
    #expect(!client.isClosedByBoth)
    accepted.close()
    guard case .closed = try waitForEnd(client) else {
      Issue.record("not ended")
      return
    }
    #expect(!client.isClosedByBoth)
    client.shutdown(.write)
    while !client.isClosedByBoth {}
    client.close()
    listener.close()
  }

  @Test func connectsAnewFromAnotherPort() throws {
    let (listener, client, accepted) = try connected()
    accepted.close()
    _ = try waitForEnd(client)
    client.shutdown(.write)
    while !client.isClosedByBoth {}
    #expect(client.disconnect())
    let second = try connect(client, to: listener)
    #expect(second.peerEndpoint == client.localEndpoint)
    guard case .bytes(2) = client.send(Bytes("ab")) else {
      Issue.record("not sent")
      return
    }
    for socket in [second, client, listener] { socket.close() }
  }

  @Test func resetsAnOpenConnection() throws {
    let (listener, client, accepted) = try connected()
    #expect(client.disconnect())
    guard case .failed = try waitForEnd(accepted) else {
      Issue.record("no reset")
      return
    }
    for socket in [accepted, client, listener] { socket.close() }
  }
}
