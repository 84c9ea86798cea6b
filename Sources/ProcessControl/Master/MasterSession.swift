import Configuration
import System

/// One client of the master's socket: its lines go to the master itself or, with a prefix `@`, to a worker, whose
/// answers come back in their order (management manual, section 9.4).
final class MasterSession {
  private let client: Socket
  private var level: BindSettings.AccessLevel
  private let hasFailed: Bool
  private var input: [UInt8] = []
  private var output: [UInt8] = []
  private var commands: [String] = []
  private var worker: Socket?
  /// Commands without a prefix go there; nil: the master.
  private var target: Int32?
  private var isInteractive = false
  private var hasAnswered = false
  private var inputEnded = false
  private var isClosing = false
  private var wantsReload = false
  /// It asked for a reload in place, whose end it waits for.
  private(set) var isWaitingForReload = false
  private(set) var isOver = false
  private var clientInterest: Poller.Interest?
  private var workerInterest: Poller.Interest?

  private static let limit = 65536

  init(_ socket: Socket, level: BindSettings.AccessLevel, hasFailed: Bool) {
    client = socket
    self.level = level
    self.hasFailed = hasFailed
  }

  func close(_ poller: Poller) {
    poller.remove(client.descriptor)
    client.close()
    if let worker {
      poller.remove(worker.descriptor)
      worker.close()
    }
    worker = nil
  }

  /// Puts both sockets' interests where the session is now. `token` is the client's; the worker's is the next.
  func watch(_ poller: Poller, token: UInt64) {
    var wanted: Poller.Interest = output.isEmpty ? [.peerClosed] : [.write, .peerClosed]
    if worker == nil && !inputEnded { wanted.insert(.read) }
    if inputEnded { wanted.remove(.peerClosed) }
    if clientInterest == nil { poller.add(client.descriptor, wanted, token: token) }
    if clientInterest != wanted { poller.change(client.descriptor, wanted, token: token) }
    clientInterest = wanted
    guard let worker else { return }
    let reading: Poller.Interest = output.count < Self.limit ? .read : []
    if workerInterest == nil { poller.add(worker.descriptor, reading, token: token + 1) }
    if workerInterest != reading { poller.change(worker.descriptor, reading, token: token + 1) }
    workerInterest = reading
  }

  /// True once after a `reload`.
  func takeReloadWish() -> Bool {
    defer { wantsReload = false }
    return wantsReload
  }

  /// What came of the reload.
  func endReload(_ text: String) {
    isWaitingForReload = false
    write(text.hasSuffix("\n") ? text + "\n" : text + "\n\n")
    prompt()
  }

  /// Something can be received, from the worker or the client; nil: the master itself has something.
  func handle(isWorker: Bool?, _ table: ProcessTable) {
    if isWorker == true { receiveFromWorker() } else if isWorker == false { receive() }
    while !isOver {
      flush()
      if isOver || isWaitingForReload || worker != nil || output.count >= Self.limit { return }
      if isClosing {
        isOver = output.isEmpty
        return
      }
      if commands.isEmpty, !nextLine() {
        let isDone = hasAnswered && !isInteractive
        if (inputEnded || isDone) && output.isEmpty { isOver = true }
        return
      }
      if !commands.isEmpty { run(commands.removeFirst(), table) }
    }
  }

  // MARK: - Bytes

  private func receive() {
    if worker != nil && input.count >= Self.limit { return }
    var chunk: [UInt8] = []
    switch client.receive(into: &chunk, limit: 16384) {
    case .bytes: input += chunk
    case .wouldBlock: break
    case .closed: inputEnded = true
    case .failed: isOver = true
    }
    if input.count > Self.limit { isOver = true }
  }

  private func receiveFromWorker() {
    guard let worker else { return }
    var chunk: [UInt8] = []
    switch worker.receive(into: &chunk, limit: 16384) {
    case .bytes: output += chunk
    case .wouldBlock: break
    case .closed, .failed:
      worker.close()
      self.worker = nil
      workerInterest = nil
      prompt()
    }
  }

  private func flush() {
    while !output.isEmpty {
      switch client.send(output) {
      case .bytes(let n): output.removeFirst(n)
      case .wouldBlock: return
      case .closed, .failed:
        isOver = true
        return
      }
    }
  }

