import EventLoop
import Observability
import System

/// What is told when the system gives no more descriptors or memory.
extension Worker {
  /// Bytes that stay free under a limit of memory: for what clients that are there may yet need.
  public static var sparedMemory: Int { 8 << 20 }

  /// Whether one more client may come: it takes what a former one left, or there is room beside what those that are
  /// there may yet ask for.
  func hasMemoryForClient() -> Bool {
    !freeSessions.isEmpty || MemoryRoom.has(Self.sparedMemory + sessions.count * 8192)
  }

  /// An alert for the frontend's logs, once a second at most.
  func reportShortage(_ error: SystemError, _ frontend: FrontendReplica) {
    if loop.now < nextShortageReport { return }
    nextShortageReport = loop.now + 1000
    let event = LogEvent(.emergency, shortageText(error, proxy: frontend.name.latin1))
    logs.send(event, to: frontend.log.route, tag: frontend.log.tag, now: loop.wallClock)
  }
  /// The same for the backend that a connection was to be made for.
  func reportShortage(_ error: SystemError, _ backend: BackendReplica) {
    if loop.now < nextShortageReport { return }
    nextShortageReport = loop.now + 1000
    let event = LogEvent(.emergency, shortageText(error, proxy: backend.name.latin1))
    logs.send(event, to: logs.routes.route(ofProxy: backend.index), now: loop.wallClock)
  }

  private func shortageText(_ error: SystemError, proxy name: String) -> String {
    let limit = process.maxSockets
    if error.isOutOfProcessDescriptors {
      return "Proxy \(name) reached process FD limit (maxsock=\(limit)). Please check 'ulimit-n' and restart."
    }
    if error.isOutOfSystemDescriptors {
      return "Proxy \(name) reached system FD limit (maxsock=\(limit)). Please check system tunables."
    }
    return "Proxy \(name) reached system memory limit (maxsock=\(limit)). Please check system tunables."
  }

  /// No address or port to connect from.
  func reportSourceShortage(_ backend: BackendReplica) {
    if loop.now < nextShortageReport { return }
    nextShortageReport = loop.now + 1000
    let text = "Cannot bind to source address before connect() for backend \(backend.name.latin1)."
    logs.send(LogEvent(.emergency, text), to: logs.routes.route(ofProxy: backend.index), now: loop.wallClock)
  }
}
