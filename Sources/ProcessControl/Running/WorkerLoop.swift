import EventLoop
import Proxies
import Streams
import System

/// The main loop of one worker thread: waits, and hands every event to the part that it belongs to.
final class WorkerLoop {
  let worker: Worker
  let process: ProcessRuntime

  init(worker: Worker, process: ProcessRuntime) {
    self.worker = worker
    self.process = process
  }

  /// Runs until the process stops and nothing of it is left to do.
  func run(_ control: ProcessSignals?) {
    while true {
      let count = worker.loop.wait(block: !worker.hasReadyWork)
      for i in 0..<count {
        let event = worker.loop.poller.event(i)
        switch Token(bits: event.token).kind {
        default: worker.handle(event)
        }
      }
      worker.loop.collectTimers()
      for i in 0..<worker.loop.expired.count {
        let token = worker.loop.expired[i]
        worker.handleTimer(token)
      }
      worker.runReady()
      control?.handle(worker)
      if process.stopping.value == 2 { return }
      if process.stopping.value == 1 && worker.isStopping && worker.activeSessions == 0 { return }
    }
  }
}
