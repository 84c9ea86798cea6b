public import Proxies
import Configuration
import Memory
import Primitives
import StickTables
import System

/// What `show peers` tells of a peer besides its session.
struct PeerHistory {
  enum Status: String { case none = "NONE", connecting = "CONN", established = "ESTA" }
  var status = Status.none
  /// Tick at which the last handshake began, or succeeded.
  var handshake: Int64?
  var connections = 0
  var collisions = 0
  /// Messages that could not be read, and sessions that ended in silence.
  var errors = 0
  var silences = 0
  var heartbeatsSent = 0
  var heartbeatsReceived = 0

  mutating func begin(at tick: Int64) {
    status = .connecting
    handshake = tick
  }
  mutating func established(at tick: Int64) {
    status = .established
    handshake = tick
  }
}

/// `show peers`, in HAProxy's form. Numbers stand where HAProxy has addresses of memory.
extension PeersService {
  public func answer(_ report: WorkerReport, now: Int64) {
    guard case .peers(let section, let dictionaries) = report.question else { return }
    var answer = WorkerReport.Answer()
    for (number, peers) in process.model.peers.enumerated() where peers.localPeer != nil {
      if let section, peers.name != section { continue }
      answer.text += text(number, peers, dictionaries, now) + "\n"
    }
    if !answer.text.isEmpty { answer.text.removeLast() }
    report.give(answer)
  }

  private func text(_ number: Int, _ peers: PeersSettings, _ dictionaries: Bool, _ now: Int64) -> String {
    let date = PeerTime.date(secondsSince1970: process.startedAt / 1_000_000)
    let asked = askedAt[number]
    var text =
      "0x\(hex(number + 1)): [\(date)] id=\(peers.name) disabled=\(peers.isDisabled ? 1 : 0) "
      + "flags=0x\(isSynchronized[number] ? "6811" : "0") "
      + "resync_timeout=\(asked == 0 ? "<NEVER>" : PeerTime.until(asked + Self.silence, now)) task_calls=0\n"
    let tables = tables(of: number)
    for peer in peers.peers.reversed() {
      text += self.text(of: peer, number, peers, tables, dictionaries, now)
    }
    return text
  }

  private func text(
    of peer: PeersSettings.Peer, _ number: Int, _ peers: PeersSettings, _ tables: [StickTable], _ dictionaries: Bool,
    _ now: Int64
  ) -> String {
    let isLocal = peer.name == peers.localPeer?.name
    let place = remotes.firstIndex { $0.section == number && $0.name == peer.name }
    let remote = place.map { remotes[$0] }
    let history = remote?.history ?? PeerHistory()
    let session = remote?.session.flatMap { sessions[$0] }
    let endpoint = isLocal ? peers.binds.first?.address.endpoint ?? peer.endpoint : peer.endpoint
    let address = endpoint.address.map { "\($0):\(endpoint.port)" } ?? "unknown"
    let shake = history.handshake.map { PeerTime.span(now - $0) } ?? "<NEVER>"
    let reconnect =
      session != nil
      ? PeerTime.until((session?.lastReceived ?? 0) + Self.silence, now)
      : remote.flatMap { $0.isLocal && farewell == nil ? nil : PeerTime.until($0.nextTry, now) } ?? "<NEVER>"
    let beat =
      session?.stage == .established ? PeerTime.until((session?.lastSent ?? 0) + Self.heartbeat, now) : "<NEVER>"
    var text =
      "  0x\(hex(peer.location.line + 1)): id=\(peer.name)(\(isLocal ? "local" : "remote"),"
      + "\(session == nil ? "inactive" : "active")) addr=\(address) last_status=\(history.status.rawValue) "
      + "last_hdshk=\(shake)\n"
      + "        reconnect=\(reconnect) heartbeat=\(beat) confirm=0 tx_hbt=\(history.heartbeatsSent) "
      + "rx_hbt=\(history.heartbeatsReceived) no_hbt=\(history.silences) new_conn=\(history.connections) "
      + "proto_err=\(history.errors) coll=\(history.collisions)\n"
      + "        flags=0x0"
    if let session {
      let isUp = session.stage == .established
      text += " appctx:0x\(hex(session.socket.descriptor.number)) st0=\(isUp ? 7 : 6) st1=0 task_calls=0 "
      text += "state=\(isUp ? "EST" : "CON")\n"
      if isUp { text += addresses(session) + lastTables(session) }
    } else {
      text += "\n"
    }
    text += "        shared tables:\n"
    for (id, table) in tables.enumerated().reversed() {
      text += self.text(of: table, id, session, dictionaries)
    }
    return text
  }

