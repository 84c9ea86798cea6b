import Configuration
import Memory
import Primitives
import StickTables
import System

/// What one side of a session knows of a table that both have.
struct SharedTable {
  let table: StickTable
  /// Our number for it, from 1.
  let localID: UInt64
  var nameCache = PeerNameCache()
  /// The last change of ours that the peer was told of.
  var pushed: UInt32 = 0
  /// The last change of the peer's that came, and that we acknowledged.
  var got: UInt32 = 0
  var acknowledged: UInt32 = 0
  /// Where the lesson of all entries goes on; nil: none is being given.
  var lessonAt: Int?
}

/// One connection with a peer, whoever opened it: bytes in, bytes out (peers protocol 2.1).
struct PeerSession {
  enum Stage {
    case connecting
    /// The handshake of TLS is under way.
    case securing
    /// Hello sent: its status is awaited.
    case awaitsStatus
    /// Accepted: a hello is awaited.
    case awaitsHello
    case established
    case closed
  }
  var stage: Stage
  /// Index of the peer in its section; -1 until its hello has come.
  var peer: Int
  let link: PeerLink
  var socket: Socket { link.connection.socket }
  var input: [UInt8] = []
  var output: [UInt8] = []
  var tables: [SharedTable] = []
  /// The peer's tables by its numbers: ours, and how the peer's values are to be read.
  var remote: [UInt64: (table: Int, form: PeerTableForm)] = [:]
  /// The peer's table that its updates are of.
  var current: UInt64 = 0
  var lastIn: UInt32 = 0
  var rxCache = PeerNameCache()
  /// The peer has connected to us.
  var isAccepted = false
  var lastSent: Int64
  var lastReceived: Int64
  var isTeaching = false
  /// The last of our definitions that was sent.
  var definedTable = 0
  /// What is worth a trace, since it was last asked for.
  var heard = PeerTraceEvents()
  /// Signs of life that came and were not counted yet.
  private var heartbeats = 0
  mutating func takeHeartbeats() -> Int {
    defer { heartbeats = 0 }
    return heartbeats
  }

  static let inputLimit = 1 << 20

  init(stage: Stage, peer: Int, link: PeerLink, now: Int64) {
    self.stage = stage
    self.peer = peer
    self.link = link
    lastSent = now
    lastReceived = now
  }

  // MARK: - Out

  private mutating func send(_ type: UInt8, _ body: [UInt8]) {
    output += [10, type]
    PeerNumber.append(UInt64(body.count), to: &output)
    output += body
  }
  mutating func sendControl(_ type: UInt8) {
    output += [0, type]
    heard.append(.sentControl(type))
  }

  /// Begins to tell all that the tables hold, as a peer asks or as a process does that ends.
  mutating func teach() {
    isTeaching = true
    for i in tables.indices { tables[i].lessonAt = 0 }
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
  }

  private mutating func define(_ i: Int) {
    if definedTable == i + 1 { return }
    definedTable = i + 1
    var body: [UInt8] = []
    let name = tables[i].table.settings.peerName.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    PeerNumber.append(tables[i].localID, to: &body)
    PeerNumber.append(UInt64(name.count), to: &body)
    send(0x82, body + name + tables[i].table.wireDefinition)
  }

  private mutating func tell(_ i: Int, _ updates: [StickTable.PeerUpdate]) {
    if updates.isEmpty { return }
    define(i)
    for update in updates {
      send(0x85, Self.bigEndian(update.id) + Self.bigEndian(update.timeLeft) + update.keyAndData)
    }
  }

  /// Tells what has changed, goes on with a lesson, and acknowledges.
  mutating func push(_ names: ServerNames, now: Int64) {
    if stage != .established || output.count > 256 << 10 { return }
    for i in tables.indices {
      if tables[i].got != tables[i].acknowledged,
        let number = remote.first(where: { $0.value.table == i })?.key
      {
        tables[i].acknowledged = tables[i].got
        var body: [UInt8] = []
        PeerNumber.append(number, to: &body)
        send(0x84, body + Self.bigEndian(tables[i].got))
      }
      if let start = tables[i].lessonAt {
        let part = tables[i].table.lesson(from: start, limit: 200, &tables[i].nameCache, names, now: now)
        tell(i, part.updates)
        tables[i].lessonAt = part.next
      } else if tables[i].table.lastUpdate != tables[i].pushed {
        let updates = tables[i].table.updates(
          after: tables[i].pushed, limit: 200, &tables[i].nameCache, names, now: now)
        tell(i, updates)
        tables[i].pushed = updates.last?.id ?? tables[i].table.lastUpdate
      }
    }
    if isTeaching && tables.allSatisfy({ $0.lessonAt == nil }) {
      isTeaching = false
      sendControl(1)
    }
  }

