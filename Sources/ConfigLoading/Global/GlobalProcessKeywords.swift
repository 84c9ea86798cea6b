import ConfigSyntax
import Configuration
import System

/// Words of `global` that stand alone.
let globalSwitches: [KeywordEntry] = [
  .globalSwitch("daemon", \.daemon),
  .globalSwitch("set-dumpable", \.dumpable),
  .globalSwitch("strict-limits", \.strictLimits),
  .globalSwitch("insecure-fork-wanted", \.insecureForkWanted),
  .globalSwitch("insecure-setuid-wanted", \.insecureSetuidWanted),
  .globalSwitch("busy-polling", \.busyPolling),
  .globalSwitch("external-check", \.externalCheck),
  .globalSwitch("zero-warning", \.zeroWarning),
  .globalSwitch("nosplice", \.noSplice),
  .globalSwitch("noreuseport", \.noReusePort),
  .globalSwitch("no-memory-trimming", \.memoryTrimming, to: false),
  .globalSwitch("pp2-never-send-local", \.proxyProtocolNeverLocal),
  .globalSwitch("h1-accept-payload-with-any-method", \.acceptPayloadWithAnyMethod),
  .globalSwitch("noepoll", \.noEpoll), .globalSwitch("nopoll", \.noPoll),
  // Pollers that Linux does not have.
  globalAbsence("nokqueue"), globalAbsence("noevports"),
  KeywordEntry("numa-cpu-mapping", .global) { context, line in
    context.model.global.numaMapping = line.prefix != .no
  },
  KeywordEntry("expose-experimental-directives", .global) { context, _ in
    context.globalState.allowsExperiments = true
  },
  KeywordEntry("quiet", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 0) else { return }
    if !context.diagnostics.isVerbose { context.diagnostics.isPrinting = false }
  },
  KeywordEntry("nbproc", .global) { context, _ in
    context.alert(
      "nbproc is not supported any more since HAProxy 2.5. Threads will automatically be used on multi-processor "
        + "machines if available.")
  },
]

/// A switch that turns off what Weir does not have.
private func globalAbsence(_ name: String) -> KeywordEntry {
  KeywordEntry(name, .global) { context, line in _ = context.checkArgumentCount(line, atMost: 0) }
}

