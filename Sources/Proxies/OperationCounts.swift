public import Memory

/// What `show info` tells of the process's own working, beside its traffic.
public final class OperationCounts: Sendable {
  /// Sessions with peers, and those of them whose hello was answered.
  public let activePeers = SharedCell()
  public let connectedPeers = SharedCell()
  /// Commands of `debug dev` that were run.
  public let debugCommands = SharedCell()
  /// Bits: 4h a command of `expert-mode` was run, 8h one of `experimental-mode`.
  public let tainted = SharedCell()
  /// Bytes that went through kernel pipes.
  public let splicedBytes = SharedCell()
  /// Of each worker, written in every turn of its loop.
  public let workers: [WorkerCounts]
  private let rate = Lock(OutputRate())

  /// What a worker holds.
  public struct WorkerCounts: Sendable {
    public let bufferBytes = SharedCell()
    public let bufferBytesInUse = SharedCell()
    /// Streams that wait for their turn.
    public let ready = SharedCell()
  }

  init(threads: Int) { workers = (0..<threads).map { _ in WorkerCounts() } }

  public func taint(_ bit: Int) {
    // One thread serves the runtime API.
    tainted.set(tainted.value | bit)
  }

  public var bufferBytes: Int { workers.reduce(0) { $0 + $1.bufferBytes.value } }
  public var bufferBytesInUse: Int { workers.reduce(0) { $0 + $1.bufferBytesInUse.value } }
  public var ready: Int { workers.reduce(0) { $0 + $1.ready.value } }

  /// Bytes sent so far, told once a second by the first worker; `now`: monotonic milliseconds.
  public func sample(bytesOut: UInt64, now: Int64) {
    rate.withLock { rate in
      rate.older = rate.newer
      rate.newer = (bytesOut, now)
    }
  }
  /// Bytes a second that were sent in the last one or two seconds.
  public func bytesOutRate(_ bytesOut: UInt64, now: Int64) -> UInt64 {
    rate.withLock { rate in
      guard let start = now - (rate.newer?.at ?? 0) >= 1000 ? rate.newer : rate.older ?? rate.newer, now > start.at,
        bytesOut > start.bytes
      else { return 0 }
      let (sent, overflow) = (bytesOut &- start.bytes).multipliedReportingOverflow(by: 1000)
      return overflow ? 0 : sent / UInt64(now - start.at)
    }
  }
}

private struct OutputRate {
  var older: (bytes: UInt64, at: Int64)?
  var newer: (bytes: UInt64, at: Int64)?
}

extension ProcessRuntime {
  /// Bytes that frontends have sent to their clients.
  public var bytesOut: UInt64 { frontends.reduce(UInt64(0)) { $0 &+ ($1?.counters.total(.bytesOut) ?? 0) } }
}
