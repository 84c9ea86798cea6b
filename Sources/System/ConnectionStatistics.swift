import CLinux

/// What the kernel knows of a TCP connection (`TCP_INFO`); times in microseconds.
public struct ConnectionStatistics: Sendable {
  public var roundTrip: UInt32
  public var roundTripVariation: UInt32
  public var unacknowledged: UInt32
  public var selectivelyAcknowledged: UInt32
  public var retransmitting: UInt32
  public var forwardAcknowledged: UInt32
  public var lost: UInt32
  public var reordering: UInt32
}

extension Socket {
  /// Nil where the socket is none of TCP.
  public var statistics: ConnectionStatistics? {
    var v: [8 of UInt32] = .init(repeating: 0)
    var span = v.mutableSpan
    let code = unsafe span.withUnsafeMutableBufferPointer { unsafe weir_tcp_info(fd, $0.baseAddress) }
    if code != 0 { return nil }
    return ConnectionStatistics(
      roundTrip: v[0], roundTripVariation: v[1], unacknowledged: v[2], selectivelyAcknowledged: v[3],
      retransmitting: v[4], forwardAcknowledged: v[5], lost: v[6], reordering: v[7])
  }
}
