import LogFormat
public import Samples

/// One expectation (`tcp-check expect`, `http-check expect`).
public struct CheckExpect: Sendable {
  public enum Kind: Sendable {
    /// A string in the bytes received, or in the body of an answer.
    case string([UInt8])
    case binary([UInt8])
    case regex(String)
    /// On the bytes in hexadecimal.
    case binaryRegex(String)
    /// `string-lf`; `binary-lf` where the format makes hexadecimal digits.
    case format(LogFormat)
    case binaryFormat(LogFormat)
    case status([ClosedRange<Int64>])
    case statusRegex(String)
    case header(CheckHeader)
    /// Anything at all.
    case custom
    case peer(CheckPeer)
    /// An agent's line.
    case agent
  }
  public var kind: Kind
  public var negate = false
  /// Bytes that must be there before it is decided; -1: as many as it takes.
  public var minReceive = -1
  public var comment: String?
  /// Names of states as `show stat` has them; nil for the usual ones.
  public var okStatus: String?
  public var errorStatus: String?
  public var timeoutStatus: String?
  public var onSuccess: CheckMessage?
  public var onError: CheckMessage?
  /// The code that is shown.
  public var statusCode: Expression?
  /// The answer begins with a number of three digits, which is the code.
  public var hasCode = false
  public init(_ kind: Kind) { self.kind = kind }
}

/// `http-check expect hdr`, `fhdr`: a field whose name, and value where one is asked for, match.
public struct CheckHeader: Sendable {
  public enum Method: Sendable { case exact, prefix, suffix, contains, regex }
  public struct Pattern: Sendable {
    public let method: Method
    public let text: CheckText
    public init(_ method: Method, _ text: CheckText) {
      self.method = method
      self.text = text
    }
  }
  public let name: Pattern
  public var value: Pattern?
  /// `fhdr`: the whole value; otherwise each part between commas.
  public let isWhole: Bool
  public init(name: Pattern, isWhole: Bool) {
    self.name = name
    self.isWhole = isWhole
  }
}
