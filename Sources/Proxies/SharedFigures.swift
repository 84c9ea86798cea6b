import Memory

// What an object of one configuration shares with its successor in the next: the memory goes back when the last of them
// has gone.

final class FrontendTotals: Sendable {
  let sessions, sessionsMax, sessionRateMax, connectionRateMax, requestRateMax, logCounter, waitingForRoom: SharedCell
  let sessionRate, connectionRate, requestRate: FrequencyCounter
  let counters: CounterSet
  private let cells: CellPack

  init(threads: Int) {
    var cells = CellPack(lines: 2)
    sessions = cells.cell()
    sessionsMax = cells.cell()
    sessionRate = FrequencyCounter(in: &cells)
    sessionRateMax = cells.cell()
    connectionRate = FrequencyCounter(in: &cells)
    connectionRateMax = cells.cell()
    requestRate = FrequencyCounter(in: &cells)
    requestRateMax = cells.cell()
    logCounter = cells.cell()
    waitingForRoom = cells.cell()
    self.cells = cells
    counters = CounterSet(threads: threads)
  }
  deinit {
    cells.giveBack()
    counters.giveBack()
  }
}

final class ListenerTotals: Sendable {
  let sessions, sessionsMax: SharedCell
  let counters: CounterSet
  private let cells: CellPack

  init(threads: Int) {
    var cells = CellPack(lines: 1)
    (sessions, sessionsMax) = (cells.cell(), cells.cell())
    self.cells = cells
    counters = CounterSet(threads: threads)
  }
  deinit {
    cells.giveBack()
    counters.giveBack()
  }
}

final class BackendTotals: Sendable {
  let sessions, sessionsMax, lastSession, sessionRateMax: SharedCell
  let sessionRate: FrequencyCounter
  let counters: CounterSet
  /// Where an exporter tells of them.
  let latency: LatencyHistograms?
  private let cells: CellPack

  init(threads: Int, measuresLatency: Bool) {
    var cells = CellPack(lines: 1)
    sessions = cells.cell()
    sessionsMax = cells.cell()
    lastSession = cells.cell(-1)
    sessionRate = FrequencyCounter(in: &cells)
    sessionRateMax = cells.cell()
    self.cells = cells
    counters = CounterSet(threads: threads)
    latency = measuresLatency ? LatencyHistograms(threads: threads) : nil
  }
  deinit {
    cells.giveBack()
    counters.giveBack()
    latency?.giveBack()
  }
}

final class ServerTotals: Sendable {
  let sessions, sessionsMax, servedMax, idleConnections, usedConnections, lastSession, sessionRateMax: SharedCell
  let observedFailures: SharedCell
  let sessionRate: FrequencyCounter
  let counters: CounterSet
  /// Where an exporter tells of them.
  let latency: LatencyHistograms?
  private let cells: CellPack

  init(threads: Int, measuresLatency: Bool) {
    var cells = CellPack(lines: 2)
    sessions = cells.cell()
    sessionsMax = cells.cell()
    servedMax = cells.cell()
    idleConnections = cells.cell()
    usedConnections = cells.cell()
    lastSession = cells.cell(-1)
    sessionRate = FrequencyCounter(in: &cells)
    sessionRateMax = cells.cell()
    observedFailures = cells.cell()
    self.cells = cells
    counters = CounterSet(threads: threads)
    latency = measuresLatency ? LatencyHistograms(threads: threads) : nil
  }
  deinit {
    cells.giveBack()
    counters.giveBack()
    latency?.giveBack()
  }
}
