import Memory
import Primitives
import Proxies
import Samples
import StickTables

/// `show table`, `set table`, `clear table` (management guide section 9.3).
extension CommandRunner {
  enum TableAction { case show, set, clear }

  func tableCommand(_ action: TableAction, _ arguments: CommandArguments) -> CommandReply {
    if arguments[0].isEmpty {
      if action == .show { return .text(process.tables.reversed().map { head(of: $0) }.joined()) }
      return .error(Self.usage(action))
    }
    guard let table = process.tables.first(where: { $0.settings.name == arguments[0] }) else {
      return .error("No such table")
    }
    if arguments[1] == "key" { return onKey(action, table, arguments) }
    if arguments[1].hasPrefix("data.") {
      if action == .set {
        return .error("content-based lookup is only supported with the \"show\" and \"clear\" actions")
      }
      return filtered(action, table, arguments)
    }
    if !arguments[1].isEmpty { return .error(Self.usage(action)) }
    switch action {
    case .show: return .text(head(of: table) + lines(table.entriesInOrder(now: now), table))
    case .set: return .empty
    case .clear: return clear(table, table.entries(now: now))
    }
  }

  private static func usage(_ action: TableAction) -> String {
    switch action {
    case .show: "Optional argument only supports \"data.<store_data_type>\" <operator> <value> and key <key>"
    case .set: "Required arguments: <table> key <key> [data.<store_data_type> <value>]*"
    case .clear: "Required arguments: <table> \"data.<store_data_type>\" <operator> <value> or <table> key <key>"
    }
  }

  // MARK: - Text

  private func head(of table: StickTable) -> String {
    let s = table.settings
    return "# table: \(s.name), type: \(s.keyType.name), size:\(s.size), used:\(table.count(now: now))\n"
  }
  private func lines(_ entries: [StickTable.Snapshot], _ table: StickTable) -> String {
    if access.level == .user { return "# contents not dumped due to insufficient privileges\n" }
    return entries.map { line($0, table) }.joined()
  }
  private func line(_ entry: StickTable.Snapshot, _ table: StickTable) -> String {
    let settings = table.settings
    let key = settings.text(of: entry.key)
    var text = "0x\(String(entry.identity, radix: 16)): key=\(key) use=\(entry.uses) exp=\(entry.timeLeft)"
    for (type, element, value) in entry.values {
      let name: String
      switch type {
      case .gpt: name = "gpt\(element)"
      case .gpc: name = "gpc\(element)"
      case .gpcRate: name = "gpc\(element)_rate"
      default: name = type.name
      }
      switch type.form {
      case .rate: text += " \(name)(\(settings.layout.period(type)))=\(value)"
      case .name: text += " \(name)=\(process.serverNames.name(UInt32(truncatingIfNeeded: value))?.latin1 ?? "-")"
      case .number, .wideNumber: text += " \(name)=\(value)"
      }
    }
    return text + "\n"
  }

  // MARK: - One key

  private func onKey(_ action: TableAction, _ table: StickTable, _ arguments: CommandArguments) -> CommandReply {
    if arguments[2].isEmpty { return .error("Key value expected") }
    if access.level == .user { return .permissionDenied }
    let key: [UInt8]
    switch table.settings.key(text: arguments[2]) {
    case .key(let bytes): key = bytes
    case .invalid: return .error("Invalid key")
    case .unsupported:
      let what =
        switch action {
        case .show: "Showing keys from"
        case .set: "Inserting keys into"
        case .clear: "Removing keys from"
        }
      return .error("\(what) tables of type other than ip, ipv6, string and integer is not supported")
    }
    return key.withBytes { bytes in
      switch action {
      case .show:
        guard let entry = table.entry(bytes, now: now) else { return .empty }
        return .text(head(of: table) + lines([entry], table))
      case .clear:
        return table.remove(bytes, now: now) ? .empty : .error("Entry currently in use, cannot remove")
      case .set: return set(table, bytes, arguments)
      }
    }
  }

