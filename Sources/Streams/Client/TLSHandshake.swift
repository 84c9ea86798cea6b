import Configuration
import Connections
import EventLoop
import LogFormat
import Memory
import Proxies
import System
import TLS

/// TLS of client connections: the handshake between the PROXY header and the session.
extension Worker {
  /// What stood before the session has come: TLS begins where the listener has it, else the session.
  func openSession(_ session: Session) {
    guard let listener = session.listener else { return }
    guard let context = listener.tlsContext else { return beginSession(session) }
    guard process.tls.begin() else {
      logConnectionError(session, .tlsTooMany)
      return closeSession(session)
    }
    session.countsTLS = true
    guard session.connection.startTLS(context) else {
      logConnectionError(session, .tlsMemory)
      return closeSession(session)
    }
    session.state = .tlsHandshake
    session.headDeadline = loop.deadline(after: listener.frontend.timeouts.client)
    continueHandshake(session)
  }

  func continueHandshake(_ session: Session) {
    switch session.connection.handshake() {
    case .done:
      loop.timers.arm(session.timer, at: TimerWheel.never)
      countHandshake(session)
      beginSession(session)
    case .wantsRead, .wantsWrite:
      session.connection.register(with: loop.poller, token: session.token)
      loop.timers.arm(session.timer, at: session.headDeadline)
    case .failed(let failure):
      session.listener?.counters.count(.tlsFailures)
      session.listener?.frontend.counters.count(.tlsFailures)
      logConnectionError(session, ConnectionFailure(failure))
      // What is left unread would turn the end into a reset, and the client might not see why.
      session.connection.discardReceived(using: buffers)
      closeSession(session)
    }
  }

  private func countHandshake(_ session: Session) {
    guard let listener = session.listener else { return }
    let isResumed = session.connection.withTLS { $0.isResumed } == true
    if isResumed {
      if session.connection.withTLS({ $0.isFromCache }) == true { process.tls.cacheHits.add(1) }
    } else {
      process.tls.countFrontendKey(at: loop.now)
    }
    let counter: TrafficCounter = isResumed ? .tlsResumed : .tlsSessions
    listener.counters.count(counter)
    listener.frontend.counters.count(counter)
  }

  func handshakeTimeout(_ session: Session) {
    logConnectionError(session, .tlsTimeout)
    closeSession(session)
  }

  /// Takes the bytes of a PROXY header off the socket that were only looked at: those behind it are TLS.
  func dropPeeked(_ session: Session, _ count: Int) {
    session.input.release()
    var left = count
    guard left > 0, var scratch = buffers.takeScratch() else { return }
    while left > 0, case .bytes(let n) = session.connection.receive(into: &scratch, limit: left) {
      left -= n
      scratch.reset()
    }
    session.connection.setCanReceive(true)
  }
}

extension ConnectionFailure {
  init(_ failure: TLSFailure) {
    self =
      switch failure.kind {
      case .closedEmpty: .tlsEmpty
      case .handshake: .tlsHandshake
      case .clientAuthority: .tlsClientCA
      case .clientCertificate: .tlsClientCertificate
      case .serverMismatch: .tlsServerMismatch
      case .serverNameMismatch: .tlsServerNameMismatch
      case .memory: .tlsMemory
      case .fatal: .tlsFatal
      }
  }
}
