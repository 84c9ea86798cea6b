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
    if noEpoll { global.noEpoll = true }
    if noPoll { global.noPoll = true }
    // `tune.fail-alloc` alone does nothing.
    if !memoryDebugging.fails { global.tune.failAlloc = 0 }
    global.tune.poisonByte = memoryDebugging.poison
  }
}
