public import Configuration
public import Primitives

/// The sockets of the runtime API, as `show cli sockets` and the environment name them.
public enum SocketListing {
  public static func text(_ address: SocketAddress) -> String {
    switch address {
    case .ip(.v4(let ip), let port): "ipv4@\(ip):\(port)"
    case .ip(.v6(let ip), let port): "ipv6@[\(ip)]:\(port)"
    case .unix(let path): "unix@\(path)"
    case .abstract(let name): "abns@\(name)"
    case .descriptor(let number): "fd@\(number)"
    case .socketPair(let number): "sockpair@\(number)"
    }
  }
  /// The value of `HAPROXY_CLI`.
  public static func environment(_ sockets: [BindSettings]) -> String {
    sockets.map { text($0.address) }.joined(separator: ";")
  }
}
