import Memory
import Proxies
import Samples

/// `show|get|add|del|set|clear|prepare|commit` of `map` and `acl` (management guide section 9.3).
extension CommandRunner {
  func patterns(_ command: RuntimeCommand, _ arguments: CommandArguments, payload: String?) -> CommandReply {
    let isMap = command.form.words.hasSuffix("map")
    let commands = PatternCommands(references: process.model.patternReferences, isMap: isMap)
    switch command {
    case .showACL, .showMap: return commands.show(arguments)
    case .getACL, .getMap: return commands.get(arguments)
    case .addACL, .addMap: return commands.add(arguments, payload: payload ?? (hasPayload ? "" : nil))
    case .delACL, .delMap: return commands.remove(arguments)
    case .setMap: return commands.set(arguments)
    case .clearACL, .clearMap: return commands.clear(arguments)
    case .prepareACL, .prepareMap: return commands.prepare(arguments)
    default: return commands.commit(arguments)
    }
  }
}

/// The commands on lists of patterns, of one kind: only lists that are used so are seen.
struct PatternCommands {
  /// All lists, and those of this kind.
  let all: [PatternReference]
  let references: [PatternReference]
  let isMap: Bool
  private var kind: String { isMap ? "map" : "ACL" }
  private var word: String { isMap ? "map" : "acl" }
  private var unknown: CommandReply { .error("Unknown \(kind) identifier. Please use #<id> or <file>.") }

  init(references: [PatternReference], isMap: Bool) {
    all = references
    self.references = references.filter { isMap ? $0.isUsedByMap : $0.isUsedByACL }
    self.isMap = isMap
  }

  /// A list by `#` and its number, or by its file.
  private func find(_ name: String) -> PatternReference? { find(name, in: references) }
  /// Commands that ask, add and change find lists of the other kind too, as HAProxy's do.
  private func findAny(_ name: String) -> PatternReference? { find(name, in: all) }
  private func find(_ name: String, in references: [PatternReference]) -> PatternReference? {
    guard name.hasPrefix("#") else { return references.first { $0.file == name } }
    let digits = name.dropFirst()
    guard let id = digits.isEmpty ? 0 : Int32(digits) else { return nil }
    return references.first { $0.id == id }
  }
  /// The generation of a word `@<number>`, and what stands behind it.
  private func generation(_ arguments: CommandArguments) -> (UInt32?, CommandArguments) {
    guard arguments[0].hasPrefix("@") else { return (nil, arguments) }
    let digits = arguments[0].dropFirst().prefix { $0.isASCII && $0.isNumber }
    return (UInt32(digits) ?? 0, CommandArguments(Array(arguments.words.dropFirst())))
  }
  private func bytes(_ text: String) -> Bytes { Bytes(permanent: text) }
  /// An entry as it is named: `#0x...`.
  private static func handle(_ number: UInt32) -> String {
    "0x" + String(0x5500_0000_0000 + UInt64(number) * 64, radix: 16)
  }
  private func number(_ word: String) -> UInt32?? {
    guard word.hasPrefix("#") else { return nil }
    let digits = word.hasPrefix("#0x") ? word.dropFirst(3) : word.dropFirst(1)
    guard let value = UInt64(digits, radix: 16) else { return nil }
    return .some(UInt32(exactly: (value &- 0x5500_0000_0000) / 64))
  }

  func show(_ all: CommandArguments) -> CommandReply {
    let (version, arguments) = generation(all)
    if arguments.isEmpty && version == nil {
      var text = "# id (file) description\n"
      for list in references {
        // HAProxy counts an entry for each way it is compiled in.
        let count = list.count * max(1, list.expressionCount)
        text += "\(list.id) (\(list.file ?? "")) \(list.display). curr_ver=\(list.currentGeneration) "
        text += "next_ver=\(list.nextGeneration) entry_cnt=\(count)\n"
      }
      return .text(text)
    }
    guard let list = find(arguments[0]) else { return unknown }
    return .dump(.patterns(PatternDump(list, generation: version)))
  }

  func get(_ arguments: CommandArguments) -> CommandReply {
    if arguments[0].isEmpty || arguments[1].isEmpty { return .error("Missing \(kind) identifier and/or key.") }
    guard let list = findAny(arguments[0]) else { return unknown }
    var text = ""
    for way in list.lookUp(bytes(arguments[1])) {
      text += "type=\(way.method), case=\(way.ignoresCase ? "insensitive" : "sensitive")"
      let answer = isMap ? "found" : "match"
      if let found = way.found {
        text += ", \(answer)=yes, idx=\(found.isIndexed ? "tree" : "list")"
        text += ", \(isMap ? "key" : "pattern")=\"\(found.pattern.latin1)\""
        if isMap {
          text += found.value.map { ", value=\"\($0.text.latin1)\", type=\"\($0.type)\"" } ?? ", value=none"
        }
      } else {
        text += ", \(answer)=no"
      }
      text += "\n"
    }
    return .text(text)
  }

