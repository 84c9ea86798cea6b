import Configuration

/// Configurations with TLS are checked, and not run until connections carry it.
enum UnservedTLS {
  /// What is said of the first line with `ssl`; nil where there is none.
  static func find(_ model: ConfigurationModel) -> String? {
    for proxy in model.proxies where !proxy.disabled {
      for bind in proxy.binds where bind.tls.isUsed {
        return "[\(bind.location.file):\(bind.location.line)] : 'ssl' of 'bind' is not implemented by Weir yet."
      }
      for server in proxy.servers where server.tls.needsContext {
        return "[\(server.location.file):\(server.location.line)] : 'ssl' of 'server' is not implemented by Weir yet."
      }
    }
    return nil
  }
}
