import HTTP
public import Memory
import Primitives
import System

extension FetchID {
  /// Whether the evaluator answers it by itself.
  @inlinable public var isBuiltIn: Bool {
    switch self {
    case .alwaysFalse, .alwaysTrue, .bin, .bool, .int, .ipv4, .ipv6, .str, .meth, .env, .hostname, .date, .dateUs,
      .rand, .uuid, .nbproc, .proc, .thread, .variable:
      true
    default: false
    }
  }
}

extension Evaluator {
  /// Fetches that need nothing but their arguments and the process.
  @usableFromInline
  func fetchBuiltIn(_ call: FetchCall, _ scopes: VariableScopes, into sample: inout Sample) -> Bool {
    switch call.id {
    case .alwaysFalse: sample.data = .boolean(false)
    case .alwaysTrue: sample.data = .boolean(true)
    case .bin: sample.data = .binary(call.arguments.first.text ?? Bytes())
    case .str: sample.data = .string(call.arguments.first.text ?? Bytes())
    case .bool: sample.data = .boolean(call.arguments.first.integer == 1)
    case .int: sample.data = .integer(call.arguments.first.integer ?? 0)
    case .meth:
      let text = call.arguments.first.text ?? Bytes()
      sample.data = .method(HTTPMethod(text), text)
    case .ipv4:
      guard case .mask(let bits) = call.arguments.first else { return false }
      sample.data = .ipv4(IPv4Address(bits: bits))
    case .ipv6:
      guard case .mask6(let address) = call.arguments.first else { return false }
      sample.data = .ipv6(address)
    case .env:
      guard let text = call.arguments.first.text else { return false }
      sample.data = .string(text)
    case .hostname: sample.data = .string(hostName)
    case .nbproc: sample.data = .integer(1)
    case .proc: sample.data = .integer(1)
    case .thread: sample.data = .integer(Int64(thread))
    case .date: sample.data = .integer(date(call.arguments))
    case .dateUs: sample.data = .integer(Clock.wallMicroseconds() % 1_000_000)
    case .rand: sample.data = .integer(randomNumber(below: call.arguments.first.integer))
    case .uuid:
      guard let text = uuid() else { return false }
      sample.data = .string(text)
    case .variable: return fetchVariable(call.arguments, scopes, into: &sample)
    default: return false
    }
    return true
  }

  private func date(_ arguments: Arguments) -> Int64 {
    let now = Clock.wallMicroseconds()
    let offset = arguments.first.integer ?? 0
    switch arguments.second.integer ?? 0 {
    case 1: return now / 1000 &+ offset
    case 2: return now &+ offset
    default: return now / 1_000_000 &+ offset
    }
  }

  /// 32 random bits, or a number from 0 up to but not including `range`.
  private func randomNumber(below range: Int64?) -> Int64 {
    let bits = random.next() >> 32
    guard let range else { return Int64(bits) }
    return Int64((UInt64(bitPattern: range) &* bits) >> 32)
  }

  /// A random identifier of version 4 (RFC 4122).
  public func uuid() -> Bytes? {
    if arena.room < 36 { return nil }
    let high = random.next() & ~0xf000 | 0x4000
    let low = random.next() & ~(3 << 62) | 2 << 62
    arena.begin()
    for i in 0..<32 {
      if i == 8 || i == 12 || i == 16 || i == 20 { arena.append(byte: UInt8(ascii: "-")) }
      let digit = UInt8(truncatingIfNeeded: (i < 16 ? high : low) >> UInt64(60 - 4 * (i & 15)) & 15)
      arena.append(byte: digit < 10 ? 48 &+ digit : 87 &+ digit)
    }
    return arena.finish()
  }

  private func fetchVariable(_ arguments: Arguments, _ scopes: VariableScopes, into sample: inout Sample) -> Bool {
    guard let id = arguments.first.variable else { return false }
    if let value = variables.value(id, scopes, arena: arena) {
      sample.data = value
      return true
    }
    guard let other = arguments.second.text else { return false }
    sample.data = .string(other)
    return true
  }
}
