import Configuration

/// TLS options of `server` lines: refused, each by its name, until TLS is there.
let serverTLSOptions: [ServerOption] =
  [
    "allow-0rtt", "alpn", "ca-file", "check-alpn", "check-sni", "check-ssl", "ciphers", "ciphersuites", "crl-file",
    "crt", "force-sslv3", "force-tlsv10", "force-tlsv11", "force-tlsv12", "force-tlsv13", "no-check-ssl",
    "no-send-proxy-v2-ssl", "no-send-proxy-v2-ssl-cn", "no-ssl", "no-ssl-reuse", "no-sslv3", "no-tls-tickets",
    "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13", "npn", "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn", "sni",
    "ssl", "ssl-max-ver", "ssl-min-ver", "ssl-reuse", "tls-tickets", "verify", "verifyhost",
  ].map { name in
    ServerOption(name) { _ throws(OptionError) in throw .text("'\(name)' is not implemented by Weir yet") }
  }