  private func addresses(_ session: PeerSession) -> String {
    func text(_ end: Endpoint) -> String { end.address.map { "\($0):\(end.port)" } ?? "unknown" }
    return
      "        xprt=\(session.link.connection.isTLS ? "SSL" : "RAW") src=\(text(session.socket.peerEndpoint ?? .none)) "
      + "addr=\(text(session.socket.localEndpoint))\n"
  }

  private func lastTables(_ session: PeerSession) -> String {
    func line(_ label: String, _ at: Int) -> String {
      let table = session.tables[at]
      let remote = session.remote.first { $0.value.table == at }?.key ?? 0
      return "        \(label):0x\(hex(at + 1)) id=\(table.table.settings.name) local_id=\(table.localID) "
        + "remote_id=\(remote)\n"
    }
    var text = ""
    if let at = session.remote[session.current]?.table { text += line("remote_table", at) }
    if session.definedTable > 0, session.definedTable <= session.tables.count {
      text += line("last_local_table", session.definedTable - 1)
    }
    return text
  }

  private func text(of table: StickTable, _ id: Int, _ session: PeerSession?, _ dictionaries: Bool) -> String {
    let shared = session.flatMap { id < $0.tables.count ? $0.tables[id] : nil }
    let remote = session?.remote.first { $0.value.table == id }
    let numbers = table.updateNumbers
    var text =
      "          0x\(hex(id + 1)) local_id=\(id + 1) remote_id=\(remote?.key ?? 0) flags=0x0 "
      + "remote_data=0x\(hex(remote?.value.form.types ?? 0))\n"
      + "              last_acked=\(shared?.acknowledged ?? 0) last_pushed=\(shared?.pushed ?? 0) "
      + "last_get=\(shared?.got ?? 0) teaching_origin=0 update=\(shared?.pushed ?? 0)\n"
      + "              table:0x\(hex(id + 1)) id=\(table.settings.name) update=\(numbers.last) "
      + "localupdate=\(numbers.last) commitupdate=\(numbers.told) refcnt=1\n"
    if !dictionaries { return text + "        Dictionary cache not dumped (use \"show peers dict\")\n" }
    text += "        TX dictionary cache:"
    if let cache = shared?.nameCache {
      var count = 0
      for place in 0..<PeerNameCache.capacity where cache.name(place) != 0 {
        text += count % 4 == 0 ? "\n        " : ""
        text += entry(place, cache.name(place))
        count += 1
      }
    }
    text += "\n        RX dictionary cache:"
    let cache = session?.rxCache ?? PeerNameCache()
    for place in 0..<PeerNameCache.capacity {
      text += place % 4 == 0 ? "\n        " : ""
      text += entry(place, cache.name(place))
    }
    return text + "\n"
  }

  /// `  3 -> name`
  private func entry(_ place: Int, _ name: UInt32) -> String {
    let digits = String(place)
    let text = process.serverNames.name(name)?.latin1 ?? "-"
    return "  " + String(repeating: " ", count: 3 - digits.utf8.count) + digits + " -> " + text
  }

  private func hex(_ number: some BinaryInteger) -> String { String(number, radix: 16) }
}

/// Times as `show peers` writes them.
private enum PeerTime {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  static func date(secondsSince1970 seconds: Int64) -> String {
    let t = Clock.local(secondsSince1970: seconds)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return
      "\(two(t.day))/\(months[max(0, min(11, t.month - 1))])/\(t.year):\(two(t.hour)):\(two(t.minute)):\(two(t.second))"
  }
  static func until(_ tick: Int64, _ now: Int64) -> String { span(max(0, tick - now)) }
  static func span(_ milliseconds: Int64) -> String { DurationText.twoUnits(milliseconds: milliseconds) }
}

extension PeersService {
  /// The descriptors of listeners and sessions, each with its line of `show fd`.
  public var descriptors: [(number: Int, line: String)] {
    listeners.filter { _ in farewell == nil }.map { listener in
      let number = Int(listener.socket.descriptor.number)
      let name = process.model.peers[listener.section].localPeer?.name ?? ""
      return (number, DescriptorText.listener(number, name, listener.socket.localEndpoint))
    }
      + sessions.lazy.compactMap { $0 }.map { session in
        let number = Int(session.socket.descriptor.number)
        let name = session.peer >= 0 ? self.remotes[session.peer].name : "?"
        return (
          number,
          DescriptorText.connection(
            number, name, session.socket.localEndpoint, session.socket.peerEndpoint,
            isTLS: session.link.connection.isTLS, isBack: !session.isAccepted)
        )
      }
  }

  /// `ActivePeers` and `ConnectedPeers` of `show info`.
  func countPeers() {
    process.operations.activePeers.set(sessions.count { $0 != nil })
    process.operations.connectedPeers.set(sessions.count { $0?.stage == .established })
  }
}
