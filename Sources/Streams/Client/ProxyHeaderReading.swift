import Configuration
import Connections
import EventLoop
import LogFormat
import Memory
import Primitives
import Proxies
import System

/// The PROXY protocol, versions 1 and 2 (proxy-protocol.txt), as clients speak it.
extension Worker {
  /// Reads the header that `accept-proxy` demands. Exactly its bytes are taken from the socket's buffer.
  func readProxyHeader(_ session: Session) {
    guard let listener = session.listener else { return }
    if !session.input.isBacked {
      guard let fresh = buffers.takeScratch() else { return closeSession(session) }
      session.input = fresh
    }
    while true {
      if session.input.count > 0 {
        if let magic = session.netScalerMagic, !session.hasNetScalerHeader {
          if !readNetScalerHeader(session, magic) { return }
          if !session.expectsProxyHeader { return headerEnded(session) }
          continue
        }
        switch ProxyHeader.parse(session.input.readable) {
        case .needMore:
          // Its sender must write it at once (proxy-protocol.txt, section 2); HAProxy takes no pieces either.
          if session.connection.canReceive == false { return refuseProxyHeader(session, .proxyTruncated) }
        case .unknownProtocol: return refuseProxyHeader(session, .proxyBadProtocol)
        case .badLine: return refuseProxyHeader(session, .proxyBadHeader)
        case .invalid: return refuseProxyHeader(session, session.input.count < 8 ? .proxyTruncated : .proxyNotAHeader)
        case .complete(let header):
          take(header, session)
          // What is wrong behind the addresses is told with them.
          if header.isBad { return refuseProxyHeader(session, .proxyBadHeader) }
          session.input.consume(header.length)
          return headerEnded(session)
        }
      }
      guard session.connection.canReceive == true else {
        session.connection.register(with: loop.poller, token: session.token)
        loop.timers.arm(session.timer, at: session.headDeadline)
        return
      }
      if session.input.room == 0 { return refuseProxyHeader(session, .proxyTruncated) }
      let limit = tune.limits.maxHeadLength
      let result: IOResult
      if listener.tlsContext == nil {
        result = session.connection.receive(into: &session.input, limit: limit)
      } else {
        session.input.reset()
        result = session.connection.peek(into: &session.input, limit: limit)
        session.peeked = session.input.count
        // Looking again would find the same.
        session.connection.setCanReceive(false)
      }
      switch result {
      case .bytes, .wouldBlock: continue
      case .closed: return refuseProxyHeader(session, session.input.isEmpty ? .proxyEmpty : .proxyTruncated)
      case .failed: return refuseProxyHeader(session, .proxyAborted)
      }
    }
  }

  private func take(_ header: ProxyHeader, _ session: Session) {
    if let source = header.source { session.peer = source }
    if let destination = header.destination {
      session.local = destination
      session.hasLocal = true
    }
    if let name = header.namespace, let place = namespacePlace(name) { session.namespace = place }
    if header.isBad || (header.authority == nil && header.uniqueID == nil) { return }
    let names = session.proxyNames ?? ProxyNames()
    session.proxyNames = names
    names.authority.set(header.authority ?? Bytes())
    names.uniqueID.set(header.uniqueID ?? Bytes())
  }

  /// Behind the header the session begins, or its TLS.
  private func headerEnded(_ session: Session) {
    if session.listener?.tlsContext != nil { dropPeeked(session, session.peeked - session.input.count) }
    if session.input.isEmpty { session.input.release() }
    openSession(session)
  }

  /// False: it was refused.
  private func readNetScalerHeader(_ session: Session, _ magic: UInt32) -> Bool {
    var result = NetScalerHeader.parse(session.input.readable, magic: magic)
    while case .needMore = result, session.connection.canReceive == true, session.input.room > 0 {
      guard case .bytes = session.connection.receive(into: &session.input, limit: tune.limits.maxHeadLength) else {
        break
      }
      result = NetScalerHeader.parse(session.input.readable, magic: magic)
    }
    switch result {
    case .needMore: refuseProxyHeader(session, .netScalerTruncated)
    case .badMagic: refuseProxyHeader(session, .netScalerBadMagic)
    case .badProtocol: refuseProxyHeader(session, .netScalerBadProtocol)
    case .complete(let length, let source, let destination):
      session.input.consume(length)
      session.peer = source
      session.local = destination
      session.hasLocal = true
      session.hasNetScalerHeader = true
      if session.input.isEmpty && !session.expectsProxyHeader { session.input.release() }
      return true
    }
    return false
  }

  private func refuseProxyHeader(_ session: Session, _ failure: ConnectionFailure = .proxyNotAHeader) {
    if let listener = session.listener, listener.tlsContext != nil {
      // As HAProxy counts: TLS that cannot begin has failed.
      listener.counters.count(.tlsFailures)
      listener.frontend.counters.count(.tlsFailures)
    }
    if let listener = session.listener, listener.frontend.log.errorFormat != nil, let context = listener.tlsContext {
      // The line tells what TLS would have begun with.
      _ = session.connection.startTLS(context)
    }
    logConnectionError(session, failure)
    // What was sent was not taken: its sender is told by a reset.
    closeSession(session, reset: !session.input.isEmpty)
  }
}

/// Texts of a received PROXY header, for fetches and for servers that are told of them.
final class ProxyNames {
  var authority = CapturedText(capacity: ProxyHeader.authorityLimit)
  var uniqueID = CapturedText(capacity: ProxyHeader.uniqueIDLimit)

  func clear() {
    authority.clear()
    uniqueID.clear()
  }
}
