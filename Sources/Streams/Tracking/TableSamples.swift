import Memory
import Primitives
import Samples
import StickTables

/// What fetches and converters ask of an entry of a stick table.
enum TableQuestion {
  case value(TableDataType)
  case kilobytes(TableDataType)
  case increment(TableDataType, TableDataType)
  case clear(TableDataType)
  case isTracked, trackers
  /// `src_updt_conn_cnt`
  case countConnection
}

extension FetchID {
  /// What a fetch of the `sc_` and `src_` families asks, and whether it is of the latter; nil for all others.
  var tableQuestion: (question: TableQuestion, isSource: Bool)? {
    switch self {
    case .scBytesInRate: (.value(.bytesInRate), false)
    case .scBytesOutRate: (.value(.bytesOutRate), false)
    case .scClrGpc0: (.clear(.gpc0), false)
    case .scClrGpc1: (.clear(.gpc1), false)
    case .scClrGpc: (.clear(.gpc), false)
    case .scConnCnt: (.value(.connectionCount), false)
    case .scConnCur: (.value(.currentConnections), false)
    case .scConnRate: (.value(.connectionRate), false)
    case .scGetGpc0: (.value(.gpc0), false)
    case .scGetGpc1: (.value(.gpc1), false)
    case .scGetGpc: (.value(.gpc), false)
    case .scGetGpt0: (.value(.gpt0), false)
    case .scGetGpt: (.value(.gpt), false)
    case .scGpc0Rate: (.value(.gpc0Rate), false)
    case .scGpc1Rate: (.value(.gpc1Rate), false)
    case .scGpcRate: (.value(.gpcRate), false)
    case .scHttpErrCnt: (.value(.errorCount), false)
    case .scHttpErrRate: (.value(.errorRate), false)
    case .scHttpFailCnt: (.value(.failureCount), false)
    case .scHttpFailRate: (.value(.failureRate), false)
    case .scHttpReqCnt: (.value(.requestCount), false)
    case .scHttpReqRate: (.value(.requestRate), false)
    case .scIncGpc0: (.increment(.gpc0, .gpc0Rate), false)
    case .scIncGpc1: (.increment(.gpc1, .gpc1Rate), false)
    case .scIncGpc: (.increment(.gpc, .gpcRate), false)
    case .scKbytesIn: (.kilobytes(.bytesInCount), false)
    case .scKbytesOut: (.kilobytes(.bytesOutCount), false)
    case .scSessCnt: (.value(.sessionCount), false)
    case .scSessRate: (.value(.sessionRate), false)
    case .scTracked: (.isTracked, false)
    case .scTrackers: (.trackers, false)
    default: sourceQuestion.map { ($0, true) }
    }
  }

  private var sourceQuestion: TableQuestion? {
    switch self {
    case .srcBytesInRate: .value(.bytesInRate)
    case .srcBytesOutRate: .value(.bytesOutRate)
    case .srcClrGpc0: .clear(.gpc0)
    case .srcClrGpc1: .clear(.gpc1)
    case .srcClrGpc: .clear(.gpc)
    case .srcConnCnt: .value(.connectionCount)
    case .srcConnCur: .value(.currentConnections)
    case .srcConnRate: .value(.connectionRate)
    case .srcGetGpc0: .value(.gpc0)
    case .srcGetGpc1: .value(.gpc1)
    case .srcGetGpc: .value(.gpc)
    case .srcGetGpt0: .value(.gpt0)
    case .srcGetGpt: .value(.gpt)
    case .srcGpc0Rate: .value(.gpc0Rate)
    case .srcGpc1Rate: .value(.gpc1Rate)
    case .srcGpcRate: .value(.gpcRate)
    case .srcHttpErrCnt: .value(.errorCount)
    case .srcHttpErrRate: .value(.errorRate)
    case .srcHttpFailCnt: .value(.failureCount)
    case .srcHttpFailRate: .value(.failureRate)
    case .srcHttpReqCnt: .value(.requestCount)
    case .srcHttpReqRate: .value(.requestRate)
    case .srcIncGpc0: .increment(.gpc0, .gpc0Rate)
    case .srcIncGpc1: .increment(.gpc1, .gpc1Rate)
    case .srcIncGpc: .increment(.gpc, .gpcRate)
    case .srcKbytesIn: .kilobytes(.bytesInCount)
    case .srcKbytesOut: .kilobytes(.bytesOutCount)
    case .srcSessCnt: .value(.sessionCount)
    case .srcSessRate: .value(.sessionRate)
    case .srcUpdtConnCnt: .countConnection
    default: nil
    }
  }
  /// The first argument is the element of an array.
  var hasElement: Bool {
    switch self {
    case .scClrGpc, .scGetGpc, .scGetGpt, .scGpcRate, .scIncGpc, .srcClrGpc, .srcGetGpc, .srcGetGpt, .srcGpcRate,
      .srcIncGpc:
      true
    default: false
    }
  }
}