  func add(_ all: CommandArguments, payload: String?) -> CommandReply {
    let (version, arguments) = generation(all)
    if isMap {
      let hasKey = !arguments[1].isEmpty && !arguments[2].isEmpty
      if arguments[0].isEmpty || !hasKey && payload == nil {
        return .error(
          "'add map' expects three parameters (map identifier, key and value) or one parameter (map identifier) and a "
            + "payload")
      }
    } else if arguments[0].isEmpty || arguments[1].isEmpty {
      return .error("'add acl' expects two parameters: ACL identifier and pattern.")
    }
    guard let list = findAny(arguments[0]) else { return unknown }
    if !isMap && list.isMap {
      return .error(
        "This ACL is shared with a map containing samples. You must use the command 'add map' to add values.")
    }
    if let version, Int32(bitPattern: list.nextGeneration &- version) < 0 {
      return .error("Version number in the future, please use 'prepare \(word)' before.")
    }
    do throws(PatternError) {
      guard let payload else {
        try list.add(bytes(arguments[1]), value: isMap ? bytes(arguments[2]) : nil, generation: version)
        return .empty
      }
      if isMap && payload.isEmpty { return .error("Missing value for key '\n'.") }
      for line in payload.unicodeScalars.split(separator: "\n") {
        if !isMap {
          try list.add(bytes(String(line)), value: nil, generation: version)
          continue
        }
        let key = line.prefix { $0 != " " && $0 != "\t" }
        let rest = line.dropFirst(key.count).drop { $0 == " " || $0 == "\t" }
        if rest.isEmpty { return .error("Missing value for key '\(String(key))'.") }
        try list.add(bytes(String(key)), value: bytes(String(rest)), generation: version)
      }
      return .empty
    } catch {
      return .error("\(error.message).")
    }
  }

  func remove(_ arguments: CommandArguments) -> CommandReply {
    if arguments[0].isEmpty || arguments[1].isEmpty {
      return .error("This command expects two parameters: \(kind) identifier and key.")
    }
    guard let list = find(arguments[0]) else {
      return .error("Unknown map identifier. Please use #<id> or <file>.")
    }
    let removed: Int
    if let number = number(arguments[1]) {
      removed = number.map { list.remove(number: $0) } ?? 0
    } else {
      removed = list.remove(bytes(arguments[1]))
    }
    return removed == 0 ? .error("Key not found.") : .empty
  }

  func set(_ arguments: CommandArguments) -> CommandReply {
    if arguments[0].isEmpty || arguments[1].isEmpty || arguments[2].isEmpty {
      return .error("'set map' expects three parameters: map identifier, key and value.")
    }
    guard let list = findAny(arguments[0]) else { return unknown }
    do throws(PatternError) {
      if let number = number(arguments[1]) {
        let changed = try number.map { (n) throws(PatternError) in try list.set(number: n, value: bytes(arguments[2])) }
        return (changed ?? 0) == 0 ? .error("key or pattern not found.") : .empty
      }
      let changed = try list.set(bytes(arguments[1]), value: bytes(arguments[2]))
      return changed == 0 ? .error("entry not found.") : .empty
    } catch {
      return .error("\(error.message).")
    }
  }

  func clear(_ all: CommandArguments) -> CommandReply {
    let (version, arguments) = generation(all)
    if arguments[0].isEmpty { return .error("Missing \(kind) identifier.") }
    guard let list = find(arguments[0]) else { return unknown }
    list.clear(generation: version)
    return .empty
  }

  func prepare(_ arguments: CommandArguments) -> CommandReply {
    guard let list = find(arguments[0]) else { return unknown }
    return .message(.info, "New version created: \(list.prepare())\n")
  }

  func commit(_ all: CommandArguments) -> CommandReply {
    let (version, arguments) = generation(all)
    guard let version else { return .error("Missing version number.") }
    if arguments[0].isEmpty { return .error("Missing \(kind) identifier.") }
    guard let list = find(arguments[0]) else { return unknown }
    do throws(PatternError) {
      // The current version itself is none to go to.
      if version == list.currentGeneration { return .error("Version number out of range.") }
      return try list.commit(version) ? .empty : .error("Version number out of range.")
    } catch {
      return .error("\(error.message).")
    }
  }

  /// The entries of a list, some at a time.
  struct Dump {
    private let list: PatternReference
    private let generation: UInt32
    private var last: Int64 = -1
    init(_ list: PatternReference, generation: UInt32?) {
      self.list = list
      self.generation = generation ?? list.currentGeneration
    }
    mutating func next() -> String? {
      let entries = list.entries(after: last, limit: 256, generation: generation)
      guard let newest = entries.last else { return nil }
      last = Int64(newest.number)
      return entries.reduce(into: "") { text, entry in
        text += "\(PatternCommands.handle(entry.number)) \(entry.pattern.latin1)"
        text += entry.value.map { " \($0.latin1)\n" } ?? "\n"
      }
    }
  }
}
typealias PatternDump = PatternCommands.Dump
