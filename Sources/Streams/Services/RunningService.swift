import Cache
import Memory
import Observability
import Prometheus
import StatsPage

/// A service inside the proxy while it answers a stream in a server's place: what HAProxy calls an applet. It makes
/// its text as the client takes it, and remembers how far it has come.
final class RunningService {
  enum Source {
    case prometheus(PrometheusExport)
    case page(StatisticsPage)
    case rows(StatisticsDump)
    case schema
    /// A kept answer, and how much of its body was made ready.
    case cached(CachedResponse, at: Int)
    /// The answer is complete as it stands.
    case none
  }
  /// What logs show in the place of a server's name.
  let name: Bytes
  private var source: Source
  /// Made, and not yet formatted for the client.
  var text = GrowingText()

  /// Its status counts when all is done: what it tells is of the time before.
  var countsAtEnd = false

  init(name: Bytes, _ source: Source) {
    self.name = name
    self.source = source
  }

  /// Makes some `limit` bytes ready. False where nothing is left to be made.
  func prepare(_ worker: Worker, limit: Int) -> Bool {
    switch source {
    case .none: return false
    case .prometheus(var export):
      // The place in `source` must not be a second owner while it is written.
      source = .none
      let goesOn = export.next(
        worker.process, worker.facts, now: worker.loop.now, wallClock: worker.loop.wallClock, limit: limit, into: &text)
      if goesOn { source = .prometheus(export) }
      return goesOn
    case .page(var page):
      source = .none
      let goesOn = page.next(
        worker.process, worker.facts, worker.process.rateHistory, now: worker.loop.now,
        wallClock: worker.loop.wallClock, limit: limit, into: &text)
      if goesOn { source = .page(page) }
      return goesOn
    case .rows(var dump):
      source = .none
      if !dump.next(worker.process, now: worker.loop.now, limit: limit, into: &text) { return false }
      source = .rows(dump)
      return true
    case .cached(let entry, let start):
      let end = min(entry.body.count, start + limit)
      text.add(entry.body, start..<end)
      source = .cached(entry, at: end)
      return end < entry.body.count
    case .schema:
      source = .none
      text.add(StatisticsSchema.json + "\n")
      return false
    }
  }
}
