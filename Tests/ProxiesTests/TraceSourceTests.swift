import Testing

@testable import Proxies

/// When a source of traces wants an event.
@Suite struct TraceSourceTests {
  private let control = TraceControl(reader: nil)
  private var source: TraceSource { control.sources[TraceKind.stream.rawValue] }
  private let new = 0
  private let free = 1
  private let error = 2
  private let state = 3
  private var context: TraceContext { TraceContext(thread: 0) }
  private func context(stream: Int) -> TraceContext {
    var context = TraceContext(thread: 0)
    context.stream = stream
    return context
  }

  @Test func wantsNothingWhileItRests() {
    #expect(control.source(.stream) == nil)
    #expect(source.wants(new, .user, context) == nil)
    source.go(to: .running)
    #expect(control.source(.stream) === source)
    #expect(control.source(.h1) == nil)
    #expect(source.wants(new, .user, context) == .clean)
    control.stopAll()
    #expect(control.active.value == 0)
    #expect(source.wants(new, .user, context) == nil)
  }

  @Test func keepsToItsLevelAndEvents() {
    source.go(to: .running)
    #expect(source.wants(new, .state, context) == nil)
    #expect(source.wants(error, .error, context) == .clean)
    source.update {
      $0.level = .developer
      $0.report = 1 << 3
      $0.verbosity = .complete
    }
    #expect(source.wants(state, .state, context) == .complete)
    #expect(source.wants(new, .user, context) == nil)
  }

  @Test func beginsAndEndsWithEvents() {
    source.update {
      $0.start = 1 << 0
      $0.pause = 1 << 1
      $0.stop = 1 << 2
      $0.phase = .waiting
    }
    #expect(source.wants(state, .user, context) == nil)
    #expect(source.wants(new, .user, context) == .clean)
    #expect(source.wants(state, .user, context) == .clean)
    // The event that pauses is told yet.
    #expect(source.wants(free, .user, context) == .clean)
    #expect(source.current.phase == .waiting)
    #expect(source.wants(state, .user, context) == nil)
    #expect(source.wants(new, .user, context) == .clean)
    #expect(source.wants(error, .user, context) == .clean)
    #expect(source.current.phase == .stopped)
    #expect(control.active.value == 0)
    #expect(source.wants(new, .user, context) == nil)
  }

  @Test func locksOnWhatBeganIt() {
    source.lock(on: .stream)
    source.update {
      $0.start = 1 << 0
      $0.pause = 1 << 1
      $0.phase = .waiting
    }
    #expect(source.wants(new, .user, context(stream: 7)) == .clean)
    #expect(source.wants(state, .user, context(stream: 8)) == nil)
    #expect(source.wants(free, .user, context(stream: 8)) == nil)
    #expect(source.wants(state, .user, context) == nil)
    #expect(source.wants(free, .user, context(stream: 7)) == .clean)
    #expect(source.wants(new, .user, context(stream: 8)) == .clean)
    #expect(source.wants(state, .user, context(stream: 7)) == nil)
  }

  @Test func writesToARing() {
    source.update { [ring = control.buffer] in $0.sink = .ring(ring) }
    source.write(error, .error, thread: 3, "text")
    var position = control.buffer.start(new: false)
    let lines = control.buffer.read(&position, limit: 1000).map { String(decoding: $0, as: UTF8.self) }
    #expect(lines.count == 1)
    #expect(lines.first?.hasPrefix("<0>20") == true)
    #expect(lines.first?.hasSuffix("+00:00 [03|stream|0|strm_err] text") == true)
  }
}
