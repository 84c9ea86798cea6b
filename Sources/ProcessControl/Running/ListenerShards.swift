import Configuration

/// `shards`: one address served by several sockets, each with threads of its own (manual section 5.1).
enum ListenerShards {
  /// One value for each socket to open; threads that do not exist are left out.
  static func expand(_ bind: BindSettings, threads: Int) -> [BindSettings] {
    let wanted = bind.threads.filter { $0 <= threads }
    var whole = bind
    whole.threads = bind.threads.isEmpty ? [] : wanted
    let workers = wanted.isEmpty ? Array(1...threads) : wanted
    let count = min(bind.shardsByThread ? workers.count : bind.shards, workers.count)
    // Only sockets of the Internet can share an address.
    guard count > 1, case .ip = bind.address else { return [whole] }
    return (0..<count).map { shard in
      var part = whole
      part.threads = workers.indices.filter { $0 * count / workers.count == shard }.map { workers[$0] }
      return part
    }
  }
}
