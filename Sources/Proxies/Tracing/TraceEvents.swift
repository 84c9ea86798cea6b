/// What can be traced (`trace`, management guide section 9.3). The names are HAProxy's; only what Weir tells of is here.
public enum TraceKind: Int, CaseIterable, Sendable {
  case h2, h1, stream, peers, check, pt

  public var name: String {
    switch self {
    case .h2: "h2"
    case .h1: "h1"
    case .stream: "stream"
    case .peers: "peers"
    case .check: "check"
    case .pt: "pt"
    }
  }
  public var text: String {
    switch self {
    case .h2: "HTTP/2 multiplexer"
    case .h1: "HTTP/1 multiplexer"
    case .stream: "Applicative stream"
    case .peers: "Peers protocol"
    case .check: "Health-check"
    case .pt: "Passthrough multiplexer"
    }
  }
  /// In the order of their bits.
  public var events: [(name: String, text: String)] {
    switch self {
    case .h2:
      [
        ("h2c_new", "a client's connection speaks HTTP/2"), ("h2c_end", "the connection is over"),
        ("rx_hdr", "the head of a request came, or that of an answer"), ("h2s_new", "a stream begins"),
        ("h2s_end", "the stream is over"), ("h2s_err", "a head that is not valid"),
      ]
    case .h1:
      [
        ("h1c_new", "a client's connection begins"), ("h1c_end", "the connection is over"),
        ("rx_headers", "the head of a request came, or that of an answer"), ("h1s_new", "an exchange begins"),
        ("h1s_end", "the exchange is over"), ("h1s_err", "a head that is not valid"),
      ]
    case .stream:
      [
        ("strm_new", "a stream begins"), ("strm_free", "the stream is over"),
        ("strm_err", "the stream did not end as it should"), ("sc_state", "the connection to the server goes on"),
        ("http_ana", "head of a request or an answer, with what was chosen for it"),
      ]
    case .peers:
      [
        ("updtmsg", "an update of an entry came"), ("ackmsg", "an acknowledgement came"),
        ("swtcmsg", "the updates are of another table now"), ("defmsg", "the definition of a table came"),
        ("ctrlmsg", "a control message came or went"), ("sessrl", "the session is over"),
        ("protoerr", "what came is no message"),
      ]
    case .pt:
      [
        ("pt_conn_new", "a client's connection begins"), ("pt_conn_end", "the connection is over"),
        ("pt_conn_err", "the connection has failed"), ("strm_new", "its stream begins"),
        ("strm_end", "its stream is over"), ("strm_err", "its stream did not end as it should"),
      ]
    case .check:
      [
        ("hchck_start", "a check begins"), ("hchck_end", "the check is over"), ("hchck_succ", "the check passed"),
        ("hchck_err", "the check failed"), ("tcp_check_conn", "the check connects"),
      ]
    }
  }
  public var criteria: [TraceCriterion] {
    switch self {
    case .peers:
      [.backend, .connection, .frontend, .listener, .nothing, .server, .session, .thread, .peers]
    case .h2, .h1, .pt: [.backend, .connection, .frontend, .listener, .nothing, .server, .session, .thread]
    case .stream: [.backend, .frontend, .listener, .nothing, .server, .session, .stream, .thread]
    case .check: [.check, .nothing, .thread]
    }
  }
  var allEvents: UInt32 { (1 << UInt32(events.count)) - 1 }
}

/// How important an event is: those up to a source's level are told.
public enum TraceLevel: Int, CaseIterable, Sendable {
  case error, user, proto, state, data, developer
}

/// How much is told of an event.
public enum TraceVerbosity: Int, CaseIterable, Sendable {
  case quiet, clean, simple, complete
}

/// What a source keeps to once an event has started its trace.
public enum TraceCriterion: String, Sendable {
  case backend, check, connection, frontend, listener, nothing, server, session, stream, thread, peers
}

/// What an event is about; -1 for what is not there.
public struct TraceContext: Sendable {
  public var thread: Int
  public var session = -1
  public var stream = -1
  public var listener = -1
  public var frontend = -1
  public var backend = -1
  /// The server's place in its backend.
  public var server = -1
  public var check = -1
  /// The section.
  public var peers = -1
  public init(thread: Int) { self.thread = thread }

  func key(_ criterion: TraceCriterion) -> Int {
    switch criterion {
    case .nothing: 0
    case .backend: backend
    case .check: check
    case .peers: peers
    case .connection, .session: session
    case .frontend: frontend
    case .listener: listener
    case .server: server < 0 ? -1 : backend &* 65536 &+ server
    case .stream: stream
    case .thread: thread
    }
  }
}
