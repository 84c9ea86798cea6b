import ConfigSyntax
import Configuration
import System

/// Names and paths.
let globalTexts: [KeywordEntry] = [
  .globalText("chroot", \.chroot, missing: "'chroot' expects a directory as an argument.", once: true),
  .globalText("pidfile", \.pidFile, missing: "'pidfile' expects a file name as an argument.", once: true),
  KeywordEntry("server-state-base", .global) { context, line in
    if context.model.global.serverStateBase != nil { return context.alreadySpecified("server-state-base") }
    if line[1].isEmpty { return context.alert("'server-state-base' expects one argument: a directory path.") }
    context.model.global.serverStateBase = line[1]
  },
  KeywordEntry("server-state-file", .global) { context, line in
    if context.model.global.serverStateFile != nil { return context.alreadySpecified("server-state-file") }
    if line[1].isEmpty { return context.alert("'server-state-file' expect one argument: a file path.") }
    context.model.global.serverStateFile = line[1]
  },
]

/// Limits on connections, rates and descriptors (manual section 3.2).
let globalLimits: [KeywordEntry] = [
  .globalNumber("maxconn", \.maxConnections, once: true),
  .globalNumber("maxconnrate", \.maxConnectionRate, once: true),
  .globalNumber("maxsessrate", \.maxSessionRate, once: true),
  .globalNumber("maxsslrate", \.maxSSLRate, once: true),
  .globalNumber("maxpipes", \.maxPipes, once: true),
  .globalNumber("ulimit-n", \.ulimitN, once: true),
  .globalNumber("fd-hard-limit", \.descriptorHardLimit, once: true),
  KeywordEntry("maxsslconn", .global) { context, line in
    guard let count = context.positiveNumber(line) else { return }
    context.model.global.maxSSLConnections = count
  },
  KeywordEntry("spread-checks", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if context.model.global.spreadChecks != 0 {
      return context.alertContinuing(tight: "spread-checks already specified. Continuing.")
    }
    if line[1].isEmpty { return context.alertTight("'spread-checks' expects an integer argument (0..50).") }
    let percent = CInteger.leading(line[1])
    context.model.global.spreadChecks = percent
    guard (0...50).contains(percent) else {
      return context.alertTight("'spread-checks' needs a positive value in range 0..50.")
    }
  },
  KeywordEntry("max-spread-checks", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if line[1].isEmpty { return context.alertTight("'max-spread-checks' expects an integer argument (0..50).") }
    do throws(TimeText.Failure) {
      context.model.global.maxSpreadChecks = try context.duration(line[1])
    } catch {
      switch error {
      case .unexpected(let scalar):
        context.alertTight("unsupported character '\(scalar)' in 'max-spread-checks' (wants an integer delay).")
      case .overflow:
        context.alertTight(
          "timer overflow in argument <\(line[1])> to <max-spread-checks>, maximum value is 2147483647 ms "
            + "(~24.8 days).")
      }
    }
  },
]

extension LoadContext {
  /// A number that is not negative; nil after a message.
  func positiveNumber(_ line: ConfigLine) -> Int? {
    guard let value = globalNumber(line) else { return nil }
    if value >= 0 { return value }
    alert("'\(line.keyword)' expects a positive numeric value.")
    return nil
  }

  /// The whole first argument as an unsigned number of 32 bits, as C's `strtoul` reads it; nil where more follows.
  func wholeNumber(_ line: ConfigLine) -> Int? {
    let (value, rest) = CInteger.long(line[1])
    return rest.isEmpty ? Int(UInt32(truncatingIfNeeded: value)) : nil
  }
}
