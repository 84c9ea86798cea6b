import Memory

/// Frames for streams whose peer has ended its direction, or that are over (RFC 9113, section 5.1). nghttp2 ignores most
/// of them; a peer that sends them has lost count of its streams, and is told.
extension HTTP2Session {
  enum LateFrame { case fits, skipped, fatal }

  /// A DATA (0) or HEADERS (1) frame on a stream of the peer's that is not new.
  func judgeLate(type: UInt8, _ id: Int32) -> LateFrame {
    if let stream = streams[id], !stream.isClosed {
      if stream.isReset || !stream.peerEnded || type == 1 { return .fits }
      // Its request was complete: what follows is none of it.
      stream.link.isBroken = true
      reset(stream, HTTP2Error.streamClosed)
      noteOwnReset(id)
      events.append(.data(id, Bytes()))
      return .skipped
    }
    if ownResets.contains(id) { return .fits }
    if let stream = streams[id], stream.isReset { return .fits }
    // The table of header fields would be another one than the peer's if its block were skipped.
    if type == 1 { return .fatal }
    reset(id, HTTP2Error.streamClosed)
    noteOwnReset(id)
    return .skipped
  }

  /// The newest few: what was sent before the peer has seen the reset is soon there.
  func noteOwnReset(_ id: Int32) {
    if ownResets.count == 64 { ownResets.removeFirst(32) }
    ownResets.append(id)
  }
}
