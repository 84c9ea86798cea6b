import ConfigSyntax
import TLS

/// What this program says it is.
public enum Version {
  /// The HAProxy whose configuration, behaviour and messages this one follows.
  public static let compatible = "2.6.12"
  public static let own = "0.1.0"
  /// Starts with HAProxy's branch so that tools which read it go on working.
  public static let text = "2.6-weir\(own)"
  public static let date = "2026/11/23"
  public static let address = "https://docs.haproxy.org/2.6/"

  /// What `haproxy -vv` lists: a name and whether it is there.
  public static let features: [(name: String, isPresent: Bool)] = [
    ("51DEGREES", false), ("ACCEPT4", true), ("BACKTRACE", true), ("CLOSEFROM", false), ("CPU_AFFINITY", true),
    ("CRYPT_H", true), ("DEVICEATLAS", false), ("DL", false), ("ENGINE", false), ("EPOLL", true), ("EVPORTS", false),
    ("GETADDRINFO", true), ("KQUEUE", false), ("LIBCRYPT", true), ("LINUX_SPLICE", true), ("LINUX_TPROXY", true),
    ("LUA", false), ("MEMORY_PROFILING", false), ("NETFILTER", true), ("NS", true), ("OBSOLETE_LINKER", false),
    ("OPENSSL", true), ("OT", false), ("PCRE", false), ("PCRE2", true), ("PCRE2_JIT", true), ("PCRE_JIT", false),
    ("POLL", true), ("PRCTL", true), ("PROCCTL", false), ("PROMEX", true), ("QUIC", false), ("RT", true),
    ("SLZ", false), ("STATIC_PCRE", false), ("STATIC_PCRE2", false), ("SYSTEMD", true), ("TFO", true),
    ("THREAD", true), ("THREAD_DUMP", false), ("TPROXY", true), ("WURFL", false), ("ZLIB", true),
  ]

  /// What conditions of the configuration can ask.
  public static var facts: BuildFacts {
    BuildFacts(
      compatibleVersion: compatible, features: features.map { ($0.isPresent ? "+" : "-") + $0.name },
      opensslVersion: TLSLibrary.version)
  }
}
