import COpenSSL
import Memory
public import System

/// Which end of a handshake a context is made for.
public enum TLSSide: Sendable { case server, client }

/// What all connections of one `bind` line, or to one server, have in common: versions, ciphers, certificates and the
/// cache of sessions. Built once, then shared by all workers; OpenSSL locks what changes in it.
@safe public final class TLSContext: Sendable {
  nonisolated(unsafe) let raw: OpaquePointer
  public let side: TLSSide
  /// Which errors of certificates do not count, and which names servers must have.
  let verification: TLSVerification
  private let recordLimits: (first: Int, hard: Int)
  /// Bytes that clients may send before the handshake is over.
  private let earlyDataLimit: Int

  /// A context with HAProxy's basic settings and no certificate; nil where the library has no memory.
  public convenience init?(_ side: TLSSide, verification: TLSVerification = TLSVerification()) {
    self.init(TLSContextData(side, verification: verification))
  }
  init?(_ data: TLSContextData) {
    let side = data.side
    guard let context = unsafe SSL_CTX_new(side == .server ? TLS_server_method() : TLS_client_method()) else {
      return nil
    }
    unsafe raw = context
    self.side = side
    verification = data.verification
    recordLimits = data.recordLimits
    earlyDataLimit = data.earlyDataLimit
    unsafe setDefaults(context, side)
    // Sessions may outlive this object, but not what the library's context holds.
    unsafe SSL_CTX_set_ex_data(context, TLSIndexes.context, Unmanaged.passRetained(data).toOpaque())
  }
  deinit { unsafe SSL_CTX_free(raw) }

  /// A session over a connected, non-blocking socket; nil where the library has no memory. The descriptor stays the
  /// caller's. The context must outlive the session. With `followsEdges` the owner tells it of each edge
  /// (`TLSSession.noteReadable`), and it may take more from the socket than it has been asked for.
  public func makeSession(_ descriptor: FileDescriptor, followsEdges: Bool) -> TLSSession? {
    guard let session = unsafe SSL_new(raw) else { return nil }
    guard let transport = unsafe SocketTransport.make(descriptor, followsEdges: followsEdges) else {
      unsafe SSL_free(session)
      return nil
    }
    unsafe SSL_set_bio(session, transport, transport)
    if followsEdges { unsafe SSL_set_read_ahead(session, 1) }
    if side == .server { unsafe SSL_set_accept_state(session) } else { unsafe SSL_set_connect_state(session) }
    if earlyDataLimit > 0 { unsafe _ = SSL_set_max_early_data(session, UInt32(clamping: earlyDataLimit)) }
    return unsafe TLSSession(session, transport, recordLimits, readsEarly: earlyDataLimit > 0)
  }

  /// Sessions found in the cache, and not found.
  public var cacheHits: Int { unsafe weir_SSL_CTX_sess_hits(raw) }
  public var cacheMisses: Int { unsafe weir_SSL_CTX_sess_misses(raw) }
}

@unsafe private func setDefaults(_ context: OpaquePointer, _ side: TLSSide) {
  let mode =
    SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS
    | SSL_MODE_AUTO_RETRY
  unsafe _ = weir_SSL_CTX_set_mode(context, Int(mode))
  // Who does not follow edges must find in the socket what it has not been given.
  unsafe _ = weir_SSL_CTX_set_read_ahead(context, 0)
  var options = TLSOption.all | TLSOption.noCompression | TLSOption.noRenegotiation
  if side == .server { options |= TLSOption.noResumptionOnRenegotiation }
  unsafe _ = SSL_CTX_set_options(context, options)
  // Connections to servers keep their session themselves.
  let cache = side == .server ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_OFF
  unsafe _ = weir_SSL_CTX_set_session_cache_mode(context, Int(cache))
  if side == .server {
    let name: StaticString = "weir"
    unsafe _ = SSL_CTX_set_session_id_context(context, name.utf8Start, UInt32(name.utf8CodeUnitCount))
  }
}

/// `SSL_OP_*`: macros that Swift does not import.
enum TLSOption {
  static func bit(_ n: UInt64) -> UInt64 { 1 << n }
  static let noExtendedMasterSecret = bit(0)
  static let enableKernelTLS = bit(3)
  static let ignoreUnexpectedEnd = bit(7)
  static let noTickets = bit(14)
  static let noResumptionOnRenegotiation = bit(16)
  static let noCompression = bit(17)
  static let prioritizeChaCha = bit(21)
  static let serverPreference = bit(22)
  static let noAntiReplay = bit(24)
  static let noSSL3 = bit(25)
  static let noTLS10 = bit(26)
  static let noTLS12 = bit(27)
  static let noTLS11 = bit(28)
  static let noTLS13 = bit(29)
  static let noRenegotiation = bit(30)
  /// `SSL_OP_ALL`: workarounds for harmless flaws of peers.
  static let all = bit(31) | bit(11) | bit(4) | bit(6)
}

/// Places of our own data in OpenSSL's objects.
enum TLSIndexes {
  /// In a context: its `TLSContextData`, retained.
  static let context = unsafe CRYPTO_get_ex_new_index(
    CRYPTO_EX_INDEX_SSL_CTX, 0, nil, nil, nil,
    { _, held, _, _, _, _ in
      if let held = unsafe held { unsafe Unmanaged<TLSContextData>.fromOpaque(held).release() }
    })
  /// In a session: a `TLSVerificationRecord` packed into the bits of the pointer.
  static let record = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, nil, nil, nil, nil)
}
