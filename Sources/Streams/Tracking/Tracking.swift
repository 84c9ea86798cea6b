import Memory
import Rules
import Samples
import StickTables

/// Counting of connections and requests in entries of stick tables. What the connection is tracked in counts for all
/// of its requests.
extension Worker {
  /// Ends what a session or a stream tracked.
  func untrack(_ entries: inout TrackedEntries) {
    if !entries.isAny { return }
    let now = loop.now
    for i in 0..<TrackedEntries.count where entries[i].isUsed {
      let entry = entries[i]
      entries[i] = TrackedEntry()
      table(entry.table)?.with { $0.untrack(entry.slot, now: now) }
    }
  }

  func table(_ index: Int32) -> SharedReference<StickTable>? {
    index >= 0 && Int(index) < stickTables.count ? stickTables[Int(index)] : nil
  }
  func table(_ reference: TableReference) -> Int32 {
    let index = Int(reference.index)
    return index >= 0 && index < tableReferences.count ? tableReferences[index] : -1
  }

  /// The entry of a number as a request sees it.
  func tracked(_ number: Int, _ session: Session, _ stream: Stream?) -> TrackedEntry? {
    if let stream, stream.tracked[number].isUsed { return stream.tracked[number] }
    return session.tracked[number].isUsed ? session.tracked[number] : nil
  }

  /// Begins to track the entry of a sample.
  func startTracking(_ sample: Sample, _ index: Int32) -> TrackedEntry? {
    guard let table = table(index) else { return nil }
    let now = loop.now
    let arena = evaluator.arena
    let slot = table.with { table in
      table.settings.key(sample, arena: arena).flatMap { table.track($0, now: now) }
    }
    return slot.map { TrackedEntry(table: index, slot: $0) }
  }

  // MARK: - Counts

  private func forEachTracked(_ session: Session, _ stream: Stream?, _ body: (TrackedEntry) -> Void) {
    for i in 0..<TrackedEntries.count {
      if let entry = tracked(i, session, stream) { body(entry) }
    }
  }
  private func count(_ entry: TrackedEntry, _ type: TableDataType, _ rate: TableDataType, by n: UInt64 = 1) {
    let now = loop.now
    table(entry.table)?.with { $0.count(entry.slot, type, rate, by: n, now: now) }
  }

  /// The rules of the connection have let it in.
  func countTrackedSession(_ session: Session) {
    if !session.tracked.isAny { return }
    forEachTracked(session, nil) { count($0, .sessionCount, .sessionRate) }
  }
  func countTrackedRequest(_ session: Session, _ stream: Stream?) {
    if !session.tracked.isAny && stream?.tracked.isAny != true { return }
    forEachTracked(session, stream) { count($0, .requestCount, .requestRate) }
  }
  func countTrackedBadRequest(_ session: Session?) {
    guard let session, session.tracked.isAny else { return }
    countTrackedRequest(session, nil)
    countTrackedError(session, nil)
  }
  /// Those that the backend's `tcp-request content` rules began to track have not seen the request yet.
  func countTrackedBackendRequest(_ stream: Stream) {
    if !stream.tracked.isAny { return }
    for i in 0..<TrackedEntries.count where stream.tracked[i].isUsed && stream.tracked[i].isOfBackend {
      count(stream.tracked[i], .requestCount, .requestRate)
    }
  }
  /// An error that the client brought about.
  func countTrackedError(_ session: Session?, _ stream: Stream?) {
    guard let session, session.tracked.isAny || stream?.tracked.isAny == true else { return }
    forEachTracked(session, stream) { count($0, .errorCount, .errorRate) }
  }
  /// An answer that tells of a failure of the server, or of a client's mistake.
  func countTrackedAnswer(_ stream: Stream, status: Int) {
    guard let session = stream.session, session.tracked.isAny || stream.tracked.isAny else { return }
    if (400..<500).contains(status) { countTrackedError(session, stream) }
    if (500..<600).contains(status) && status != 501 && status != 505 { countTrackedFailure(stream) }
  }
  func countTrackedFailure(_ stream: Stream) {
    guard let session = stream.session, session.tracked.isAny || stream.tracked.isAny else { return }
    forEachTracked(session, stream) { count($0, .failureCount, .failureRate) }
  }
  func countTrackedBytes(_ stream: Stream, up: UInt64, down: UInt64) {
    guard let session = stream.session, session.tracked.isAny || stream.tracked.isAny else { return }
    forEachTracked(session, stream) { entry in
      if up > 0 { count(entry, .bytesInCount, .bytesInRate, by: up) }
      if down > 0 { count(entry, .bytesOutCount, .bytesOutRate, by: down) }
    }
  }

