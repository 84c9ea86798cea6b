import ConfigSyntax
import Configuration
import System
import TLS

/// `global` keywords about what the process takes from the system and its libraries.
let globalPlatformKeywords: [KeywordEntry] = [
  KeywordEntry("nogetaddrinfo", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 0) else { return }
    NameResolution.usesAddressInfo = false
  },
  .globalToggle("tune.sched.low-latency", \.tune.lowLatency),
  KeywordEntry("thread-group", .global, parse: readThreadGroup),
  // HAProxy looks at no other word of these lines.
  KeywordEntry("ssl-provider", .global) { context, line in
    if line[1].isEmpty {
      return context.alert("global statement 'ssl-provider' expects a valid engine provider name as an argument.")
    }
    if TLSProviders.load(line[1]) { return }
    context.alertPlain("ssl-provider \(line[1]): unknown provider", .alert)
    context.alert("(null)")
  },
  KeywordEntry("ssl-provider-path", .global) { context, line in
    if line[1].isEmpty {
      return context.alert("global statement 'ssl-provider-path' expects a directory path as an argument.")
    }
    TLSProviders.searchPath(line[1])
  },
  KeywordEntry("ssl-propquery", .global) { context, line in
    if line[1].isEmpty {
      return context.alert("global statement 'ssl-propquery' expects a property string as an argument.")
    }
    // The library says nothing more, and neither does HAProxy.
    if !TLSProviders.setDefaultProperties(line[1]) { context.alert("(null)") }
  },
]

/// `thread-group <group> [<threads>]...`: there is one group, as in HAProxy 2.6.
@Sendable private func readThreadGroup(_ context: LoadContext, _ line: ConfigLine) {
  let (group, rest) = CInteger.long(line[1])
  if line[1].isEmpty || !rest.isEmpty {
    return context.alert("'thread-group' passed a missing or unparsable integer value in '\(line[1])'")
  }
  guard group == 1 else {
    return context.alert("'thread-group' thread-group number must be between 1 and 1 (was \(group))")
  }
  var threads: Set<Int>?
  for word in line.arguments.dropFirst().prefix(while: { !$0.isEmpty }) {
    guard let range = threadRange(word) else {
      return context.alert(
        "'thread-group 1' passed an unparsable or invalid thread number '\(word)' (valid range is 1 to 64)")
    }
    if !range.isEmpty { threads = (threads ?? []).union(range) }
  }
  context.globalState.groupThreads = threads
}

/// `3` or `3-5`; empty where it descends.
private func threadRange(_ word: String) -> Range<Int>? {
  let ends = word.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
  let numbers = ends.map { CInteger.long($0) }
  guard zip(ends, numbers).allSatisfy({ !$0.isEmpty && $1.1.isEmpty && (1...64).contains($1.0) }),
    let first = numbers.first?.0, let last = numbers.last?.0
  else { return nil }
  return first..<max(first, last + 1)
}

/// Threads that `thread-group` leaves out have no other group to go to.
func checkThreadGroup(_ context: LoadContext) {
  guard let group = context.globalState.groupThreads else { return }
  let count = context.model.global.threadCount ?? min(Affinity.usable.count, 64)
  let left = count - group.count { $0 <= count }
  if left <= 0 { return }
  context.alertPlain(
    "Remaining unassigned threads found (\(left)) because all groups are in use. Please increase 'thread-groups', "
      + "reduce 'nbthreads' or remove or extend 'thread-group' enumerations.")
}
