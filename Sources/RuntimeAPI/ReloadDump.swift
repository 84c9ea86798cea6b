import Proxies

/// What came of a reload in place, once that is known.
struct ReloadDump {
  private let ticket: ReloadTicket
  private var hasTold = false

  init(_ ticket: ReloadTicket) { self.ticket = ticket }

  var isWaiting: Bool { ticket.text == nil }

  /// nil: all is told.
  mutating func next() -> String? {
    if hasTold { return nil }
    hasTold = true
    return ticket.text
  }
}