extension TableLayout {
  /// Where a type is kept: as itself, or as an element of the array that takes its place.
  func element(of type: TableDataType, _ element: Int) -> (TableDataType, Int) {
    if has(type) { return (type, element) }
    switch type {
    case .gpt0: return (.gpt, 0)
    case .gpc0: return (.gpc, 0)
    case .gpc1: return (.gpc, 1)
    case .gpc0Rate: return (.gpcRate, 0)
    case .gpc1Rate: return (.gpcRate, 1)
    default: return (type, element)
    }
  }
}

extension Worker {
  /// Answers the fetches of tables; nil for all others.
  func fetchFromTable(
    _ call: FetchCall, _ session: Session, _ stream: Stream?, _ evaluator: Evaluator, _ sample: inout Sample
  ) -> FetchStatus? {
    let now = loop.now
    if call.id == .tableCnt || call.id == .tableAvl {
      guard let table = table(call.arguments.first.object ?? -1) else { return .notFound }
      sample.data = .integer(
        table.with { table in
          let count = table.count(now: now)
          return Int64(call.id == .tableCnt ? count : max(0, table.settings.size - count))
        })
      return .found
    }
    guard let (question, isSource) = call.id.tableQuestion else { return nil }
    var at = 0
    var element = 0
    if call.id.hasElement {
      element = Int(clamping: call.arguments.first.integer ?? 0)
      at = 1
    }
    let answer: Int64?
    if isSource {
      answer = askSource(question, element, call.arguments[at].object ?? -1, session, stream, evaluator)
    } else {
      let number = Int(clamping: call.arguments[at].integer ?? 0)
      guard let entry = tracked(number, session, stream) else {
        if case .isTracked = question {
          sample.data = .boolean(false)
          return .found
        }
        return .notFound
      }
      answer = ask(question, element, entry, other: call.arguments[at + 1].object)
    }
    guard let answer else { return .notFound }
    if case .isTracked = question { sample.data = .boolean(answer != 0) } else { sample.data = .integer(answer) }
    return .found
  }

  /// Of a tracked entry, or of that with the same key in another table.
  private func ask(_ question: TableQuestion, _ element: Int, _ entry: TrackedEntry, other: Int32?) -> Int64? {
    if case .isTracked = question { return 1 }
    let now = loop.now
    guard let own = table(entry.table) else { return nil }
    guard let other, other != entry.table, let second = table(other) else {
      return own.with { $0.answer(question, element, entry.slot, now: now) }
    }
    let key = own.with { $0.key(entry.slot) }
    return second.with { table in
      guard let slot = table.hold(key, makes: false, now: now) else { return 0 }
      let answer = table.answer(question, element, slot, now: now)
      table.release(slot, now: now)
      if case .trackers = question { return answer.map { $0 - 1 } }
      return answer
    }
  }

  private func askSource(
    _ question: TableQuestion, _ element: Int, _ index: Int32, _ session: Session, _ stream: Stream?,
    _ evaluator: Evaluator
  ) -> Int64? {
    guard let address = (stream?.sourceOverride ?? session.peer).address, let table = table(index) else { return nil }
    let now = loop.now
    let mark = evaluator.arena.mark
    defer { evaluator.arena.reset(to: mark) }
    return table.with { table in
      guard let key = table.settings.key(address: address, arena: evaluator.arena) else { return 0 }
      let makes: Bool
      switch question {
      case .increment, .countConnection: makes = true
      default: makes = false
      }
      guard let slot = table.hold(key, makes: makes, now: now) else { return 0 }
      defer { table.release(slot, touching: makes, now: now) }
      if case .countConnection = question {
        // The count alone: the rate is that of real connections.
        guard let old = table.value(slot, .connectionCount, now: now) else { return nil }
        let new = old < UInt64(UInt32.max) ? old + 1 : old
        table.set(slot, .connectionCount, to: new, now: now)
        return Int64(clamping: new)
      }
      return table.answer(question, element, slot, now: now)
    }
  }

