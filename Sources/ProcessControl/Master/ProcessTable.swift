import System

/// The processes that a master knows, and the form in which one master hands them to the next over an `exec`
/// (`HAPROXY_PROCESSES`, HAProxy's own form, so that either program can take the other's place).
struct ProcessTable {
  enum Kind: String { case master = "m", worker = "w", program = "e" }

  struct Entry {
    var kind: Kind
    var pid: Int32
    /// The master's end of the worker's socket; -1 without.
    var socket: Int32 = -1
    var reloads = 0
    /// The last of `reloads`, in which the new configuration was no good.
    var failedReloads = 0
    /// Seconds since 1970.
    var startedAt: Int
    var name = ""
    var version = ""
    /// A worker of an earlier configuration.
    var isLeaving: Bool { reloads > failedReloads }
  }
  var entries: [Entry] = []

  init() {}

  /// Reads what the master before wrote; what is no process is left out.
  init(_ text: String) {
    for part in text.split(separator: "|") {
      var fields: [Substring: Substring] = [:]
      for field in part.split(separator: ";") {
        guard let equal = field.firstIndex(of: "=") else { continue }
        fields[field[..<equal]] = field[field.index(after: equal)...]
      }
      func number(_ name: Substring) -> Int { fields[name].flatMap { Int($0) } ?? 0 }
      guard let kind = fields["type"].flatMap({ Kind(rawValue: String($0)) }), let pid = Int32(exactly: number("pid")),
        pid > 0
      else { continue }
      var entry = Entry(kind: kind, pid: pid, startedAt: number("timestamp"))
      entry.socket = fields["fd"].flatMap { Int32($0) } ?? -1
      entry.reloads = number("reloads")
      entry.failedReloads = number("failedreloads")
      entry.name = String(fields["id"] ?? "")
      entry.version = String(fields["version"] ?? "")
      entries.append(entry)
    }
  }

  var text: String {
    entries.map { entry in
      "|type=\(entry.kind.rawValue);fd=\(entry.socket);pid=\(entry.pid);reloads=\(entry.reloads);"
        + "failedreloads=\(entry.failedReloads);timestamp=\(entry.startedAt);id=\(entry.name);version=\(entry.version)"
    }.joined()
  }

  /// A reload in place came to its end: the processes are those of before.
  mutating func noteReload(hasFailed: Bool) {
    for place in entries.indices where entries[place].kind == .master {
      entries[place].reloads += 1
      entries[place].failedReloads = hasFailed ? entries[place].failedReloads + 1 : 0
    }
  }

  var workers: [Entry] { entries.filter { $0.kind == .worker } }
  /// The worker of the configuration that is served now.
  var current: Entry? { workers.first { !$0.isLeaving } }
  var master: Entry? { entries.first { $0.kind == .master } }

  /// The answer to `show proc`.
  func report(now: Int) -> String {
    func line(_ columns: [String]) -> String {
      columns.map { $0 + String(repeating: " ", count: max(0, 15 - $0.utf8.count)) }.joined(separator: " ") + "\n"
    }
    func row(_ entry: Entry, _ kind: String, _ reloads: String, _ version: String) -> String {
      let age = max(0, now - entry.startedAt)
      func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
      let time = "\(age / 86400)d\(two(age / 3600 % 24))h\(two(age / 60 % 60))m\(two(age % 60))s"
      return line(["\(entry.pid)", kind, reloads, time, version])
    }
    var text = line(["#<PID>", "<type>", "<reloads>", "<uptime>", "<version>"])
    if let master {
      text += row(master, "master", "\(master.reloads) [failed: \(master.failedReloads)]", Version.text)
    }
    text += "# workers\n"
    for one in workers where !one.isLeaving { text += row(one, "worker", "\(one.reloads)", one.version) }
    let old = workers.filter(\.isLeaving)
    if !old.isEmpty { text += "# old workers\n" }
    for one in old { text += row(one, "worker", "\(one.reloads)", one.version) }
    text += "# programs\n"
    let programs = entries.filter { $0.kind == .program }
    for one in programs where !one.isLeaving { text += row(one, one.name, "\(one.reloads)", "-") }
    if programs.contains(where: \.isLeaving) { text += "# old programs\n" }
    for one in programs where one.isLeaving { text += row(one, one.name, "\(one.reloads)", "-") }
    return text
  }
}