/// Who the process is and where it lives (manual section 3.1).
let globalProcessKeywords: [KeywordEntry] = [
  KeywordEntry("master-worker", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if !line[1].isEmpty {
      guard line[1] == "no-exit-on-failure" else {
        return context.alert("'master-worker' only supports 'no-exit-on-failure' option.")
      }
      context.model.global.keepsWorkersOnFailure = true
    }
    context.model.global.masterWorker = true
  },
  // Weir's own.
  KeywordEntry("reload-mode", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    switch line[1] {
    case "in-place": context.model.global.reloadsInPlace = true
    case "new-worker": context.model.global.reloadsInPlace = false
    default: context.alert("'\(line.keyword)' expects 'in-place' or 'new-worker'.")
    }
  },
  KeywordEntry("mworker-max-reloads", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if line[1].isEmpty { return context.alert("'\(line.keyword)' expects an integer argument.") }
    let (value, rest) = CInteger.long(line[1])
    guard rest.isEmpty, value >= 0 else {
      return context.alert("'\(line.keyword)' expects an integer value greater or equal to 0.")
    }
    context.model.global.maxReloads = value
  },
  .globalTime("hard-stop-after", \.hardStopAfter),
  .globalTime("grace", \.grace),
  .globalTime("close-spread-time", \.closeSpreadTime, infinite: true),
  KeywordEntry("uid", .global) { context, line in
    readIdentity(context, line, \.uid, title: "user/uid", kind: "user")
  },
  KeywordEntry("gid", .global) { context, line in
    readIdentity(context, line, \.gid, title: "group/gid", kind: "group")
  },
  KeywordEntry("user", .global) { context, line in
    readName(context, line, \.uid, title: "user/uid") { OwnProcess.userID(named: $0) }
    if (context.model.global.uid ?? 0) != 0 { context.model.global.user = line[1] }
  },
  KeywordEntry("group", .global) { context, line in
    readName(context, line, \.gid, title: "group/gid") { OwnProcess.groupID(named: $0) }
    if (context.model.global.gid ?? 0) != 0 { context.model.global.group = line[1] }
  },
  KeywordEntry("nbthread", .global) { context, line in
    guard let count = context.threadNumber(line, 1...64, place: "value") else { return }
    context.model.global.threadCount = count
  },
  KeywordEntry("thread-groups", .global) { context, line in
    // There is one group, as in HAProxy 2.6.
    _ = context.threadNumber(line, 1...1, place: "value")
  },
  KeywordEntry("cpu-map", .global, parse: ProcessorMapLine.parse),
  KeywordEntry("unix-bind", .global, parse: UnixBindLine.parse),
  KeywordEntry("default-path", .global, parse: DefaultPathLine.parse),
  KeywordEntry("description", .global) { context, line in
    if line[1].isEmpty { return context.alertTight("'description' expects a string argument.") }
    context.model.global.descriptionText = line.arguments.prefix { !$0.isEmpty }.joined(separator: " ")
  },
  KeywordEntry("node", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    let isValid = line[1].utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf) || ".-_".utf8.contains(byte)
    }
    guard isValid && !line[1].isEmpty else {
      return context.alertTight(
        "'node' requires valid node name - non-empty string with digits(0-9), letters(A-Z, a-z), dot(.), hyphen(-) "
          + "or underscode(_).")
    }
    context.model.global.nodeName = line[1]
  },
  KeywordEntry("localpeer", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if line[1].isEmpty { return context.alert("'localpeer' expects a name as an argument.") }
    if !context.model.peers.isEmpty {
      return context.warning("'localpeer' ignored since it is used after 'peers' section.")
    }
    context.model.global.localPeer = line[1]
    OwnProcess.setEnvironment("HAPROXY_LOCALPEER", line[1])
  },
]

private func readIdentity(
  _ context: LoadContext, _ line: ConfigLine, _ path: GlobalPath<UInt32?>, title: String, kind: String
) {
  guard context.checkArgumentCount(line, atMost: 1) else { return }
  if (context.model.global[keyPath: path] ?? 0) != 0 {
    return context.alertContinuing("\(title) already specified. Continuing.")
  }
  if line[1].isEmpty { return context.alert("'\(line.keyword)' expects an integer argument.") }
  let (value, rest) = CInteger.long(line[1])
  guard rest.isEmpty, let number = Int32(exactly: value) else {
    return context.warning(
      " \(line.keyword): string '\(line[1])' is not a number.\n   | You might want to use the '\(kind)' parameter to "
        + "use a system \(kind) name.")
  }
  context.model.global[keyPath: path] = UInt32(bitPattern: number)
}

private func readName(
  _ context: LoadContext, _ line: ConfigLine, _ path: GlobalPath<UInt32?>, title: String,
  find: (String) -> UInt32?
) {
  guard context.checkArgumentCount(line, atMost: 1) else { return }
  if (context.model.global[keyPath: path] ?? 0) != 0 {
    return context.alertContinuing("\(title) already specified. Continuing.")
  }
  guard let id = find(line[1]) else {
    return context.alert("cannot find \(line.keyword) id for '\(line[1])' (0:Success)")
  }
  context.model.global[keyPath: path] = id
}

extension LoadContext {
  /// A number of threads or groups; nil after a message.
  func threadNumber(_ line: ConfigLine, _ range: ClosedRange<Int>, place: String) -> Int? {
    guard checkArgumentCount(line, atMost: 1) else { return nil }
    let (value, rest) = CInteger.long(line[1])
    if line[1].isEmpty || !rest.isEmpty {
      alert("'\(line.keyword)' passed a missing or unparsable integer value in '\(line[1])'")
      return nil
    }
    guard range.contains(value) else {
      alert(
        "'\(line.keyword)' \(place) must be between \(range.lowerBound) and \(range.upperBound) (was \(value))")
      return nil
    }
    return value
  }
}
