import COpenSSL
import Memory
import Synchronization

/// The providers of algorithms that the library uses (`ssl-provider` and what goes with it, manual section 3.1). They
/// are the process's: set while its configuration is read, for all that TLS does afterwards.
public enum TLSProviders {
  private static let loaded = Mutex<[String]>([])

  /// Loads a provider; the library's default one is then no longer loaded by itself. False where there is none of
  /// that name.
  public static func load(_ name: String) -> Bool {
    guard unsafe OSSL_PROVIDER_load(nil, cText(name)) != nil else { return false }
    loaded.withLock { $0.append(name) }
    isChosen.store(true, ordering: .relaxed)
    return true
  }
  /// Whether TLS can be spoken with what was loaded and preferred.
  public static var areUsable: Bool {
    if !isChosen.load(ordering: .relaxed) { return true }
    defer { ERR_clear_error() }
    return TLSContext(.client) != nil
  }
  private static let isChosen = Atomic<Bool>(false)
  /// Where providers are looked for from now on.
  public static func searchPath(_ path: String) { _ = unsafe OSSL_PROVIDER_set_default_search_path(nil, cText(path)) }
  /// Which implementations of algorithms are preferred, or the only ones. False for what is no query.
  public static func setDefaultProperties(_ query: String) -> Bool {
    isChosen.store(true, ordering: .relaxed)
    return unsafe EVP_set_default_properties(nil, cText(query)) == 1
  }

  /// The bytes of text whose every scalar is one of them, as C takes them.
  private static func cText(_ text: String) -> [CChar] {
    text.unicodeScalars.map { CChar(bitPattern: UInt8(truncatingIfNeeded: $0.value)) } + [0]
  }
}
