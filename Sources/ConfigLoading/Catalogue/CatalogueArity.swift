/// How many words follow options of `bind` and `server` lines, as HAProxy's listings (`-dKcfg`) tell it.
enum OptionArity {
  /// Options of `bind` lines that stand alone.
  private static let aloneOnBind: Set<String> = [
    "accept-proxy", "defer-accept", "tfo", "transparent", "v4v6", "v6only", "allow-0rtt", "force-sslv3",
    "force-tlsv10", "force-tlsv11", "force-tlsv12", "force-tlsv13", "generate-certificates", "no-ca-names",
    "no-sslv3", "no-tls-tickets", "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13", "prefer-client-ciphers",
    "strict-sni",
  ]
  /// Options of `server` lines that stand alone.
  private static let aloneOnServer: Set<String> = [
    "agent-check", "allow-0rtt", "backup", "check", "check-send-proxy", "check-ssl", "check-via-socks4", "disabled",
    "enabled", "force-sslv3", "force-tlsv10", "force-tlsv11", "force-tlsv12", "force-tlsv13", "no-agent-check",
    "no-backup", "no-check", "no-check-send-proxy", "no-check-ssl", "no-send-proxy", "no-send-proxy-v2",
    "no-send-proxy-v2-ssl", "no-send-proxy-v2-ssl-cn", "no-ssl", "no-ssl-reuse", "no-sslv3", "no-tfo",
    "no-tls-tickets", "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13", "non-stick", "send-proxy", "send-proxy-v2",
    "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn", "ssl", "ssl-reuse", "stick", "tfo", "tls-tickets", "usesrc",
  ]

  static func ofBind(_ name: String) -> String { aloneOnBind.contains(name) ? "" : " +1" }
  static func ofServer(_ name: String) -> String {
    name == "source" ? " +-1" : aloneOnServer.contains(name) ? "" : " +1"
  }
}
