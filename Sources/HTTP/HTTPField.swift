public import Memory

/// A header name to look for: made once, from the configuration or a constant, and then compared cheaply.
public struct HTTPHeaderName: BitwiseCopyable, Sendable {
  /// In lower case.
  public let text: Bytes
  public let known: KnownHeader

  /// `lowered` must be in lower case, as all names in a message are.
  @inlinable public init(_ lowered: Bytes) {
    text = lowered
    known = KnownHeader(lowered)
  }
  @inlinable public init(_ known: KnownHeader) {
    text = Bytes(known.name)
    self.known = known
  }
  /// A permanent copy of a name of the configuration, turned to lower case.
  public init(permanent name: Bytes) {
    self.init(Bytes(permanent: name.array.map { $0 &- 65 < 26 ? $0 | 0x20 : $0 }))
  }
}

/// One header field of a message.
public struct HTTPField: BitwiseCopyable {
  /// In lower case (except behind `option accept-invalid-http-request`, where other bytes are as they came).
  public var name: Bytes
  /// Without spaces and tabs around it.
  public var value: Bytes
  public var known: KnownHeader
  /// A removed field keeps its place, so that indices stay good, and is skipped by everything.
  public var isRemoved: Bool

  @inlinable public init(name: Bytes, value: Bytes, known: KnownHeader) {
    self.name = name
    self.value = value
    self.known = known
    isRemoved = false
  }
  @inlinable @inline(__always) public func matches(_ header: HTTPHeaderName) -> Bool {
    known == header.known && !isRemoved && (known != .other || name.equals(header.text))
  }
}
