public import Primitives

/// Where a server is: an address that is known, or a name that start-up resolves (`init-addr`).
public enum ServerAddress: Sendable, Hashable {
  case socket(SocketAddress)
  /// A host name; the port stays in `ServerSettings.port`.
  case unresolved(String)
}

/// What `init-addr` may try, in order.
public enum InitialAddress: Sendable, Hashable {
  case last, libc, none
  case ip(IPAddress)
}

/// Which addresses a name may stand for.
public enum NameFamily: Sendable { case any, v4, v6 }

public enum MarkedDownAction: Sendable { case none, shutdownSessions }
public enum MarkedUpAction: Sendable { case none, shutdownBackupSessions }
public enum ObserveMode: Sendable { case none, layer4, layer7 }
public enum OnErrorAction: Sendable { case fastInter, failCheck, suddenDeath, markDown }
public enum ProxyProtocolVersion: Sendable { case none, v1, v2 }

/// `proxy-v2-options`: what a PROXY header of version 2 tells beside the addresses.
public struct ProxyHeaderOptions: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// `ssl`: how the client is connected.
  public static let tls = ProxyHeaderOptions(rawValue: 1)
  /// The host name of the client's TLS handshake.
  public static let authority = ProxyHeaderOptions(rawValue: 2)
  /// `crc32c`
  public static let checksum = ProxyHeaderOptions(rawValue: 4)
  /// `cert-cn`: the common name of the client's certificate.
  public static let commonName = ProxyHeaderOptions(rawValue: 8)
  /// `ssl-cipher`
  public static let cipher = ProxyHeaderOptions(rawValue: 16)
  /// `cert-sig`: how the certificate that the client saw is signed.
  public static let signature = ProxyHeaderOptions(rawValue: 32)
  /// `cert-key`: what kind of key that certificate has.
  public static let key = ProxyHeaderOptions(rawValue: 64)
  /// `unique-id`
  public static let uniqueID = ProxyHeaderOptions(rawValue: 128)
}

/// `ws`: how WebSockets reach a server. `auto`: as other requests do, but rather by HTTP/1.1 where TLS can choose.
public enum WebSocketProtocol: Sendable { case auto, h1, h2 }
