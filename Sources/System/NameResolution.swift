import CLinux
import Glibc
import Primitives
import Synchronization

/// Host names through the C library, in the order it gives. Blocking: for start-up, never on the data path.
public enum NameResolution {
  public enum Preference: Sendable { case any, v4, v6 }

  private static let avoidsAddressInfo = Atomic<Bool>(false)
  /// Whether getaddrinfo(3) is asked. Otherwise gethostbyname(3) is, which knows IPv4 only (`nogetaddrinfo`, `-dG`).
  public static var usesAddressInfo: Bool {
    get { !avoidsAddressInfo.load(ordering: .relaxed) }
    set { avoidsAddressInfo.store(!newValue, ordering: .relaxed) }
  }

  /// The first address of `name`, or nil where it has none. `family` other than `any` takes no address of the other.
  public static func firstAddress(of name: String, family: Preference = .any) -> IPAddress? {
    addresses(of: name, family: family).first
  }

  /// All addresses of `name`, without repeats.
  public static func addresses(of name: String, family: Preference = .any) -> [IPAddress] {
    guard let answers = SystemAnswers.ofThisThread else { return ownAddresses(of: name, family) }
    let found = answers.answer(to: "resolve \(family) \(name)") {
      SystemAnswers.Answer(parts: ownAddresses(of: name, family).map(\.bytes))
    }
    return found.parts.compactMap { IPAddress(bytes: $0) }
  }

  private static func ownAddresses(of name: String, _ family: Preference) -> [IPAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    switch family {
    case .any: unsafe hints.ai_family = AF_UNSPEC
    case .v4: unsafe hints.ai_family = AF_INET
    case .v6: unsafe hints.ai_family = AF_INET6
    }
    if name.isEmpty { return [] }
    if !usesAddressInfo { return family == .v6 ? [] : oldAddresses(of: name) }
    var first: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(bytePath(name), nil, &hints, &first) == 0, let list = unsafe first else { return [] }
    defer { unsafe freeaddrinfo(list) }
    var found: [IPAddress] = []
    var entry: UnsafeMutablePointer<addrinfo>? = unsafe list
    while let current = unsafe entry {
      if let address = unsafe RawSocketAddress(copying: current.pointee.ai_addr, current.pointee.ai_addrlen).endpoint
        .address,
        !found.contains(address)
      {
        found.append(address)
      }
      unsafe entry = current.pointee.ai_next
    }
    return found
  }

  private static func oldAddresses(of name: String) -> [IPAddress] {
    var bytes = [UInt8](repeating: 0, count: 4 * 64)
    let count = unsafe weir_host_by_name(bytePath(name), &bytes, 64)
    return (0..<max(0, Int(count))).map { i in
      .v4(IPv4Address(bits: bytes[4 * i..<4 * i + 4].reduce(0) { $0 << 8 | UInt32($1) }))
    }
  }
}

extension RawSocketAddress {
  /// A copy of an address that the C library handed out.
  fileprivate init(copying address: UnsafeMutablePointer<sockaddr>?, _ length: socklen_t) {
    self.init()
    guard let address = unsafe address, Int(length) <= MemoryLayout<sockaddr_storage>.size else { return }
    unsafe withUnsafeMutableBytes(of: &storage) { room in
      unsafe room.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
    }
    self.length = length
  }
}

extension IPAddress {
  fileprivate var bytes: [UInt8] {
    func split(_ number: UInt64, _ count: UInt64) -> [UInt8] {
      (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    switch self {
    case .v4(let address): return split(UInt64(address.bits), 4)
    case .v6(let address): return split(address.high, 8) + split(address.low, 8)
    }
  }
  fileprivate init?(bytes: [UInt8]) {
    func join(_ part: ArraySlice<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
    switch bytes.count {
    case 4: self = .v4(IPv4Address(bits: UInt32(truncatingIfNeeded: join(bytes[...]))))
    case 16: self = .v6(IPv6Address(high: join(bytes[..<8]), low: join(bytes[8...])))
    default: return nil
    }
  }
}
