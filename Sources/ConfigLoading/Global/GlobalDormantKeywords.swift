import ConfigSyntax
import Configuration

/// Keywords of `global` whose values are checked and kept as text: those of compression, which acts on them, and those
/// that only concern features which are refused where they are asked for.
let globalDormantKeywords: [KeywordEntry] = [
  dormantNumber("tune.h2.header-table-size", in: 4096...65536, "expects a numeric value between 4096 and 65536."),
  dormantNumber(
    "tune.h2.max-frame-size", in: 16384...16_777_215, "expects a numeric value between 16384 and 16777215."),
  dormantNumber("tune.h2.initial-window-size", in: 0...Int(Int32.max), "expects a positive numeric value."),
  dormantNumber("tune.h2.max-concurrent-streams", in: 0...Int(Int32.max), "expects a positive numeric value."),
  dormantNumber(
    "tune.peers.max-updates-at-once", in: 1...Int(Int32.max), "expects an integer argument greater than 0."),
  dormantNumber("tune.comp.maxlevel", in: 1...9, "expects a numeric value between 1 and 9"),
  dormantNumber(
    "maxcompcpuusage", in: 0...100, missing: "expects an integer argument between 0 and 100.",
    "expects an integer argument between 0 and 100."),
  dormantNumber("maxcomprate", missing: "expects an integer argument in kb/s.", ""),
  dormantNumber("maxzlibmem", missing: "expects an integer argument.", ""),
  dormantText("cluster-secret"),
  KeywordEntry("h2-workaround-bogus-websocket-clients", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 0) else { return }
    context.model.global.dormant[line.keyword] = "on"
  },
  KeywordEntry("tune.lua.forced-yield", .global) { context, line in
    guard let count = context.wholeNumber(line) else { return context.alert("\(line.keyword): invalid number") }
    context.model.global.dormant[line.keyword] = String(count)
  },
  KeywordEntry("tune.lua.maxmem", .global) { context, line in
    if line[1].isEmpty {
      return context.alert("'tune.lua.maxmem' expects an integer argument (Lua memory size in MB).")
    }
    let (value, rest) = CInteger.long(line[1])
    if let scalar = rest.unicodeScalars.first {
      return context.alert("tune.lua.maxmem: invalid number \(line[1]) (error at '\(scalar)')")
    }
    context.model.global.dormant[line.keyword] = String(value)
  },
  luaTimeout("tune.lua.session-timeout"), luaTimeout("tune.lua.task-timeout"), luaTimeout("tune.lua.service-timeout"),
]

/// `message` follows the keyword's quoted name. Without `missing`, a missing number counts as 0.
private func dormantNumber(
  _ name: String, in range: ClosedRange<Int> = Int.min...Int.max, missing: String? = nil, _ message: String
) -> KeywordEntry {
  KeywordEntry(name, .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if line[1].isEmpty, let missing { return context.alert("'\(name)' \(missing)") }
    let value = CInteger.leading(line[1])
    guard range.contains(value) else { return context.alert("'\(name)' \(message)") }
    context.model.global.dormant[name] = String(value)
  }
}

private func dormantText(_ name: String) -> KeywordEntry {
  KeywordEntry(name, .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if line[1].isEmpty { return context.alert("expects an ASCII string argument.") }
    if context.model.global.dormant[name] != nil { return context.alreadySpecified(name) }
    context.model.global.dormant[name] = line[1]
  }
}

private func luaTimeout(_ name: String) -> KeywordEntry {
  KeywordEntry(name, .global) { context, line in
    do throws(TimeText.Failure) {
      context.model.global.dormant[name] = String(try context.duration(line[1]))
    } catch {
      switch error {
      case .unexpected: context.alert("\(name): invalid timeout")
      case .overflow:
        context.alert(
          "timer overflow in argument <\(line[1])> to <\(name)> (maximum value is 2147483647 ms or ~24.8 days)")
      }
    }
  }
}
