public import Memory

/// What a session offers to its peer and takes from it (`tune.h2.*`).
public struct HTTP2Limits: Sendable {
  public var headerTableSize = 4096
  /// Bytes of a stream's body that the peer may send before any was used.
  public var initialWindow = 65535
  /// Streams that the peer may have open at once.
  public var maxStreams = 100
  public var maxFrameSize = 16384
  /// The most fields of a head, and the most bytes of one with its pseudo-headers.
  public var maxFields = 202
  public var maxListLength = 16384
  /// WebSockets are offered (RFC 8441).
  public var offersConnect = true
  public init() {}
}

/// Error codes of RFC 9113, section 7.
public enum HTTP2Error {
  public static let none: UInt32 = 0
  public static let protocolError: UInt32 = 1
  public static let internalError: UInt32 = 2
  public static let flowControlError: UInt32 = 3
  public static let streamClosed: UInt32 = 5
  public static let frameSizeError: UInt32 = 6
  public static let refusedStream: UInt32 = 7
  public static let cancel: UInt32 = 8
  public static let enhanceYourCalm: UInt32 = 11
}

/// Which end of the connection a session is.
public enum HTTP2Role: Sendable { case server, client }

/// How many frames of some kinds came and went.
public struct HTTP2Counts: Sendable {
  public internal(set) var headers: UInt64 = 0
  public internal(set) var data: UInt64 = 0
  public internal(set) var settings: UInt64 = 0
  public internal(set) var resets: UInt64 = 0
  public internal(set) var goAways: UInt64 = 0
  public internal(set) var resetsSent: UInt64 = 0
  public internal(set) var goAwaysSent: UInt64 = 0
  /// Of those, the ones that blame the peer for breaking the protocol's rules or its sizes of frames.
  public internal(set) var connectionErrors: UInt64 = 0
  /// Streams whose bodies were not what was announced.
  public internal(set) var streamErrors: UInt64 = 0
  public init() {}

  mutating func received(_ type: UInt8) {
    switch type {
    case 0: data += 1
    case 1: headers += 1
    case 3: resets += 1
    case 4: settings += 1
    case 7: goAways += 1
    default: break
    }
  }
  mutating func sentReset() { resetsSent += 1 }
  mutating func sentGoAway(_ code: UInt32) {
    goAwaysSent += 1
    if code == HTTP2Error.protocolError || code == HTTP2Error.frameSizeError { connectionErrors += 1 }
  }
}

/// What came from the peer, in order.
public enum HTTP2Event: BitwiseCopyable {
  /// A complete header block on a stream; its fields are the session's until the next bytes are received.
  case head(Int32, isFirst: Bool, ends: Bool)
  /// Bytes of a body: a view of the received bytes.
  case data(Int32, Bytes)
  /// The peer has ended its direction by a DATA frame.
  case ended(Int32)
  /// The stream is over on the wire.
  case closed(Int32, code: UInt32)
  /// The peer's first settings: what waited for them may go on.
  case settings
}