  // MARK: - Actions

  /// `sc-inc-gpc*` and `sc-set-gpt*`.
  func changeTracked(_ action: RuleAction, _ session: Session, _ stream: Stream?, value: UInt32? = nil) {
    let now = loop.now
    switch action {
    case .incrementCounter(let counter, let number):
      guard let entry = tracked(Int(number), session, stream) else { return }
      table(entry.table)?.with { table in
        switch counter {
        case .first:
          let has = table.settings.layout.has(.gpc0) || table.settings.layout.has(.gpc0Rate)
          table.count(entry.slot, has ? .gpc0 : .gpc, has ? .gpc0Rate : .gpcRate, now: now)
        case .second:
          let has = table.settings.layout.has(.gpc1) || table.settings.layout.has(.gpc1Rate)
          table.count(
            entry.slot, has ? .gpc1 : .gpc, has ? .gpc1Rate : .gpcRate, element: has ? 0 : 1, now: now)
        case .indexed(let element): table.count(entry.slot, .gpc, .gpcRate, element: Int(element), now: now)
        }
      }
    case .setTag(let element, let number, let constant): setTag(element, number, constant, session, stream)
    case .setTagFrom(let element, let number, _): setTag(element, number, value ?? 0, session, stream)
    default: break
    }
  }
  /// The same for a stream, whose tag may come from an expression.
  func changeTracked(
    _ action: RuleAction, _ stream: Stream, _ view: inout StreamLogView, _ options: EvaluationOptions
  ) {
    guard let session = stream.session else { return }
    guard case .setTagFrom(_, _, let expression) = action else { return changeTracked(action, session, stream) }
    let mark = evaluator.arena.mark
    defer { evaluator.arena.reset(to: mark) }
    var sample = Sample()
    guard evaluator.evaluate(expression, as: .integer, options, from: &view, into: &sample) == .found,
      case .integer(let value) = sample.data
    else { return }
    changeTracked(action, session, stream, value: UInt32(truncatingIfNeeded: value))
  }
  private func setTag(
    _ element: UInt8?, _ number: Int8, _ value: UInt32, _ session: Session, _ stream: Stream?
  ) {
    guard let entry = tracked(Int(number), session, stream) else { return }
    let now = loop.now
    table(entry.table)?.with { table in
      let isPlain = element == nil && table.settings.layout.has(.gpt0)
      table.set(entry.slot, isPlain ? .gpt0 : .gpt, element: Int(element ?? 0), to: UInt64(value), now: now)
    }
  }

  /// `track-sc*` of a stream.
  func track(
    _ number: Int, _ expression: Expression, _ reference: TableReference, _ stream: Stream,
    _ view: inout StreamLogView, _ options: EvaluationOptions
  ) -> ActionOutcome {
    guard let session = stream.session, tracked(number, session, stream) == nil else { return .next }
    let mark = evaluator.arena.mark
    defer { evaluator.arena.reset(to: mark) }
    var sample = Sample()
    switch evaluator.evaluate(expression, options, from: &view, into: &sample) {
    case .mayChange: return .wait
    case .notFound: return .next
    case .found: break
    }
    guard var entry = startTracking(sample, table(reference)) else { return .next }
    entry.isOfBackend = stream.backend != nil && stream.backend?.index != stream.frontend?.index
    stream.tracked[number] = entry
    if options.contains(.response) || stream.isPastContentRules {
      count(entry, .requestCount, .requestRate)
      if options.contains(.response) {
        if (400..<500).contains(stream.status) { count(entry, .errorCount, .errorRate) }
        if (500..<600).contains(stream.status) && stream.status != 501 && stream.status != 505 {
          count(entry, .failureCount, .failureRate)
        }
      }
    }
    return .next
  }

  /// `track-sc*` of `tcp-request connection` and `session`.
  func track(
    _ number: Int, _ expression: Expression, _ reference: TableReference, _ session: Session,
    _ view: inout SessionSampleView
  ) {
    if session.tracked[number].isUsed { return }
    let mark = evaluator.arena.mark
    defer { evaluator.arena.reset(to: mark) }
    var sample = Sample()
    guard evaluator.evaluate(expression, .final, from: &view, into: &sample) == .found,
      let entry = startTracking(sample, table(reference))
    else { return }
    session.tracked[number] = entry
  }
}

extension Stream {
  /// Rules of a request of HTTP are being run, but for the backend's on contents: the request has been counted already for what is tracked from here on.
  var isPastContentRules: Bool {
    switch ruleStage {
    case .start, .frontendContent, .frontendHTTP, .frontendRedirects, .switching, .backendHTTP, .backendRedirects,
      .done:
      isHTTP
    default: false
    }
  }
}