  private func set(_ table: StickTable, _ key: Bytes, _ arguments: CommandArguments) -> CommandReply {
    guard let slot = table.hold(key, makes: true, now: now) else { return .error("Unable to allocate a new entry") }
    defer { table.release(slot, touching: true, now: now) }
    var at = 3
    while !arguments[at].isEmpty {
      guard arguments[at].hasPrefix("data.") else { return .error("\"data.<type>\" followed by a value expected") }
      guard let type = TableDataType(name: String(arguments[at].dropFirst(5))) else {
        return .error("Unknown data type")
      }
      if !table.settings.layout.has(type) { return .error("Data type not stored in this table") }
      guard let value = Int64(arguments[at + 1]) else { return .error("Require a valid integer value to store") }
      if type.form != .name { table.set(slot, type, to: UInt64(bitPattern: value), now: now) }
      at += 2
    }
    return .empty
  }

  // MARK: - Filters

  private func filtered(_ action: TableAction, _ table: StickTable, _ arguments: CommandArguments) -> CommandReply {
    var filters: [(type: TableDataType, operation: String, value: Int64)] = []
    var at = 1
    while arguments[at].hasPrefix("data.") {
      if filters.count == 4 {
        return .error(
          "Detected extra data in filter, \(at + 3)th word of input, after '\(arguments[at - 1])'")
      }
      let number = filters.count + 1
      guard let type = TableDataType(name: String(arguments[at].dropFirst(5))) else {
        return .error("Filter entry #\(number): Unknown data type")
      }
      if !table.settings.layout.has(type) {
        return .error("Filter entry #\(number): Data type not stored in this table")
      }
      guard ["eq", "ne", "le", "ge", "lt", "gt"].contains(arguments[at + 1]) else {
        return .error(
          "Filter entry #\(number): Require and operator among \"eq\", \"ne\", \"le\", \"ge\", \"lt\", \"gt\"")
      }
      guard let value = Int64(arguments[at + 2]) else {
        return .error("Filter entry #\(number): Require a valid integer value to compare against")
      }
      filters.append((type, arguments[at + 1], value))
      at += 3
    }
    if !arguments[at].isEmpty {
      return .error("Detected extra data in filter, \(at + 3)th word of input, after '\(arguments[at - 1])'")
    }
    let entries = table.entriesInOrder(now: now).filter { entry in
      filters.allSatisfy { filter in
        let kept = entry.values.first { $0.type == filter.type }.map { Int64(clamping: $0.value) } ?? 0
        return switch filter.operation {
        case "eq": kept == filter.value
        case "ne": kept != filter.value
        case "le": kept <= filter.value
        case "ge": kept >= filter.value
        case "lt": kept < filter.value
        default: kept > filter.value
        }
      }
    }
    if action == .clear { return clear(table, entries) }
    return .text(head(of: table) + lines(entries, table))
  }

  private func clear(_ table: StickTable, _ entries: [StickTable.Snapshot]) -> CommandReply {
    if access.level == .user { return .empty }
    for entry in entries { entry.key.withBytes { _ = table.remove($0, now: now) } }
    return .empty
  }
}

extension StickTable {
  /// All entries in the order of their keys, as HAProxy lists them: numbers by their bytes in memory.
  func entriesInOrder(now: Int64) -> [Snapshot] {
    let isNumber = settings.keyType == .integer
    return entries(now: now).sorted { a, b in
      isNumber
        ? a.key.reversed().lexicographicallyPrecedes(b.key.reversed()) : a.key.lexicographicallyPrecedes(b.key)
    }
  }
}

/// What a key of a command was.
enum TableKeyText {
  case key([UInt8])
  case invalid
  case unsupported
}

extension TableSettings {
  /// The bytes of a key as an operator writes it.
  func key(text: String) -> TableKeyText {
    func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
    }
    switch keyType {
    case .ip:
      // HAProxy takes what is no address for 0.0.0.0.
      if case .v4(let address)? = IPAddress(text) { return .key(bytes(UInt64(address.bits), 4)) }
      return .key([0, 0, 0, 0])
    case .ipv6:
      guard case .v6(let address)? = IPAddress(text) else { return .invalid }
      return .key(bytes(address.high, 8) + bytes(address.low, 8))
    case .integer:
      guard let number = UInt64(text), number <= UInt64(UInt32.max) else { return .invalid }
      return .key(bytes(number, 4))
    case .string:
      return .key(Array(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }.prefix(keyLength)))
    case .binary: return .unsupported
    }
  }
}
