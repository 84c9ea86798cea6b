import ConfigSyntax
import Configuration
import System

/// A child of the master for the time of one reload in place. It has the rights and the root folder that the worker has
/// given up: it reads the new configuration, gives the worker all that the system answered meanwhile, and opens listening
/// sockets for it. What the configuration does not name the worker cannot have from it.
struct ConfigurationReader {
  private let options: CommandLineOptions
  private let channel: ReloadChannel
  /// Where the master waits for the answer.
  private let master: Socket

  /// Starts it, with a session of the worker's runtime API; gives the socket where the answer comes. nil: the system
  /// refuses to.
  static func start(_ worker: Socket, _ options: CommandLineOptions) -> Socket? {
    guard let ends = try? Socket.pair() else { return nil }
    let child = OwnProcess.fork()
    if child == 0 {
      for number in MasterLoop.watchedSignals { Signals.restore(number) }
      OwnProcess.closeInherited(except: worker.descriptor, ends.1.descriptor)
      ConfigurationReader(options: options, channel: ReloadChannel(worker, patience: 600), master: ends.1).run()
      OwnProcess.exitNow(0)
    }
    ends.1.close()
    if child > 0 { return ends.0 }
    ends.0.close()
    return nil
  }

  private func run() {
    let diagnostics = Diagnostics(version: Version.text, printing: false)
    let answers = SystemAnswers()
    let model = answers.use { Program.read(options, diagnostics) }
    // The session becomes the channel as soon as the worker says so.
    guard channel.begin(), let ready = channel.receive(), ready.kind == .ready, let threads = ready.payload.first else {
      return
    }
    if let model {
      channel.send(.answers, answers.encoded)
      serve(model, threads: Int(threads))
    } else {
      // The worker has the log.
      channel.send(.refusal, diagnostics.startMessages)
      tell("failed\n" + diagnostics.startMessages)
    }
  }

  private func tell(_ answer: String) {
    master.descriptor.setNonBlocking(false)
    master.descriptor.writeAll(answer)
  }

  private func serve(_ model: ConfigurationModel, threads: Int) {
    let binds = Self.binds(model, threads: threads)
    var listening = ListenerSetup(model.global)
    while let piece = channel.receive() {
      switch piece.kind {
      case .listen: give(piece.text, binds, &listening)
      case .removal: Self.removeSocket(piece.text)
      case .outcome:
        if !piece.text.hasPrefix("done\n") { listening.closeAll() }
        return tell(piece.text)
      default: return
      }
    }
    // The worker is gone.
    listening.closeAll()
  }

  /// Opens a socket that the configuration names.
  private func give(_ wish: String, _ binds: [String: BindSettings], _ listening: inout ListenerSetup) {
    let words = wish.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
    guard words.count == 4, let backlog = Int(words[0]), let bind = binds[String(words[3])] else {
      channel.send(.refusal, "the configuration has changed meanwhile")
      return
    }
    do throws(ListenerSetup.Failure) {
      let socket = try listening.make(bind, backlog: backlog, isSmart: words[1] == "1", isDatagram: words[2] == "1")
      channel.send(.socket, [], descriptor: socket.descriptor)
    } catch {
      channel.send(.refusal, error.text)
    }
  }

  /// All lines that a worker listens for, by what their sockets are made with.
  private static func binds(_ model: ConfigurationModel, threads: Int) -> [String: BindSettings] {
    let shards = model.proxies.lazy.flatMap(\.binds).flatMap { ListenerShards.expand($0, threads: max(1, threads)) }
    let others = model.global.statsSockets + model.peers.flatMap(\.binds) + model.logForwards.flatMap(\.binds)
    var found: [String: BindSettings] = [:]
    for bind in shards + others + model.logForwards.flatMap(\.datagramBinds) {
      found[bind.socketText(model.global)] = bind
    }
    return found
  }

  /// Takes the name of a local socket away, where indeed nobody listens.
  private static func removeSocket(_ path: String) {
    guard Files.kind(path) == .socket else { return }
    for kind in [Socket.Kind.stream, .datagram] {
      guard let probe = try? Socket.make(family: .unix, kind: kind) else { return }
      defer { probe.close() }
      if case .failed(let error) = probe.connect(to: .unix(path)), error.isConnectionRefused { Files.remove(path) }
    }
  }
}
