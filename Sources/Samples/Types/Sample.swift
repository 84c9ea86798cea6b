public import HTTP
public import Memory
public import Primitives

/// The value of a sample. Text is a view of memory of another owner (a buffer, an arena, the configuration).
public enum SampleData: Sendable {
  case boolean(Bool)
  case integer(Int64)
  case ipv4(IPv4Address)
  case ipv6(IPv6Address)
  case string(Bytes)
  case binary(Bytes)
  /// The number of the method; the text is only meaningful for `.other`.
  case method(HTTPMethod, Bytes)

  @inlinable public var type: SampleType {
    switch self {
    case .boolean: .boolean
    case .integer: .integer
    case .ipv4: .ipv4
    case .ipv6: .ipv6
    case .string: .string
    case .binary: .binary
    case .method: .method
    }
  }
  /// The text of a string, a binary or a method sample.
  @inlinable public var text: Bytes? {
    switch self {
    case .string(let text), .binary(let text): text
    case .method(let id, let text): id == .other ? text : Bytes(id.name)
    default: nil
    }
  }
}

/// What is known of a sample besides its value.
public struct SampleFlags: OptionSet, Sendable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// The value may differ when asked again later, so a negative answer is not final.
  public static let mayChange = SampleFlags(rawValue: 1)
  /// More values follow: an iterating caller may fetch again with the same sample.
  public static let notLast = SampleFlags(rawValue: 2)
}

/// One sample: what a fetch found and converters changed. A plain value without any ownership.
public struct Sample {
  public var data: SampleData
  public var flags: SampleFlags = []
  /// Where an iterating fetch goes on; meaningful to that fetch only, and zero before the first call.
  public var cursor: (UInt32, UInt32) = (0, 0)

  @inlinable public init(_ data: SampleData = .boolean(false)) { self.data = data }
}

/// How a fetch ended.
public enum FetchStatus: Sendable {
  case found
  case notFound
  /// Not there yet: more bytes may bring it.
  case mayChange
}

/// How a caller wants expressions and conditions evaluated.
public struct EvaluationOptions: OptionSet, Sendable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Nothing more will come (the inspection delay is over, or the whole message is there): "not yet" means "no".
  public static let final = EvaluationOptions(rawValue: 1)
  /// The caller wants every occurrence in turn (see `SampleFlags.notLast`).
  public static let iterate = EvaluationOptions(rawValue: 2)
  /// The evaluation is made for the response direction.
  public static let response = EvaluationOptions(rawValue: 4)
}
