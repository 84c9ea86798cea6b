/// Why a TLS connection failed.
public struct TLSFailure: Error, Sendable, Hashable {
  /// What the failure was, as far as logs tell it apart.
  public enum Kind: UInt8, Sendable {
    /// The peer closed before it had said anything.
    case closedEmpty
    /// Any other failure of the handshake.
    case handshake
    /// The chain of the client's certificate cannot be verified.
    case clientAuthority
    /// The client's certificate is not trusted.
    case clientCertificate
    /// The server's certificate has another name than `verifyhost` asks for.
    case serverMismatch
    /// The server's certificate has another name than the one that was sent as SNI.
    case serverNameMismatch
    /// The library had no memory.
    case memory
    /// After the handshake: a broken record, an alert.
    case fatal
  }
  public var kind: Kind
  /// OpenSSL's packed error code, or 0.
  public var code: UInt
  /// The `errno` of the socket call that failed, or 0.
  public var systemError: Int32

  public init(_ kind: Kind, code: UInt = 0, systemError: Int32 = 0) {
    self.kind = kind
    self.code = code
    self.systemError = systemError
  }
}

/// How far a handshake came.
public enum TLSProgress: Sendable {
  case done
  /// Nothing goes on until the socket has bytes.
  case wantsRead
  /// Nothing goes on until the socket has room.
  case wantsWrite
  case failed(TLSFailure)
}

/// What a transfer over a TLS session came to.
public enum TLSTransfer: Sendable {
  case bytes(Int)
  case wantsRead
  case wantsWrite
  /// The peer has ended its direction by an alert: all that it sent has come.
  case closed
  /// The connection ended without an alert: what has come may have been cut.
  case truncated
  case failed(TLSFailure)
}
