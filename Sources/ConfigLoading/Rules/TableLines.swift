import ConfigSyntax
import Configuration
import Samples
import StickTables

/// `stick-table` (manual section 4.2), and the `table` lines of `peers` sections, which are read alike.
let stickTableKeywords: [KeywordEntry] = [
  KeywordEntry("stick-table", .proxies, parse: StickTableLine.parse),
  KeywordEntry("stick", .proxies, parse: StickLine.parse),
]

/// What reading tables must remember between lines.
struct TableLoadState {
  /// Where each table was declared, and by what.
  struct Declaration {
    let title: String
    let location: SourceLocation
  }
  var declarations: [Declaration] = []
  /// The `peers` that each table names.
  var peerNames: [Int: String] = [:]
  var uses: [TableUse] = []
  /// The `peers` section that is open.
  var peersIndex: Int?
  /// Its line that listens, and the words of `default-bind`.
  var peersBind: ConfigLine?
  var peersBindDefaults: [String] = []
}

/// A place where a rule names a table, or means that of its proxy.
struct TableUse {
  enum Rule {
    case track(String)
    case stick, storeResponse
    var isStick: Bool { if case .track = self { false } else { true } }
  }
  let name: String
  let proxy: Int?
  let proxyName: String
  let rule: Rule
  let type: SampleType
  /// Its line stands among `tcp-request content`, and whether it could stand among `tcp-request session`.
  var fitsSession: Bool?
}

enum StickTableLine {
  @Sendable static func parse(_ context: LoadContext, _ line: ConfigLine) {
    if context.isInDefaults { return context.alert("'stick-table' is not supported in 'defaults' section.") }
    let name = context.proxy.name
    if let twin = context.model.tables.firstIndex(where: { $0.name == name }) {
      let other = context.ruleState.tables.declarations[twin]
      return context.alert(
        "stick-table name '\(name)' conflicts with table declared in \(other.title) at "
          + "\(other.location.file):\(other.location.line).")
    }
    var reading = TableReading(context, line, TableSettings(name: name, peerName: name), at: 1, inPeers: false)
    guard reading.read() else { return }
    reading.settings.proxy = context.proxyIndex
    add(reading, context, context.proxy.title)
  }

  static func add(_ reading: TableReading, _ context: LoadContext, _ title: String) {
    if let peers = reading.peers { context.ruleState.tables.peerNames[context.model.tables.count] = peers }
    context.ruleState.tables.declarations.append(.init(title: title, location: context.location))
    context.model.tables.append(reading.settings)
  }
}

/// The arguments of a table's line.
struct TableReading {
  let context: LoadContext
  let line: ConfigLine
  var settings: TableSettings
  var at: Int
  let inPeers: Bool
  var peers: String?
  private var hasType = false

  init(_ context: LoadContext, _ line: ConfigLine, _ settings: TableSettings, at: Int, inPeers: Bool) {
    self.context = context
    self.line = line
    self.settings = settings
    self.at = at
    self.inPeers = inPeers
  }
  private var keyword: String { line[0] }
  private var word: String { line[at] }
  private func fail(_ text: String) -> Bool {
    context.alert("\(keyword): \(text)")
    return false
  }

  /// False after an error.
  mutating func read() -> Bool {
    while !word.isEmpty {
      switch word {
      case "size": if !readSize() { return false }
      case "peers" where !inPeers:
        at += 1
        if word.isEmpty { return fail("missing argument after 'peers'.") }
        peers = word
        at += 1
      case "expire": if !readExpire() { return false }
      case "nopurge":
        settings.refusesWhenFull = true
        at += 1
      case "type": if !readType() { return false }
      case "store": if !readStores() { return false }
      case "srvkey":
        at += 1
        switch word {
        case "name": settings.serverKey = .name
        case "addr": settings.serverKey = .address
        default:
          context.alert("\(keyword) : unknown server key type '\(word)'.")
          return false
        }
        at += 1
      default: return fail("unknown argument '\(word)'.")
      }
    }
    if settings.size == 0 { return fail("missing size.") }
    if !hasType { return fail("missing type.") }
    return true
  }

  private mutating func readSize() -> Bool {
    at += 1
    if word.isEmpty { return fail("missing argument after 'size'.") }
    do throws(SizeText.Failure) {
      settings.size = try SizeText.parse(word)
    } catch {
      let odd =
        switch error {
        case .unexpected(let scalar), .overflow(let scalar): scalar
        }
      return fail("unexpected character '\(odd)' in argument of 'size'.")
    }
    at += 1
    return true
  }

