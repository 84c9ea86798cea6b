import ConfigSyntax
import Configuration
import System

/// `tune.*` keywords about buffers, HTTP, sockets and pools (manual section 3.2).
let globalTuneKeywords: [KeywordEntry] = [
  KeywordEntry("tune.bufsize", .global) { context, line in
    guard let size = context.globalNumber(line) else { return }
    guard size > 0 else { return context.alert("'tune.bufsize' expects a positive integer argument.") }
    guard (TuneBounds.smallestBuffer...TuneBounds.largestBuffer).contains(size) else {
      return context.alert(
        "'tune.bufsize' must be between \(TuneBounds.smallestBuffer) and \(TuneBounds.largestBuffer) bytes.")
    }
    // A whole number of words, as HAProxy rounds it.
    context.model.global.tune.bufferSize = (size + 15) & ~15
  },
  KeywordEntry("tune.chksize", .global) { context, _ in
    context.alertTight("option 'tune.chksize' is not supported any more (tune.bufsize is used instead).")
  },
  KeywordEntry("tune.maxrewrite", .global) { context, line in
    guard let size = context.globalNumber(line) else { return }
    guard size >= 0 else { return context.alert("'tune.maxrewrite' expects a positive integer argument.") }
    context.model.global.tune.maxRewrite = size
  },
  .globalNumber(
    "tune.http.maxhdr", \.tune.maxHTTPHeaders, in: 1...32767,
    missing: "'tune.http.maxhdr' expects an integer argument.",
    message: "'tune.http.maxhdr' expects a numeric value between 1 and 32767"),
  .globalNumber("tune.http.logurilen", \.tune.httpLogURILength),
  // The terminator that HAProxy adds is not part of the length.
  .globalNumber("tune.http.cookielen", \.tune.httpCookieLength),
  .globalNumber("tune.maxpollevents", \.tune.maxPollEvents, once: true),
  .globalNumber("tune.runqueue-depth", \.tune.runQueueDepth, once: true),
  .globalNumber("tune.recv_enough", \.tune.receiveEnough),
  .globalNumber("tune.pipesize", \.tune.pipeSize),
  .globalNumber("tune.rcvbuf.client", \.tune.receiveBufferClient, once: true),
  .globalNumber("tune.rcvbuf.server", \.tune.receiveBufferServer, once: true),
  .globalNumber("tune.sndbuf.client", \.tune.sendBufferClient, once: true),
  .globalNumber("tune.sndbuf.server", \.tune.sendBufferServer, once: true),
  KeywordEntry("tune.maxaccept", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if (context.model.global.tune.maxAccept ?? 0) != 0 { return context.alreadySpecified("tune.maxaccept") }
    if line[1].isEmpty { return context.alert("'tune.maxaccept' expects an integer argument.") }
    let count = CInteger.leadingLong(line[1])
    guard count <= Int(Int32.max) && count >= Int(Int32.min) else {
      return context.alert("'tune.maxaccept' expects -1 or an integer from 0 to INT_MAX.")
    }
    context.model.global.tune.maxAccept = count
  },
  KeywordEntry("tune.idletimer", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    let bounds = "'tune.idletimer' expects a timer value between 0 and 65535 ms."
    if line[1].isEmpty { return context.alert(bounds) }
    do throws(TimeText.Failure) {
      let time = try context.duration(line[1])
      if time > 65535 { return context.alert(bounds) }
      context.model.global.tune.idleTimer = time
    } catch {
      switch error {
      case .unexpected(let scalar):
        context.alertTight("unexpected character '\(scalar)' in argument to <tune.idletimer>.")
      case .overflow:
        context.alertTight("timer overflow in argument <\(line[1])> to <tune.idletimer>, maximum value is 65535 ms.")
      }
    }
  },
  KeywordEntry("tune.buffers.limit", .global) { context, line in
    guard let count = context.globalNumber(line) else { return }
    context.model.global.tune.buffersLimit =
      count == 0 ? 0 : max(count, 3, context.model.global.tune.buffersReserve + 1)
  },
  KeywordEntry("tune.buffers.reserve", .global) { context, line in
    guard let count = context.globalNumber(line) else { return }
    let reserve = max(count, 2)
    context.model.global.tune.buffersReserve = reserve
    let limit = context.model.global.tune.buffersLimit
    if limit != 0 && limit <= reserve { context.model.global.tune.buffersLimit = reserve + 1 }
  },
  KeywordEntry("tune.pattern.cache-size", .global) { context, line in
    let count = CInteger.leading(line[1])
    guard !line[1].isEmpty && count >= 0 else {
      return context.alert("'tune.pattern.cache-size' expects a positive numeric value")
    }
    context.model.global.tune.patternCacheSize = count
  },
  KeywordEntry("tune.fail-alloc", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    let percent = CInteger.leading(line[1])
    guard (0...100).contains(percent) else {
      return context.alert("'tune.fail-alloc' expects a numeric value between 0 and 100.")
    }
    context.model.global.tune.failAlloc = percent
  },
  .globalNumber(
    "tune.pool-low-fd-ratio", \.tune.poolLowFDRatio, in: 0...100,
    message: "'tune.pool-low-fd-ratio' expects an integer argument between 0 and 100."),
  .globalNumber(
    "tune.pool-high-fd-ratio", \.tune.poolHighFDRatio, in: 0...100,
    message: "'tune.pool-high-fd-ratio' expects an integer argument between 0 and 100."),
  .globalToggle("tune.idle-pool.shared", \.tune.idlePoolShared),
  .globalToggle("tune.listener.multi-queue", \.tune.listenerMultiQueue),
  KeywordEntry("tune.fd.edge-triggered", .global) { context, line in
    guard context.globalState.allowsExperiments else {
      return context.alert(
        "'tune.fd.edge-triggered' directive is experimental, must be allowed via a global "
          + "'expose-experimental-directives'")
    }
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    guard ["on", "off"].contains(line[1]) else {
      return context.alert("'tune.fd.edge-triggered' expects either 'on' or 'off' but got '\(line[1])'.")
    }
    // Nothing to remember: sockets are always polled for edges here. `off` only keeps HAProxy from an experiment.
  },
  KeywordEntry("profiling.tasks", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    guard let choice = GlobalSettings.TaskProfiling(rawValue: line[1]) else {
      return context.alert("'profiling.tasks' expects either 'on', 'auto', or 'off' but got '\(line[1])'.")
    }
    context.model.global.taskProfiling = choice
  },
  variablesSize("global", \.tune.varsGlobalMaxSize), variablesSize("proc", \.tune.varsProcMaxSize),
  variablesSize("sess", \.tune.varsSessMaxSize), variablesSize("txn", \.tune.varsTxnMaxSize),
  variablesSize("reqres", \.tune.varsReqresMaxSize), variablesSize("check", \.tune.varsCheckMaxSize),
]

enum TuneBounds {
  /// Room for a request line, a few headers and what rewriting adds.
  static let smallestBuffer = 1024
  static let largestBuffer = 1 << 28
}

/// `tune.vars.<scope>-max-size`: bytes of variables; 0 for no limit.
private func variablesSize(_ scope: String, _ path: GlobalPath<Int>) -> KeywordEntry {
  let name = "tune.vars.\(scope)-max-size"
  return KeywordEntry(name, .global) { context, line in
    guard let size = context.wholeNumber(line) else {
      return context.alert("\(name): '\(line[1])' is an invalid size")
    }
    context.model.global[keyPath: path] = size
  }
}
