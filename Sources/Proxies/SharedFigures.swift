import Memory

// What an object of one configuration shares with its successor in the next.

/// Where figures stand: the memory goes back when the last object that uses them has gone.
final class FigureMemory: Sendable {
  let counters: CounterSet
  /// Where an exporter tells of them.
  let latency: LatencyHistograms?
  private let cells: CellPack

  /// `cells`: all that are needed were taken out of it.
  init(_ cells: CellPack, threads: Int, measuresLatency: Bool = false) {
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

struct FrontendTotals: Sendable {
  let sessions, sessionsMax, sessionRateMax, connectionRateMax, requestRateMax, logCounter, waitingForRoom: SharedCell
  let sessionRate, connectionRate, requestRate: FrequencyCounter
  let memory: FigureMemory

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
    memory = FigureMemory(cells, threads: threads)
  }
}

struct ListenerTotals: Sendable {
  let sessions, sessionsMax: SharedCell
  let memory: FigureMemory

  init(threads: Int) {
    var cells = CellPack(lines: 1)
    (sessions, sessionsMax) = (cells.cell(), cells.cell())
    memory = FigureMemory(cells, threads: threads)
  }
}

struct BackendTotals: Sendable {
  let sessions, sessionsMax, lastSession, sessionRateMax: SharedCell
  let sessionRate: FrequencyCounter
  let memory: FigureMemory

  init(threads: Int, measuresLatency: Bool) {
    var cells = CellPack(lines: 1)
    sessions = cells.cell()
    sessionsMax = cells.cell()
    lastSession = cells.cell(-1)
    sessionRate = FrequencyCounter(in: &cells)
    sessionRateMax = cells.cell()
    memory = FigureMemory(cells, threads: threads, measuresLatency: measuresLatency)
  }
}

struct ServerTotals: Sendable {
  let sessions, sessionsMax, servedMax, idleConnections, usedConnections, lastSession, sessionRateMax: SharedCell
  let observedFailures: SharedCell
  let sessionRate: FrequencyCounter
  let memory: FigureMemory

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
    memory = FigureMemory(cells, threads: threads, measuresLatency: measuresLatency)
  }
}
