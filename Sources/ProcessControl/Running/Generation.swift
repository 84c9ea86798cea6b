import Configuration
import EventLoop
import LogForwarding
import Memory
import Observability
import Proxies
import RuntimeAPI
import Streams
import System

/// One generation of the configuration, ready to be run: all that could fail is done.
struct Generation: Sendable {
  let process: ProcessRuntime
  let routes: LogRoutes
  let reports: StateReports
  let api: RuntimeAPISockets
  /// By place in `ProcessRuntime.listeners`.
  let sockets: [Socket]
  let wakeUps: [WakeUp]
  /// Pollers' descriptors, one for each thread; none where threads make their own.
  var pollers: [FileDescriptor] = []

  /// All sockets that were opened for it.
  var listening: [(settings: BindSettings, socket: Socket, isDatagram: Bool)] {
    zip(process.listeners, sockets).map { ($0.settings, $1, false) }
      + api.listeners.lazy.filter { !$0.settings.isSocketPair }.map { ($0.settings, $0.socket, false) }
      + api.peers.map { ($0.settings, $0.socket, false) } + api.forwards.map { ($0.settings, $0.socket, $0.isDatagram) }
  }

  /// The loop of one thread, in that thread.
  func makeLoop(_ index: Int, predecessor: Worker) -> WorkerLoop {
    let token = Token(kind: TokenKind.wakeUp, index: 0, generation: 0)
    let loop = EventLoop(
      adopting: pollers[index], capacity: process.model.global.tune.maxPollEvents, wakeUp: wakeUps[index],
      wakeToken: token)
    return makeLoop(index, loop, predecessor: predecessor)
  }

  func makeLoop(_ index: Int, _ loop: consuming EventLoop, predecessor: Worker?) -> WorkerLoop {
    let worker = Worker(process: process, index: index, loop: loop, routes: routes, predecessor: predecessor)
    worker.facts = api.facts
    for (runtime, socket) in zip(process.listeners, sockets) { worker.addListener(runtime, socket: socket) }
    return WorkerLoop(worker: worker, process: process, reports: reports, api: index == 0 ? api : nil)
  }
}

/// Where threads find the generation that they are to serve next.
final class Succession: Sendable {
  private let generation = Lock<Generation?>(nil)
  /// Threads that serve it.
  private let ready = SharedCell()
  /// Wakes who waits for them.
  private let wakeUp: WakeUp?

  init(waking wakeUp: WakeUp?) { self.wakeUp = wakeUp }

  var next: Generation? { generation.withLock { $0 } }
  /// Offers a generation; nil when all have taken it.
  func offer(_ next: Generation?) {
    ready.set(0)
    generation.withLock { $0 = next }
  }
  func threadIsReady() {
    ready.add(1)
    wakeUp?.notify()
  }
  var readyThreads: Int { ready.value }
}
