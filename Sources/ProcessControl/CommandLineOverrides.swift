import Configuration

extension CommandLineOptions {
  /// Puts what the command line says in place of what the configuration says.
  func override(_ global: inout GlobalSettings) {
    if noSplice { global.noSplice = true }
    if noReusePort { global.noReusePort = true }
    if noServerVerify { global.tls.verifiesServers = false }
    if masterWorker { global.masterWorker = true }
    if zeroWarning { global.zeroWarning = true }
    if let pidFile { global.pidFile = pidFile }
  }

  /// An option that cannot be followed while running; `-c` has no use for it.
  var refusalToRun: String? {
    if noEpoll { return "'-de' (a poller other than epoll)" }
    if noGetaddrinfo { return "'-dG'" }
    return nil
  }
}
