import CLinux
import Glibc
import Primitives

/// A `sockaddr` as the kernel wants it. Conversions to and from the typed addresses live here only.
struct RawSocketAddress {
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

  init() {}

  init?(_ address: SocketAddress) {
    switch address {
    case .ip(let ip, let port): self.init(Endpoint(ip, port: port))
    case .unix(let path):
      self.init(path: Array(path.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }), abstract: false)
    case .abstract(let name):
      self.init(path: Array(name.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }), abstract: true)
    case .descriptor, .socketPair: return nil
    }
  }

  init(_ endpoint: Endpoint) {
    switch endpoint.family {
    case .ipv4, .none, .unix:
      var sin = sockaddr_in()
      sin.sin_family = sa_family_t(AF_INET)
      sin.sin_port = endpoint.port.bigEndian
      sin.sin_addr.s_addr = UInt32(truncatingIfNeeded: endpoint.low).bigEndian
      unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: sin, as: sockaddr_in.self) }
      length = socklen_t(MemoryLayout<sockaddr_in>.size)
    case .ipv6:
      var sin = sockaddr_in6()
      sin.sin6_family = sa_family_t(AF_INET6)
      sin.sin6_port = endpoint.port.bigEndian
      unsafe withUnsafeMutableBytes(of: &sin.sin6_addr) {
        unsafe $0.storeBytes(of: endpoint.high.bigEndian, as: UInt64.self)
        unsafe $0.storeBytes(of: endpoint.low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: sin, as: sockaddr_in6.self) }
      length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    }
  }

  init?(path: [UInt8], abstract: Bool) {
    var sun = sockaddr_un()
    sun.sun_family = sa_family_t(AF_UNIX)
    let limit = MemoryLayout.size(ofValue: sun.sun_path) - (abstract ? 1 : 1)
    if path.count > limit { return nil }
    unsafe withUnsafeMutableBytes(of: &sun.sun_path) { room in
      let start = abstract ? 1 : 0
      for (i, byte) in path.enumerated() where start + i < room.count { unsafe room[start + i] = byte }
    }
    unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: sun, as: sockaddr_un.self) }
    length = socklen_t(MemoryLayout<sockaddr_un>.size)
  }

  var endpoint: Endpoint {
    switch Int32(storage.ss_family) {
    case AF_INET:
      let sin = unsafe withUnsafeBytes(of: storage) { unsafe $0.load(as: sockaddr_in.self) }
      return Endpoint(
        family: .ipv4, port: UInt16(bigEndian: sin.sin_port), low: UInt64(UInt32(bigEndian: sin.sin_addr.s_addr)))
    case AF_INET6:
      let sin = unsafe withUnsafeBytes(of: storage) { unsafe $0.load(as: sockaddr_in6.self) }
      let (high, low) = unsafe withUnsafeBytes(of: sin.sin6_addr) {
        unsafe (
          UInt64(bigEndian: $0.load(as: UInt64.self)), UInt64(bigEndian: $0.load(fromByteOffset: 8, as: UInt64.self))
        )
      }
      return Endpoint(family: .ipv6, port: UInt16(bigEndian: sin.sin6_port), high: high, low: low)
    case AF_UNIX: return Endpoint(family: .unix)
    default: return .none
    }
  }

  func with<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    unsafe withUnsafePointer(to: storage) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
    }
  }
  mutating func fill(_ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) -> Int32 {
    length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutablePointer(to: &length) { lengthPointer in
      unsafe withUnsafeMutablePointer(to: &storage) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, lengthPointer) }
      }
    }
  }
}
