/// Why a connection failed before any stream: the numbers of the `fc_err` fetch, and the texts of `fc_err_str` and of
/// the error log line (manual section 8.2.5).
public enum ConnectionFailure: UInt8, Sendable, CaseIterable {
  case none, connectionLimit, processDescriptors, systemDescriptors, systemMemory, protocolNotSupported, socketError
  case portRange, cannotBind, noFreePort, addressInUse
  case proxyEmpty, proxyAborted, proxyTimeout, proxyTruncated, proxyNotAHeader, proxyBadHeader, proxyBadProtocol
  case netScalerEmpty, netScalerAborted, netScalerTimeout, netScalerTruncated, netScalerBadMagic, netScalerBadProtocol
  case tlsEmpty, tlsAborted, tlsTimeout, tlsTooMany, tlsMemory, tlsRenegotiation, tlsClientCA, tlsClientCertificate
  case tlsServerMismatch, tlsServerNameMismatch, tlsHandshake, tlsHandshakeAfterHeartbeat, tlsHeartbeatAttack
  case tlsNoTarget, tlsEarlyDataRefused, socks4Write, socks4Read, socks4Denied, socks4Aborted, tlsFatal

  /// The client went away, or never spoke: what `option dontlognull` leaves out.
  public var isSilence: Bool {
    switch self {
    case .none, .proxyEmpty, .proxyAborted, .netScalerEmpty, .netScalerAborted, .tlsEmpty, .tlsAborted: true
    default: false
    }
  }

  public var text: StaticString {
    switch self {
    case .none: "Success"
    case .connectionLimit: "Reached configured maxconn value"
    case .processDescriptors: "Too many sockets on the process"
    case .systemDescriptors: "Too many sockets on the system"
    case .systemMemory: "Out of system buffers"
    case .protocolNotSupported: "Protocol or address family not supported"
    case .socketError: "General socket error"
    case .portRange: "Source port range exhausted"
    case .cannotBind: "Can't bind to source address"
    case .noFreePort: "Out of local source ports on the system"
    case .addressInUse: "Local source address already in use"
    case .proxyEmpty: "Connection closed while waiting for PROXY protocol header"
    case .proxyAborted: "Connection error while waiting for PROXY protocol header"
    case .proxyTimeout: "Timeout while waiting for PROXY protocol header"
    case .proxyTruncated: "Truncated PROXY protocol header received"
    case .proxyNotAHeader: "Received something which does not look like a PROXY protocol header"
    case .proxyBadHeader: "Received an invalid PROXY protocol header"
    case .proxyBadProtocol: "Received an unhandled protocol in the PROXY protocol header"
    case .netScalerEmpty: "Connection closed while waiting for NetScaler Client IP header"
    case .netScalerAborted: "Connection error while waiting for NetScaler Client IP header"
    case .netScalerTimeout: "Timeout while waiting for a NetScaler Client IP header"
    case .netScalerTruncated: "Truncated NetScaler Client IP header received"
    case .netScalerBadMagic: "Received an invalid NetScaler Client IP magic number"
    case .netScalerBadProtocol: "Received an unhandled protocol in the NetScaler Client IP header"
    case .tlsEmpty: "Connection closed during SSL handshake"
    case .tlsAborted: "Connection error during SSL handshake"
    case .tlsTimeout: "Timeout during SSL handshake"
    case .tlsTooMany: "Too many SSL connections"
    case .tlsMemory: "Out of memory when initializing an SSL connection"
    case .tlsRenegotiation: "Rejected a client-initiated SSL renegotiation attempt"
    case .tlsClientCA: "SSL client CA chain cannot be verified"
    case .tlsClientCertificate: "SSL client certificate not trusted"
    case .tlsServerMismatch: "Server presented an SSL certificate different from the configured one"
    case .tlsServerNameMismatch: "Server presented an SSL certificate different from the expected one"
    case .tlsHandshake: "SSL handshake failure"
    case .tlsHandshakeAfterHeartbeat: "SSL handshake failure after heartbeat"
    case .tlsHeartbeatAttack: "Stopped a TLSv1 heartbeat attack (CVE-2014-0160)"
    case .tlsNoTarget: "Attempt to use SSL on an unknown target (internal error)"
    case .tlsEarlyDataRefused: "Server refused early data"
    case .socks4Write: "SOCKS4 Proxy write error during handshake"
    case .socks4Read: "SOCKS4 Proxy read error during handshake"
    case .socks4Denied: "SOCKS4 Proxy deny the request"
    case .socks4Aborted: "SOCKS4 Proxy handshake aborted by server"
    case .tlsFatal: "SSL fatal error"
    }
  }
}
