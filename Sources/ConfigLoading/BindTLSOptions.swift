import Configuration

/// TLS options of `bind` lines: refused, each by its name, until TLS is there.
let bindTLSOptions: [BindOption] =
  [
    "allow-0rtt", "alpn", "ca-file", "ca-ignore-err", "ca-sign-file", "ca-sign-pass", "ca-verify-file", "ciphers",
    "ciphersuites", "crl-file", "crt", "crt-ignore-err", "crt-list", "curves", "ecdhe", "force-sslv3", "force-tlsv10",
    "force-tlsv11", "force-tlsv12", "force-tlsv13", "generate-certificates", "no-ca-names", "no-sslv3",
    "no-tls-tickets", "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13", "npn", "prefer-client-ciphers", "ssl",
    "ssl-max-ver", "ssl-min-ver", "strict-sni", "tls-ticket-keys", "verify",
  ].map { name in
    BindOption(name) { _ throws(OptionError) in throw .text("'\(name)' is not implemented by Weir yet.") }
  }
