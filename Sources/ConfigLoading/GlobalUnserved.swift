import ConfigSyntax
import Configuration

/// Keywords of `global` that are read while nothing acts upon them yet: refused by name where they stand, after their
/// errors have been reported. An entry goes away with the work that makes it true.
///
/// Three that only tune what HAProxy has inside and Weir has not (`tune.idletimer`, `tune.pattern.cache-size`,
/// `tune.recv_enough`) are not here: docs/differences.md.
enum UnservedGlobalKeywords {
  static let names: Set<String> = [
    "busy-polling", "close-spread-time", "pp2-never-send-local", "set-dumpable", "tune.buffers.limit",
    "tune.buffers.reserve", "tune.fail-alloc", "tune.http.cookielen", "tune.pool-high-fd-ratio",
    "tune.pool-low-fd-ratio",
  ]

  /// The entries, those of the list above ending in a refusal; `no` before them asks for nothing.
  static func refusing(_ entries: [KeywordEntry]) -> [KeywordEntry] {
    entries.map { entry in
      guard names.contains(entry.name) else { return entry }
      return KeywordEntry(entry.name, entry.sections) { context, line in
        entry.parse(context, line)
        if line.prefix != .no && context.flags.isDisjoint(with: [.fatal, .abort]) { context.refuse(entry.name) }
      }
    }
  }
}
