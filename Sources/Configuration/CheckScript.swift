public import Primitives

/// The steps of a check that speaks a protocol of bytes: `tcp-check` rules (manual section 4.2), and what the options
/// `mysql-check`, `smtpchk` and their like stand for.
public struct CheckScript: Sendable, Hashable {
  public enum Step: Sendable, Hashable {
    case connect(CheckConnect)
    case send([UInt8], comment: String?)
    /// A TLS hello: the date goes into its bytes 11 to 14.
    case sendDated([UInt8])
    case expect(CheckExpect)
    case comment(String)
  }
  public var steps: [Step] = []
  /// `option tcp-check`: messages name the step, and what was expected.
  public var isTCPCheck = false
  public init(steps: [Step] = [], isTCPCheck: Bool = false) {
    self.steps = steps
    self.isTCPCheck = isTCPCheck
  }
}

/// `tcp-check connect`, `http-check connect`.
public struct CheckConnect: Sendable, Hashable {
  /// `default`: with the server's PROXY header, TLS and names.
  public var usesDefaults = false
  public var port: UInt16?
  public var address: IPAddress?
  public var sendsProxy = false
  public var isTLS = false
  public var comment: String?
  public init() {}
}

/// One expectation.
public struct CheckExpect: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case string([UInt8])
    case binary([UInt8])
    case regex(String)
    /// On the bytes in hexadecimal.
    case binaryRegex(String)
    case peer(CheckPeer)
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
  /// The answer begins with a number of three digits.
  public var hasCode = false
  public init(_ kind: Kind) { self.kind = kind }
}

/// What a check says when it is decided.
public enum CheckMessage: Sendable, Hashable {
  case text(String)
  /// What was received from this byte on, to the end of the line, blanks before it left out.
  case received(from: Int)
}

/// Protocols whose answers take more than a pattern.
public enum CheckPeer: Sendable, Hashable {
  /// The greeting, and what follows it.
  case mysqlGreeting, mysqlAnswer
  case postgresError, postgresAnswer
  case ldap, spop
}
