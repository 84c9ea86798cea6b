public import Memory

/// How long the parts of exchanges took, counted in buckets: for the exporter's histograms. Each worker writes a row
/// of its own.
public struct LatencyHistograms: Sendable {
  public enum Phase: Int, CaseIterable, Sendable { case queue, connect, response, total }
  /// Upper bounds of the buckets in milliseconds; one bucket more holds what took longer.
  public static let bounds: [UInt64] = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000]
  /// Cells of one phase: the buckets and the sum.
  @usableFromInline static let stride = 14
  private let table: CounterTable

  public init(threads: Int) { table = CounterTable(rows: threads, count: Phase.allCases.count * Self.stride) }
  /// The row that worker `thread` writes.
  public func row(_ thread: Int) -> CounterRow { table.row(thread) }

  func giveBack() { table.giveBack() }

  public struct Values: Sendable {
    public var buckets: [UInt64]
    /// Milliseconds of all.
    public var sum: UInt64 = 0
    public var count: UInt64 = 0
  }
  public func values(of phase: Phase) -> Values {
    let start = phase.rawValue * Self.stride
    var values = Values(buckets: [UInt64](repeating: 0, count: Self.bounds.count + 1))
    for place in values.buckets.indices { values.buckets[place] = table.total(start + place) }
    values.sum = table.total(start + Self.stride - 1)
    values.count = values.buckets.reduce(0) { $0 &+ $1 }
    return values
  }
}

extension CounterRow {
  /// Counts an exchange of a histogram's row; `milliseconds` are whole ones, rounded down.
  public func observe(_ phase: LatencyHistograms.Phase, _ milliseconds: UInt64) {
    let start = phase.rawValue * LatencyHistograms.stride
    add(start + Self.bucket(milliseconds))
    add(start + LatencyHistograms.stride - 1, milliseconds)
  }

  /// The first bucket whose bound was surely not passed.
  static func bucket(_ milliseconds: UInt64) -> Int {
    switch milliseconds {
    case 0: 0
    case ..<5: 1
    case ..<10: 2
    case ..<25: 3
    case ..<50: 4
    case ..<100: 5
    case ..<250: 6
    case ..<500: 7
    case ..<1000: 8
    case ..<2500: 9
    case ..<5000: 10
    case ..<10000: 11
    default: 12
    }
  }
}