  private func write(_ text: String) { output += text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

  private func prompt() {
    guard isInteractive else { return }
    write(target.map { "\($0)> " } ?? "master\(hasFailed ? "[ReloadFailed]" : "")> ")
  }

  // MARK: - Commands

  /// Takes a line in; one that ends in `<<` waits for its payload. False: no whole line is there.
  private func nextLine() -> Bool {
    guard var end = input.firstIndex(of: 0x0a) else { return false }
    let line = input[..<end].filter { $0 != 0x0d }
    if line.suffix(2) == [0x3c, 0x3c] {
      // The payload ends at an empty line.
      while true {
        guard let next = input[(end + 1)...].firstIndex(of: 0x0a) else { return false }
        let isEnd = next == end + 1
        end = next
        if isEnd { break }
      }
      commands = [Self.text(input[...end])]
    } else {
      commands = Self.commands(line)
    }
    input.removeFirst(end + 1)
    return true
  }

  private static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  /// The commands of a line: `;` separates them, unless a backslash stands before it.
  private static func commands(_ line: [UInt8]) -> [String] {
    var found: [String] = []
    var start = 0
    for i in line.indices where line[i] == UInt8(ascii: ";") && (i == 0 || line[i - 1] != UInt8(ascii: "\\")) {
      found.append(text(line[start..<i]))
      start = i + 1
    }
    return found + [text(line[start...])]
  }

  private func run(_ command: String, _ table: ProcessTable) {
    var words = command.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    var place = target
    var rest = command
    var isOwn = words == ["quit"]
    if let prefix = words.first, prefix.hasPrefix("@") {
      guard let found = resolve(prefix, table) else {
        write("Can't find the target PID matching the prefix '\(prefix)'\n")
        isClosing = true
        return
      }
      place = found
      isOwn = false
      rest = String(command.drop(while: { $0 == " " || $0 == "\t" }).dropFirst(prefix.count))
      words.removeFirst()
      if words.isEmpty {
        target = found
        prompt()
        return
      }
    }
    hasAnswered = true
    if words == ["quit"], !isOwn, place == nil {
      // Only the session within this one ends, as a worker's would.
      return prompt()
    }
    if let place, !isOwn, words != ["prompt"] { forward(rest, to: place, table) } else { answer(words, table) }
  }

  /// The process behind a prefix: nil inside for the master, nil for nobody.
  private func resolve(_ prefix: String, _ table: ProcessTable) -> Int32?? {
    let name = prefix.dropFirst()
    if name.isEmpty || name == "master" { return .some(nil) }
    if name.hasPrefix("!") {
      guard let pid = Int32(name.dropFirst()) else { return nil }
      if table.master?.pid == pid { return .some(nil) }
      return table.workers.first { $0.pid == pid }.map { .some($0.pid) }
    }
    if Int(name) == 0 { return .some(nil) }
    // There is one worker at a time.
    guard Int(name) == 1, let current = table.current else { return nil }
    return .some(current.pid)
  }

  /// Has the worker run the command.
  private func forward(_ command: String, to pid: Int32, _ table: ProcessTable) {
    guard let entry = table.workers.first(where: { $0.pid == pid }), entry.socket >= 0 else {
      write("Can't find the target CLI!\n")
      isClosing = true
      return
    }
    let own = entry.openSession()
    let lowered = level == .admin ? "" : level == .oper ? "operator -;" : "user -;"
    let line = (lowered + command).unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    guard let own, case .bytes = own.send(line.last == 0x0a ? line : line + [0x0a]) else {
      own?.close()
      write("Can't connect to the target CLI!\n")
      isClosing = true
      return
    }
    own.descriptor.setNonBlocking()
    worker = own
  }

  private func answer(_ words: [String], _ table: ProcessTable) {
    switch MasterCommand.find(words) {
    case .reload?:
      if level == .user {
        write("Permission denied\n\n")
      } else {
        wantsReload = true
        if MasterStart.reloadsInPlace != nil { isWaitingForReload = true } else { isClosing = true }
      }
      return
    case .quit?:
      isClosing = true
      return
    case .prompt?:
      isInteractive.toggle()
      if !isInteractive { write("\n") }
      prompt()
      return
    case .showProcesses?: write(table.report(now: Int(Clock.wallMicroseconds() / 1_000_000)))
    case .showVersion?: write(Version.text + "\n")
    case .showLevel?: write(level == .admin ? "admin\n" : level == .oper ? "operator\n" : "user\n")
    case .operatorLevel?:
      if level == .admin { level = .oper }
      return prompt()
    case .userLevel?:
      level = .user
      return prompt()
    case .expertMode?, .experimentalMode?, .debugMode?:
      // There is nothing that they would add here; the worker's commands have modes of their own.
      if level != .admin { write("Permission denied!\n") }
      return prompt()
    case .showSockets?: break
    case .help?: write(MasterCommand.listing.list(Array(words.dropFirst())))
    case nil: write(MasterCommand.listing.unknown(words))
    }
    write("\n")
    prompt()
  }
}
