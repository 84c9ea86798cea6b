/// An address as the configuration writes it (manual section 11): an IP endpoint, a local socket, or an inherited one.
public enum SocketAddress: Hashable, Sendable {
  case ip(IPAddress, port: UInt16)
  /// `unix@path`, or a word that starts with a slash.
  case unix(String)
  /// `abns@name`: a Linux abstract name, padded to the size of the address as HAProxy does.
  case abstract(String)
  /// `fd@N`: a socket that the parent process opened.
  case descriptor(Int32)
  /// `sockpair@N`: connections arrive as descriptors over the inherited socket `N`.
  case socketPair(Int32)

  public var endpoint: Endpoint {
    switch self {
    case .ip(let address, let port): Endpoint(address, port: port)
    case .unix, .abstract: Endpoint(family: .unix)
    case .descriptor, .socketPair: .none
    }
  }
}
