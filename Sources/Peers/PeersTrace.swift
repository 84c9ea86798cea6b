import Proxies
import StickTables

/// What `trace` is told of sessions with peers; places of events in `TraceKind.peers`.
enum PeerTraceEvent: Int { case update, acknowledgement, change, definition, control, released, protocolError }

/// Messages that came or went, in order; few are kept, as `trace` is told of them behind every turn.
struct PeerTraceEvents {
  enum Event {
    case message(UInt8)
    case control(UInt8)
    case sentControl(UInt8)
  }
  /// Nobody looks on: nothing is kept.
  var isKept = false
  private var events: [Event] = []

  mutating func append(_ event: Event) { if isKept && events.count < 4096 { events.append(event) } }
  mutating func takeAll() -> [Event] {
    defer { events.removeAll(keepingCapacity: true) }
    return events
  }
}

extension PeersService {
  /// Tells what the session's messages were since the last time.
  mutating func tellTrace(_ i: Int) {
    guard let session = sessions[i] else { return }
    let isTraced = process.traces.source(.peers) != nil
    if session.heard.isKept != isTraced { sessions[i]?.heard.isKept = isTraced }
    if !isTraced { return }
    for event in sessions[i]?.heard.takeAll() ?? [] {
      switch event {
      case .control(let type): trace(session, .control, .proto, "rcvd \(Self.name(ofControl: type))")
      case .sentControl(let type): trace(session, .control, .proto, "sent \(Self.name(ofControl: type))")
      case .message(0x82): trace(session, .definition, .proto, "rcvd definition of a table")
      case .message(0x83): trace(session, .change, .proto, "rcvd change of the table")
      case .message(0x84): trace(session, .acknowledgement, .proto, "rcvd acknowledgement")
      case .message: trace(session, .update, .proto, "rcvd update")
      }
    }
  }

  private static func name(ofControl type: UInt8) -> String {
    switch type {
    case 0: "request of all entries"
    case 1: "end of all entries"
    case 2: "end of a part of the entries"
    case 3: "confirmation"
    case 4: "heartbeat"
    default: "control message \(type)"
    }
  }

  func trace(_ session: PeerSession, _ event: PeerTraceEvent, _ level: TraceLevel, _ text: @autoclosure () -> String) {
    if process.traces.active.value == 0 { return }
    guard let source = process.traces.source(.peers) else { return }
    var context = TraceContext(thread: 0)
    context.session = Int(session.socket.descriptor.number)
    let section = session.peer >= 0 ? remotes[session.peer].section : -1
    context.peers = section
    guard let verbosity = source.wants(event.rawValue, level, context) else { return }
    var line = text()
    if verbosity != .quiet && section >= 0 {
      line += " : peer=\(remotes[session.peer].name) peers=\(process.model.peers[section].name)"
    }
    source.write(event.rawValue, level, thread: 0, line)
  }
}
