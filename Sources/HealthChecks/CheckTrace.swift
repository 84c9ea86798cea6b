import Proxies

/// What `trace` is told of checks; places of events in `TraceKind.check`.
extension CheckScheduler {
  enum TraceEvent: Int { case start, end, success, failure, connect }

  func trace(_ i: Int, _ event: TraceEvent, _ text: @autoclosure () -> String) {
    if process.traces.active.value == 0 { return }
    guard let source = process.traces.source(.check), let (backend, server) = owner(i)
    else { return }
    var context = TraceContext(thread: worker)
    context.check = (entries[i].place.backend &* 65536 &+ entries[i].place.server) &* 2 &+ (entries[i].isAgent ? 1 : 0)
    let level = event == .failure ? TraceLevel.error : event == .connect ? .state : .user
    guard let verbosity = source.wants(event.rawValue, level, context) else { return }
    var line = text()
    if verbosity != .quiet {
      line += " : \(entries[i].isAgent ? "agent" : "check") of \(backend.settings.name)/\(server.settings.name)"
    }
    source.write(event.rawValue, level, thread: worker, line)
  }
}
