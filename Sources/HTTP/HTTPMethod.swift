public import Memory

/// A request method as HAProxy tells them apart (the `method` sample and METH_* ACLs): case matters (RFC 9110 9.1).
public enum HTTPMethod: UInt8, Sendable {
  case options, get, head, post, put, delete, trace, connect, other

  /// The method with this text; `other` for every token that is none of the eight.
  @inlinable public init(_ name: Bytes) {
    switch name.count {
    case 3: self = name.equals("GET") ? .get : name.equals("PUT") ? .put : .other
    case 4: self = name.equals("POST") ? .post : name.equals("HEAD") ? .head : .other
    case 5: self = name.equals("TRACE") ? .trace : .other
    case 6: self = name.equals("DELETE") ? .delete : .other
    case 7: self = name.equals("OPTIONS") ? .options : name.equals("CONNECT") ? .connect : .other
    default: self = .other
    }
  }

  /// The text of the method; empty for `other`.
  public var name: StaticString {
    switch self {
    case .options: "OPTIONS"
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .delete: "DELETE"
    case .trace: "TRACE"
    case .connect: "CONNECT"
    case .other: ""
    }
  }

  /// Whether the request changes nothing by RFC 9110 9.2.1.
  public var isSafe: Bool {
    switch self {
    case .get, .head, .options, .trace: true
    case .put, .delete, .post, .connect, .other: false
    }
  }
  /// Whether sending the request twice is harmless by RFC 9110 9.2.2.
  public var isIdempotent: Bool {
    switch self {
    case .get, .head, .put, .delete, .options, .trace: true
    case .post, .connect, .other: false
    }
  }
}
