import CLinux
import Glibc
import Primitives

extension Socket {
  @discardableResult func setOption(_ level: Int32, _ name: Int32, _ value: Int32) -> Bool {
    var value = value
    return unsafe setsockopt(fd, level, name, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
  }
  func getOption(_ level: Int32, _ name: Int32) -> Int32? {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return unsafe getsockopt(fd, level, name, &value, &size) == 0 ? value : nil
  }

  /// The pending error of the socket, which reading clears (`SO_ERROR`); nil: none.
  public var pendingError: SystemError? {
    guard let code = getOption(SOL_SOCKET, SO_ERROR), code != 0 else { return nil }
    return SystemError(code: code)
  }
  /// Both ends of a TCP connection have ended it, and know so: nothing is left for the kernel to do.
  public var isClosedByBoth: Bool {
    var state: UInt8 = 0
    var size: socklen_t = 1
    return unsafe getsockopt(fd, Int32(IPPROTO_TCP), TCP_INFO, &state, &size) == 0 && state == 7
  }
  @discardableResult public func setNoDelay(_ on: Bool = true) -> Bool {
    setOption(Int32(IPPROTO_TCP), TCP_NODELAY, on ? 1 : 0)
  }
  @discardableResult public func setQuickAck(_ on: Bool) -> Bool {
    setOption(Int32(IPPROTO_TCP), TCP_QUICKACK, on ? 1 : 0)
  }
  @discardableResult public func setCork(_ on: Bool) -> Bool { setOption(Int32(IPPROTO_TCP), TCP_CORK, on ? 1 : 0) }
  @discardableResult public func setReuseAddress() -> Bool { setOption(SOL_SOCKET, SO_REUSEADDR, 1) }
  @discardableResult public func setReusePort() -> Bool { setOption(SOL_SOCKET, SO_REUSEPORT, 1) }
  @discardableResult public func setV6Only(_ on: Bool) -> Bool {
    setOption(Int32(IPPROTO_IPV6), IPV6_V6ONLY, on ? 1 : 0)
  }
  @discardableResult public func setTransparent(family: Endpoint.Family) -> Bool {
    family == .ipv6 ? setOption(Int32(IPPROTO_IPV6), 75, 1) : setOption(Int32(IPPROTO_IP), 19, 1)
  }
  /// Lets a socket bind an address that is not here (yet): `IP_FREEBIND`.
  @discardableResult public func setFreeBind() -> Bool { setOption(Int32(IPPROTO_IP), 15, 1) }
  @discardableResult public func setFastOpen(queue: Int) -> Bool {
    setOption(Int32(IPPROTO_TCP), TCP_FASTOPEN, Int32(clamping: queue))
  }
  @discardableResult public func setFastOpenConnect() -> Bool { setOption(Int32(IPPROTO_TCP), 30, 1) }
  @discardableResult public func setDeferAccept(seconds: Int) -> Bool {
    setOption(Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, Int32(clamping: seconds))
  }
  @discardableResult public func setMaxSegment(_ size: Int) -> Bool {
    setOption(Int32(IPPROTO_TCP), TCP_MAXSEG, Int32(clamping: size))
  }
  @discardableResult public func setUserTimeout(milliseconds: Int) -> Bool {
    setOption(Int32(IPPROTO_TCP), 18, Int32(clamping: milliseconds))
  }
  @discardableResult public func setReceiveBuffer(_ size: Int) -> Bool {
    setOption(SOL_SOCKET, SO_RCVBUF, Int32(clamping: size))
  }
  @discardableResult public func setSendBuffer(_ size: Int) -> Bool {
    setOption(SOL_SOCKET, SO_SNDBUF, Int32(clamping: size))
  }
  @discardableResult public func setMark(_ mark: UInt32) -> Bool {
    setOption(SOL_SOCKET, SO_MARK, Int32(bitPattern: mark))
  }
  @discardableResult public func setTypeOfService(_ tos: UInt8, family: Endpoint.Family) -> Bool {
    family == .ipv6 ? setOption(Int32(IPPROTO_IPV6), 67, Int32(tos)) : setOption(Int32(IPPROTO_IP), 1, Int32(tos))
  }
  /// TCP keep-alive probes (`option clitcpka`, `srvtcpka`); nil leaves the kernel's value.
  @discardableResult public func setKeepAlive(idle: Int? = nil, interval: Int? = nil, count: Int? = nil) -> Bool {
    if let idle { setOption(Int32(IPPROTO_TCP), TCP_KEEPIDLE, Int32(clamping: idle)) }
    if let interval { setOption(Int32(IPPROTO_TCP), TCP_KEEPINTVL, Int32(clamping: interval)) }
    if let count { setOption(Int32(IPPROTO_TCP), TCP_KEEPCNT, Int32(clamping: count)) }
    return setOption(SOL_SOCKET, SO_KEEPALIVE, 1)
  }
  /// Makes `close` send a reset and drop unsent bytes (`option nolinger`, silent drops).
  @discardableResult public func setNoLinger() -> Bool {
    var value = linger(l_onoff: 1, l_linger: 0)
    return unsafe setsockopt(fd, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size)) == 0
  }
  /// Makes `close` tell the peer nothing (`silent-drop`): where the process may, the kernel forgets the connection; else
  /// the reset does not live past the first router. On one machine it arrives.
  public func vanish(family: Endpoint.Family) {
    // What was received is acknowledged now: sent again it would meet a reset.
    setOption(Int32(IPPROTO_TCP), TCP_QUICKACK, 1)
    // TCP_REPAIR
    if setOption(Int32(IPPROTO_TCP), 19, 1) { return }
    // IPV6_UNICAST_HOPS, IP_TTL
    if family == .ipv6 { setOption(Int32(IPPROTO_IPV6), 16, 1) } else { setOption(Int32(IPPROTO_IP), 2, 1) }
  }
  @discardableResult public func bindToDevice(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return unsafe bytes.withUnsafeBytes {
      unsafe setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, $0.baseAddress, socklen_t($0.count)) == 0
    }
  }
  /// The family of an inherited socket.
  public var family: Endpoint.Family {
    switch getOption(SOL_SOCKET, SO_DOMAIN) {
    case AF_INET: .ipv4
    case AF_INET6: .ipv6
    case AF_UNIX: .unix
    default: .none
    }
  }
  public var isDatagram: Bool { getOption(SOL_SOCKET, SO_TYPE) == Int32(SOCK_DGRAM.rawValue) }
  public var isListening: Bool { getOption(SOL_SOCKET, SO_ACCEPTCONN) == 1 }
}

extension Socket {
  /// Binds an address now and a port only at the connect, when more of them fit (`IP_BIND_ADDRESS_NO_PORT`).
  @discardableResult public func setBindAddressNoPort() -> Bool { setOption(Int32(IPPROTO_IP), 24, 1) }
}
