import Configuration
import HTTP2
import Memory

/// Where a client turns out to speak HTTP/2: `proto h2`, what TLS agreed on, or the preface on a clear connection.
extension Worker {
  /// Before anything was read. True: the connection has a multiplexer now.
  func beginsWithHTTP2(_ session: Session) -> Bool {
    guard let listener = session.listener else { return false }
    let agreed =
      session.connection.isTLS
      ? session.connection.withTLS { $0.negotiatedProtocol == .http2 } ?? false : false
    guard listener.proto == "h2" || (agreed && listener.proto == nil) else { return false }
    startMux(session)
    return true
  }

  /// With the first bytes of a connection in `session.input`. True: it was dealt with.
  func isHTTP2Preface(_ session: Session) -> Bool {
    guard session.requestCount == 0, session.carrier == nil, let listener = session.listener, listener.proto == nil,
      !listener.frontend.options.contains(.h2UpgradeDisabled)
    else { return false }
    let preface = Bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    let bytes = session.input.readable
    if bytes.count >= preface.count {
      guard bytes.hasPrefix(preface) else { return false }
      startMux(session)
      return true
    }
    if bytes.count < 3 || !preface.hasPrefix(bytes) { return false }
    // The rest of it decides.
    guard session.connection.canReceive, session.input.room > 0,
      case .bytes = session.connection.receive(into: &session.input)
    else { return waitForPreface(session) }
    return isHTTP2Preface(session)
  }

  private func waitForPreface(_ session: Session) -> Bool {
    if session.connection.endReceived { return false }
    session.state = .preface
    session.connection.register(with: loop.poller, token: session.token)
    loop.timers.arm(session.timer, at: session.headDeadline)
    return true
  }
}