  private mutating func readExpire() -> Bool {
    at += 1
    if word.isEmpty { return fail("missing argument after 'expire'.") }
    switch context.time(word) {
    case .value(let value): settings.expire = Int64(value)
    case .unexpected(let scalar): return fail("unexpected character '\(scalar)' in argument of 'expire'.")
    case .overflow:
      context.alertTight(
        "\(keyword): timer overflow in argument <\(word)> to <expire>, maximum value is 2147483647 ms (~24.8 days).")
      return false
    }
    at += 1
    return true
  }

  private mutating func readType() -> Bool {
    at += 1
    switch word {
    case "ip": (settings.keyType, settings.keyLength) = (.ip, 4)
    case "ipv6": (settings.keyType, settings.keyLength) = (.ipv6, 16)
    case "integer": (settings.keyType, settings.keyLength) = (.integer, 4)
    case "string": (settings.keyType, settings.keyLength) = (.string, 32)
    case "binary": (settings.keyType, settings.keyLength) = (.binary, 32)
    default: return fail("unknown type '\(word)'.")
    }
    hasType = true
    at += 1
    guard word == "len", settings.keyType == .string || settings.keyType == .binary else { return true }
    at += 1
    let length = CInteger.leadingLong(word)
    if length == 0 { return fail("unknown type '\(word)'.") }
    // HAProxy takes a negative length for a huge one; no key is longer than a buffer.
    settings.keyLength = length > 0 ? min(length, 16384) : 16384
    at += 1
    return true
  }

  private mutating func readStores() -> Bool {
    at += 1
    if word.isEmpty {
      at += 1
      return true
    }
    var rest = Substring(word)
    repeat {
      let nameEnd = rest.firstIndex { $0 == "," || $0 == "(" } ?? rest.endIndex
      let name = String(rest[..<nameEnd])
      guard let type = TableDataType(name: name) else { return fail("unknown store option '\(name)'.") }
      var arguments: [String] = []
      rest = rest[nameEnd...]
      if rest.first == "(" {
        guard let close = rest.firstIndex(of: ")") else {
          return fail("missing closing parenthesis after store option '\(name)'.")
        }
        arguments = rest[rest.index(after: rest.startIndex)..<close].split(
          separator: ",", maxSplits: 1, omittingEmptySubsequences: false
        ).map(String.init)
        rest = rest[rest.index(after: close)...]
      }
      if !store(type, name, arguments) { return false }
      // What stands between a parenthesis and the next comma counts for nothing.
      rest = rest[(rest.firstIndex(of: ",") ?? rest.endIndex)...].dropFirst()
    } while !rest.isEmpty
    at += 1
    return true
  }

  private mutating func store(_ type: TableDataType, _ name: String, _ arguments: [String]) -> Bool {
    var count = 1
    var period = 0
    let wantsPeriod = type.form == .rate
    if !wantsPeriod && !type.isArray && !arguments.isEmpty {
      return fail("unexpected argument to store option '\(name)'.")
    }
    var next = arguments
    if wantsPeriod || type.isArray {
      if next.isEmpty || next[0].isEmpty { return fail("missing argument to store option '\(name)'.") }
    }
    if type.isArray {
      count = CInteger.leading(next.removeFirst())
      if wantsPeriod && (next.isEmpty || next[0].isEmpty) { return fail("missing argument to store option '\(name)'.") }
      if count < 1 || count > 100 {
        return fail("array size is out of allowed range (1-100) for store option '\(name)'.")
      }
    }
    if wantsPeriod {
      guard case .value(let value) = context.time(next[0]) else {
        return fail("error when processing store option '\(name)'.")
      }
      period = value
    }
    for (array, singles, text) in [
      (TableDataType.gpt, [TableDataType.gpt0], "gpt0"), (.gpc, [.gpc0, .gpc1], "gpc[0/1]"),
      (.gpcRate, [.gpc0Rate, .gpc1Rate], "gpc[0/1]_rate"),
    ] {
      let clashes =
        type == array
        ? singles.contains(where: { settings.layout.has($0) }) : singles.contains(type) && settings.layout.has(array)
      if clashes {
        return fail(
          "simultaneous usage of '\(array.name)' and '\(text)' in a same table is not permitted as '\(array.name)' "
            + "overrides '\(text)'.")
      }
    }
    if settings.layout.has(type) {
      context.warningTight("\(keyword): store option '\(name)' already enabled, ignored.")
      return true
    }
    settings.layout.add(type, count: count, period: UInt32(clamping: period))
    return true
  }
}
