import System
import TLS

/// The answers to `-v` and `-vv`, in HAProxy's layout.
public enum VersionReport {
  public static var short: String {
    """
    HAProxy version \(Version.text) \(Version.date) - \(Version.address)
    Status: Weir, compatible with HAProxy \(Version.compatible).
    Running on: \(OwnProcess.kernel)

    """
  }

  public static func long(threads: Int) -> String {
    let features = Version.features.map { ($0.isPresent ? "+" : "-") + $0.name }.joined(separator: " ")
    return short + """
      Build options :
        TARGET  = linux-glibc
        CPU     = generic
        CC      = swiftc

      Feature list : \(features)

      Default settings :
        bufsize = 16384, maxrewrite = 1024, maxpollevents = 200

      Built with multi-threading support (MAX_THREADS=64, default=\(threads)).
      Running on OpenSSL version : \(TLSLibrary.name)
      OpenSSL library supports TLS extensions : yes
      OpenSSL library supports SNI : yes
      OpenSSL library supports : TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3
      Built with the Prometheus exporter as a service
      Built with network namespace support.
      Support for malloc_trim() is enabled.
      Built with transparent proxy support using: IP_TRANSPARENT IPV6_TRANSPARENT IP_FREEBIND
      Compression algorithms supported : identity("identity"), deflate("deflate"), raw-deflate("deflate"), gzip("gzip")
      PCRE2 library supports JIT : yes
      Encrypted password support via crypt(3): yes

      \(PollerChoice().text)
      Available multiplexer protocols :
      (protocols marked as <default> cannot be specified using 'proto' keyword)
               h2 : mode=HTTP  side=FE|BE  mux=H2    flags=HTX|HOL_RISK|NO_UPG
        <default> : mode=HTTP  side=FE|BE  mux=H1    flags=HTX
               h1 : mode=HTTP  side=FE|BE  mux=H1    flags=HTX|NO_UPG
        <default> : mode=TCP   side=FE|BE  mux=PASS  flags=
             none : mode=TCP   side=FE|BE  mux=PASS  flags=NO_UPG

      Available services : prometheus-exporter
      \(filters)

      """
  }

  static let filters = """
    Available filters :
    	[CACHE] cache
    	[COMP] compression

    """
}
