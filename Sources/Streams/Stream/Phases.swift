/// Where the request of a stream stands. The order is the order of work; a phase that must wait stays where it is.
enum RequestPhase: UInt8, Comparable {
  /// The head has not wholly come.
  case head
  /// Frontend and backend rules, choice of the backend, changes to the head.
  case route
  /// `option http-buffer-request`: the body is waited for.
  case waitBody
  /// The connector works; nothing of the request has left.
  case connect
  /// Head or body are on their way to the server.
  case forward
  /// All of the request has been handed to the server, or nobody wants the rest.
  case done

  static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

enum ResponsePhase: UInt8, Comparable {
  /// The server has not answered (interim answers aside).
  case head
  case forward
  /// Everything is with the client's socket.
  case done

  static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// The way to a server (see HAProxy's stream states: the retry contract).
enum ConnectorState: UInt8 {
  /// No backend yet.
  case idle
  /// A server has to be chosen.
  case assign
  /// Waiting in the server's or the backend's queue.
  case queued
  /// A server is chosen and a place on it taken: a connection has to be found or opened.
  case assigned
  /// The pause before the same server is tried again.
  case turnaround
  case connecting
  case established
  /// The proxy answers itself, or the server's part is over.
  case closed
}

/// Who ended a stream: first letter of the termination state in logs (manual section 8.5).
enum EndCause: UInt8 {
  case none = 0x2d  // -
  case client = 0x43  // C
  case clientTimeout = 0x63  // c
  case server = 0x53  // S
  case serverTimeout = 0x73  // s
  case proxy = 0x50  // P
  case local = 0x4c  // L
  case resource = 0x52  // R
  case insideError = 0x49  // I
  case down = 0x44  // D
  case backupsUp = 0x55  // U
  case killed = 0x4b  // K
}

/// What was going on when it ended: second letter.
enum EndPhase: UInt8 {
  case none = 0x2d  // -
  case request = 0x52  // R
  case queue = 0x51  // Q
  case connect = 0x43  // C
  case headers = 0x48  // H
  case data = 0x44  // D
  case last = 0x4c  // L
  case tarpit = 0x54  // T
}