  // MARK: - In

  enum Event {
    case none, resyncFinished, resyncPartial
    /// The peer has all that it was taught.
    case confirmed
    case broken
  }

  /// Handles the messages that are complete.
  mutating func readMessages(_ names: ServerNames, now: Int64) -> Event {
    var event = Event.none
    var start = 0
    while input.count - start >= 2 {
      let kind = input[start]
      let type = input[start + 1]
      if type < 128 {
        start += 2
        lastReceived = now
        guard kind == 0 else { return .broken }
        heard.append(.control(type))
        switch type {
        case 0: teach()
        case 1:
          sendControl(3)
          event = .resyncFinished
        case 2:
          sendControl(3)
          event = .resyncPartial
        case 3: event = .confirmed
        case 4: heartbeats += 1
        default: break
        }
        continue
      }
      var at = start + 2
      guard let length = PeerNumber.read(input[...], &at) else {
        if input.count - start > 12 { return .broken }
        break
      }
      if length > 16384 { return .broken }
      if input.count - at < Int(length) { break }
      let body = input[at..<at + Int(length)]
      start = at + Int(length)
      lastReceived = now
      if kind == 10 && !handle(type, body, names, now) { return .broken }
    }
    input.removeFirst(start)
    return event
  }

  private mutating func handle(_ type: UInt8, _ body: ArraySlice<UInt8>, _ names: ServerNames, _ now: Int64) -> Bool {
    var at = body.startIndex
    heard.append(.message(type))
    switch type {
    case 0x82: return readDefinition(body)
    case 0x83:
      guard let number = PeerNumber.read(body, &at) else { return false }
      current = number
    case 0x84: break
    case 0x80, 0x81, 0x85, 0x86:
      var id = lastIn &+ 1
      if type == 0x80 || type == 0x85 {
        guard let told = readWord(body, &at) else { return false }
        id = told
      }
      var timeLeft: UInt32?
      if type >= 0x85 {
        guard let told = readWord(body, &at) else { return false }
        timeLeft = told
      }
      lastIn = id
      guard let known = remote[current] else { return true }
      tables[known.table].got = id
      return tables[known.table].table.learn(
        body[at...], known.form, timeLeft: timeLeft, &rxCache, names, now: now)
    default: break
    }
    return true
  }
  private func readWord(_ body: ArraySlice<UInt8>, _ at: inout Int) -> UInt32? {
    guard body.endIndex - at >= 4 else { return nil }
    defer { at += 4 }
    return body[at..<at + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
  }

  private mutating func readDefinition(_ body: ArraySlice<UInt8>) -> Bool {
    var at = body.startIndex
    guard let number = PeerNumber.read(body, &at), let length = PeerNumber.read(body, &at),
      length <= UInt64(body.endIndex - at)
    else { return false }
    let name = Array(body[at..<at + Int(length)])
    at += Int(length)
    guard let keyType = PeerNumber.read(body, &at), let keyLength = PeerNumber.read(body, &at),
      let types = PeerNumber.read(body, &at)
    else { return false }
    current = number
    remote[number] = nil
    guard
      let i = tables.firstIndex(where: {
        $0.table.settings.peerName.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } == name
      }), remote.count < 1024
    else { return true }
    // A table of another form is not learned.
    if tables[i].table.settings.keyType.wireNumber != keyType || tables[i].table.wireKeyLength != keyLength {
      return true
    }
    if types >> UInt64(TableDataType.allCases.count) != 0 { return true }
    var form = PeerTableForm()
    form.types = types
    _ = PeerNumber.read(body, &at)
    while at < body.endIndex, let raw = PeerNumber.read(body, &at),
      let type = raw < 64 ? TableDataType(rawValue: UInt8(raw)) : nil
    {
      if type.isArray {
        guard let count = PeerNumber.read(body, &at), count >= 1, count <= 100 else { return false }
        form.counts[Int(raw)] = Int(count)
      }
      if type.form == .rate { _ = PeerNumber.read(body, &at) }
    }
    remote[number] = (i, form)
    return true
  }

  /// A line without its end, taken off the input; nil until it is complete.
  mutating func takeLine() -> String? {
    guard let end = input.firstIndex(of: 0x0a) else { return nil }
    var text = String.UnicodeScalarView()
    for byte in input[..<end] where byte != 0x0d { text.append(Unicode.Scalar(byte)) }
    input.removeFirst(end + 1)
    return String(text)
  }
}
