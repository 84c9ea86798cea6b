import EventLoop
import Observability
import System

/// What is told when the system gives no more descriptors or memory.
extension Worker {
  /// An alert for the frontend's logs, once a second at most.
  func reportShortage(_ error: SystemError, _ frontend: FrontendReplica) {
    if loop.now < nextShortageReport { return }
    nextShortageReport = loop.now + 1000
    let name = frontend.name.latin1
    let limit = process.maxSockets
    let text =
      if error.isOutOfProcessDescriptors {
        "Proxy \(name) reached process FD limit (maxsock=\(limit)). Please check 'ulimit-n' and restart."
      } else if error.isOutOfSystemDescriptors {
        "Proxy \(name) reached system FD limit (maxsock=\(limit)). Please check system tunables."
      } else {
        "Proxy \(name) reached system memory limit (maxsock=\(limit)). Please check system tunables."
      }
    logs.send(LogEvent(.emergency, text), to: frontend.log.route, tag: frontend.log.tag, now: loop.wallClock)
  }

  /// No address or port to connect from.
  func reportSourceShortage(_ backend: BackendReplica) {
    if loop.now < nextShortageReport { return }
    nextShortageReport = loop.now + 1000
    let text = "Cannot bind to source address before connect() for backend \(backend.name.latin1)."
    logs.send(LogEvent(.emergency, text), to: logs.routes.route(ofProxy: backend.index), now: loop.wallClock)
  }
}