  // MARK: - Converters

  /// `in_table` and the `table_` family. False where there is no result.
  func convertByTable(_ call: ConverterCall, _ evaluator: Evaluator, _ sample: inout Sample) -> Bool {
    var type: TableDataType?
    var element = 0
    var at = 0
    switch call.id {
    case .inTable, .tableExpire, .tableIdle, .tableTrackers: break
    case .tableGpc, .tableGpcRate, .tableGpt:
      element = Int(clamping: call.arguments.first.integer ?? 0)
      at = 1
      type = call.id == .tableGpc ? .gpc : call.id == .tableGpt ? .gpt : .gpcRate
    default:
      type = call.id.tableType
      if type == nil { return false }
    }
    guard let table = table(call.arguments[at].object ?? -1) else { return false }
    let now = loop.now
    let fallback = call.arguments.second.integer
    let input = sample
    let result: SampleData? = table.with { table in
      guard let key = table.settings.key(input, arena: evaluator.arena) else { return nil }
      switch call.id {
      case .inTable: return .boolean(table.contains(key, now: now))
      case .tableTrackers: return .integer(table.trackers(of: key, now: now).map { Int64($0) + 1 } ?? 0)
      case .tableExpire:
        return (table.timeLeft(of: key, now: now) ?? fallback).map { .integer($0) }
      case .tableIdle:
        let idle = table.timeLeft(of: key, now: now).map { max(0, table.settings.expire - $0) }
        return (idle ?? fallback).map { .integer($0) }
      default:
        guard let type else { return nil }
        let (kept, place) = table.settings.layout.element(of: type, element)
        switch table.value(of: key, kept, element: place, now: now) {
        case .noEntry: return .integer(0)
        case .notKept: return nil
        case .value(let value):
          let isBytes = call.id == .tableKbytesIn || call.id == .tableKbytesOut
          return .integer(Int64(clamping: isBytes ? value >> 10 : value))
        }
      }
    }
    guard let result else { return false }
    sample.data = result
    return true
  }
}

extension ConverterID {
  var tableType: TableDataType? {
    switch self {
    case .tableBytesInRate: .bytesInRate
    case .tableBytesOutRate: .bytesOutRate
    case .tableConnCnt: .connectionCount
    case .tableConnCur: .currentConnections
    case .tableConnRate: .connectionRate
    case .tableGpc0: .gpc0
    case .tableGpc0Rate: .gpc0Rate
    case .tableGpc1: .gpc1
    case .tableGpc1Rate: .gpc1Rate
    case .tableGpt0: .gpt0
    case .tableHttpErrCnt: .errorCount
    case .tableHttpErrRate: .errorRate
    case .tableHttpFailCnt: .failureCount
    case .tableHttpFailRate: .failureRate
    case .tableHttpReqCnt: .requestCount
    case .tableHttpReqRate: .requestRate
    case .tableKbytesIn: .bytesInCount
    case .tableKbytesOut: .bytesOutCount
    case .tableServerId: .serverID
    case .tableSessCnt: .sessionCount
    case .tableSessRate: .sessionRate
    default: nil
    }
  }
}

extension StickTable {
  /// What a held entry has to say; nil where the table does not keep it.
  func answer(_ question: TableQuestion, _ element: Int, _ slot: Int32, now: Int64) -> Int64? {
    let layout = settings.layout
    switch question {
    case .isTracked: return 1
    case .trackers: return Int64(trackers(slot))
    case .value(let type), .kilobytes(let type):
      let (kept, place) = layout.element(of: type, element)
      guard let value = value(slot, kept, element: place, now: now) else { return nil }
      if case .kilobytes = question { return Int64(clamping: value >> 10) }
      return Int64(clamping: value)
    case .increment(let type, let rate):
      let count = layout.element(of: type, element)
      let pace = layout.element(of: rate, element)
      if layout.count(count.0) <= count.1 && layout.count(pace.0) <= pace.1 { return 0 }
      return increment(slot, count.0, pace.0, element: count.1, now: now).map { Int64(clamping: $0) } ?? 0
    case .clear(let type):
      let (kept, place) = layout.element(of: type, element)
      return clear(slot, kept, element: place, now: now).map { Int64(clamping: $0) }
    case .countConnection: return nil
    }
  }
}
