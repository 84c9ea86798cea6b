public import HTTP
public import Memory
public import Primitives

/// One argument of a compiled fetch or converter: a plain value.
public enum Argument: Sendable {
  case none
  case integer(Int64)
  case text(Bytes)
  /// The number that the configuration gave to a proxy, a server, a table or a user list.
  case object(Int32)
  case variable(VariableID)
  case header(HTTPHeaderName)
  /// Index into the program's regular expressions.
  case regex(Int32)
  /// Index into the program's pattern expressions.
  case patterns(Int32)
  /// Index into the program's digests.
  case digest(Int32)
  /// Index into the program's Protocol Buffers paths.
  case path(Int32)
  case mask(UInt32)
  case mask6(IPv6Address)

  @inlinable public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  @inlinable public var text: Bytes? { if case .text(let text) = self { text } else { nil } }
  @inlinable public var object: Int32? { if case .object(let id) = self { id } else { nil } }
  @inlinable public var variable: VariableID? { if case .variable(let id) = self { id } else { nil } }
}

/// Up to four arguments, in place.
public struct Arguments: Sendable {
  public var first: Argument = .none
  public var second: Argument = .none
  public var third: Argument = .none
  public var fourth: Argument = .none
  @inlinable public init() {}

  @inlinable public subscript(i: Int) -> Argument {
    get {
      switch i {
      case 0: first
      case 1: second
      case 2: third
      case 3: fourth
      default: .none
      }
    }
    set {
      switch i {
      case 0: first = newValue
      case 1: second = newValue
      case 2: third = newValue
      case 3: fourth = newValue
      default: break
      }
    }
  }
}

/// An argument as it was written, before the fetch or converter it belongs to has looked at it.
enum ParsedArgument {
  case integer(Int64)
  case string([UInt8])
  /// The name of something that the whole configuration must be known to find.
  case name(ArgumentType, [UInt8])
  case ipv4(IPv4Address)
  case ipv6(IPv6Address)
  case mask4(UInt32)
  case mask6(IPv6Address)
  case fieldNumber([UInt32])

  var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  var string: [UInt8]? { if case .string(let text) = self { text } else { nil } }
}

extension [ParsedArgument] {
  func integer(_ i: Int) -> Int64? { i < count ? self[i].integer : nil }
  /// The text of argument `i`, empty where it is missing.
  func string(_ i: Int) -> [UInt8] { i < count ? self[i].string ?? [] : [] }
}
