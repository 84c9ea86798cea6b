import Configuration
import Proxies
import System

/// Commands whose answers the workers give: sessions, descriptors, activity.
extension CommandRunner {
  func askWorkers(_ command: RuntimeCommand, _ arguments: CommandArguments) -> CommandReply {
    switch command {
    case .showSess: return showSessions(arguments)
    case .shutdownSession: return shutdownSession(arguments)
    case .showFD: return showDescriptors(arguments)
    case .showActivity: return dump(.activity(wallClock: wallClock))
    case .showThreads: return dump(.threads)
    case .showPools: return dump(.pools)
    case .showTasks: return dump(.tasks)
    case .showPeers: return showPeers(arguments)
    case .showLibs where access.level == .user: return .permissionDenied
    case .showLibs: return .text(LoadedObjects.text)
    default: return .empty
    }
  }

  private func dump(_ kind: ThreadDump.Kind) -> CommandReply {
    ThreadDump(kind, process).map { .dump(.threads($0)) } ?? .text("Session not found.\n")
  }

  /// `show peers [dict|-] [<section>]`
  private func showPeers(_ arguments: CommandArguments) -> CommandReply {
    let dictionaries = arguments[0] == "dict"
    let name = dictionaries || arguments[0] == "-" ? arguments[1] : arguments[0]
    if name.isEmpty { return dump(.peers(section: nil, dictionaries: dictionaries)) }
    if !process.model.peers.contains(where: { $0.name == name && $0.localPeer != nil }) {
      return .error("No such peers")
    }
    return dump(.peers(section: name, dictionaries: dictionaries))
  }

  /// `show sess [<id> | all]`
  private func showSessions(_ arguments: CommandArguments) -> CommandReply {
    if access.level == .user { return .permissionDenied }
    let word = arguments[0]
    if word.isEmpty { return dump(.sessions(detailed: false, own: ownSessions.lines)) }
    // What is no number counts as none, as in HAProxy.
    let number = SessionNumber.parse(word) ?? 0
    if word == "all" || number == .max { return dump(.sessions(detailed: true, own: ownSessions.paragraphs)) }
    if number == 0 { return dump(.sessions(detailed: false, own: ownSessions.lines)) }
    return ownSessions.paragraph(number).map { .text($0) } ?? dump(.session(number))
  }

  private func shutdownSession(_ arguments: CommandArguments) -> CommandReply {
    if access.level != .admin { return .permissionDenied }
    guard let number = SessionNumber.parse(arguments[0]), number != 0 else {
      return .error("Session pointer expected (use 'show sess').")
    }
    return ThreadDump(.kill(number), process).map { .dump(.threads($0)) }
      ?? .error("No such session (use 'show sess').")
  }

  private func showDescriptors(_ arguments: CommandArguments) -> CommandReply {
    if access.level == .user { return .permissionDenied }
    return dump(.descriptors(one: arguments[0].isEmpty ? nil : LeadingNumber(arguments[0])?.value ?? 0))
  }
}

/// The number of a session as `show sess` writes it.
enum SessionNumber {
  static func parse(_ word: String) -> UInt64? {
    let isHexadecimal = word.hasPrefix("0x")
    let digits = (isHexadecimal ? word.dropFirst(2) : word[...]).prefix { $0.isASCII && $0.isHexDigit }
    if isHexadecimal { return UInt64(digits, radix: 16) ?? (digits.isEmpty ? nil : .max) }
    guard let number = LeadingNumber(word)?.whole else { return nil }
    return number == .max ? .max : UInt64(bitPattern: Int64(number))
  }
}

/// `show libs`: the files that are mapped into the process, each with its addresses.
enum LoadedObjects {
  static var text: String {
    guard let maps = try? Files.read("/proc/self/maps") else { return "" }
    var order: [String] = []
    var ranges: [String: (UInt64, UInt64)] = [:]
    for line in maps.split(separator: 0x0a) {
      let words = String(decoding: line, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: true)
      guard words.count >= 6, words[5].hasPrefix("/"), words[5].contains(".so") || words[1].contains("x") else {
        continue
      }
      let ends = words[0].split(separator: "-")
      guard ends.count == 2, let low = UInt64(ends[0], radix: 16), let high = UInt64(ends[1], radix: 16) else {
        continue
      }
      let path = String(words[5])
      if let known = ranges[path] {
        ranges[path] = (min(known.0, low), max(known.1, high))
      } else {
        order.append(path)
        ranges[path] = (low, high)
      }
    }
    return order.map { path in
      let (low, high) = ranges[path] ?? (0, 0)
      let size = String(high &- low, radix: 16)
      let padding = String(repeating: "0", count: max(0, 7 - size.utf8.count))
      return "0x\(hex(low))-0x\(hex(high &- 1)) (0x\(padding)\(size)) \(path)\n"
    }.joined()
  }
  private static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits
  }
}
