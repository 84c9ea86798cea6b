import Configuration

/// Configurations with checks over TLS are checked, and not run until there are such checks.
enum UnservedTLS {
  /// What is said of the first such line; nil where there is none.
  static func find(_ model: ConfigurationModel) -> String? {
    for proxy in model.proxies where !proxy.disabled {
      for server in proxy.servers where server.checkEnabled && server.checkTLSContext != nil {
        return "[\(server.location.file):\(server.location.line)] : checks over 'ssl' are not implemented by Weir yet."
      }
    }
    return nil
  }
}
