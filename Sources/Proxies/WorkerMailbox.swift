public import Primitives
import Memory
public import System

/// A stream of some worker, as other threads name it.
public struct StreamReference: Sendable, Hashable {
  public let worker: Int
  /// The stream's token in its worker: dead tokens are ignored there.
  public let token: UInt64
  public init(worker: Int, token: UInt64) {
    self.worker = worker
    self.token = token
  }
}

/// What one thread asks of a worker.
public enum WorkerMessage: Sendable {
  /// A connection accepted elsewhere that this worker shall serve.
  case connection(Socket, listener: Int, peer: Endpoint)
  /// The stream leaves its queue: a place on the server is reserved for it.
  case dequeued(UInt64, backend: Int, server: Int)
  /// The stream leaves the queue of a server that went away: choose another.
  case chooseAgain(UInt64)
  /// End the stream with HAProxy's reason of the same name.
  case killStream(UInt64, KillReason)
  /// End every stream on this server (`on-marked-down shutdown-sessions`, `shutdown sessions server`).
  case killStreamsOfServer(backend: Int, server: Int, KillReason)
  /// End every stream on backup servers of this backend (`on-marked-up shutdown-backup-sessions`).
  case killStreamsOfBackups(backend: Int)
  /// Idle connections to this server are of no use any more.
  case dropIdle(backend: Int, server: Int)
  /// Listeners can accept again (a connection slot or a descriptor became free).
  case resumeListeners
  case pauseFrontend(Int), stopFrontend(Int), resumeFrontend(Int)
  case softStop, stop
  /// Errors of the traffic ask for the next check of this server sooner (`observe`, `fastinter`).
  case checkSoon(backend: Int, server: Int)
  /// A stream asks for a name, of the worker with the resolvers; and: its answer.
  case resolve(NameQuestion)
  case resolved(UInt64, IPAddress?)
  /// A server was added, or deleted.
  case serverAdded(ServerPlace), serverRemoved(ServerPlace)
  /// `set server ... ssl`; and `set server ... fqdn`, with the name until now.
  case serverTLSChanged(ServerPlace)
  case serverRenamed(ServerPlace, from: String?)
  /// Answer a question of the runtime API; and: some answer is there.
  case report(WorkerReport), reportReady
  /// Another generation of the configuration takes this one's place.
  case succeed
  /// Something to be told in the logs.
  case tell(StateMessage)
}

public enum KillReason: Sendable { case down, killed, backupsUp }

/// Messages to one worker, and its wake-up.
public final class WorkerMailbox: Sendable {
  private let messages = Lock<[WorkerMessage]>([])
  public let wakeUp: WakeUp
  public init(wakeUp: WakeUp) { self.wakeUp = wakeUp }
  public func post(_ message: WorkerMessage) {
    let first = messages.withLock {
      $0.append(message)
      return $0.count == 1
    }
    if first { wakeUp.notify() }
  }
  public func take() -> [WorkerMessage] {
    messages.withLock {
      if $0.isEmpty { return [] }
      let all = $0
      $0.removeAll(keepingCapacity: true)
      return all
    }
  }
}
