import Configuration
public import EventLoop
import Proxies
import StickTables

/// A reload in place: another generation of the configuration takes the place of one.
extension PeersService {
  /// The tables that the peers of a section share.
  func tables(of section: Int) -> [StickTable] {
    zip(process.model.tables, process.tables).lazy.filter { $0.0.peers == section }.map(\.1)
  }

  /// Takes over what there is of the generation before: connections with peers that are in both go on where the section
  /// has the same tables, the others end. To be called before `start`.
  public mutating func takeOver(
    _ old: inout PeersService, _ oldLoop: inout EventLoop, _ loop: inout EventLoop
  ) {
    old.retire(&oldLoop)
    for place in old.sessions.indices {
      guard let session = old.sessions[place] else { continue }
      guard let moved = adopted(session, of: old) else {
        old.close(place, &oldLoop)
        continue
      }
      oldLoop.poller.remove(session.socket.descriptor)
      old.sessions[place] = nil
      let own = add(moved, &loop)
      if moved.peer >= 0, old.remotes[session.peer].session == place { remotes[moved.peer].session = own }
    }
    for place in remotes.indices {
      guard let before = old.remotes.first(where: { isSame(remotes[place], $0, of: old) }) else { continue }
      remotes[place].history = before.history
      remotes[place].nextTry = before.nextTry
    }
    for section in process.model.peers.indices {
      guard let before = old.section(like: section, of: self) else { continue }
      isSynchronized[section] = old.isSynchronized[before]
      askedAt[section] = old.askedAt[before]
    }
  }

  /// Hears of nothing any more; its sessions are there to be taken.
  private mutating func retire(_ loop: inout EventLoop) {
    if remotes.isEmpty && listeners.isEmpty { return }
    for (place, listener) in listeners.enumerated() where !resting.contains(place) {
      loop.poller.remove(listener.socket.descriptor)
    }
    loop.timers.arm(timer, at: TimerWheel.never)
  }

  /// The section that is the same here as the one of another generation: tables and all.
  private func section(like section: Int, of other: borrowing PeersService) -> Int? {
    let wanted = other.process.model.peers[section]
    return process.model.peers.firstIndex { $0.name == wanted.name && $0.localPeer?.name == wanted.localPeer?.name }
      .flatMap { own in
        let (mine, others) = (tables(of: own), other.tables(of: section))
        return mine.count == others.count && zip(mine, others).allSatisfy { $0 === $1 } ? own : nil
      }
  }
  private func isSame(_ remote: Remote, _ before: Remote, of old: borrowing PeersService) -> Bool {
    remote.name == before.name && remote.endpoint == before.endpoint
      && old.section(like: remote.section, of: self) == before.section
  }

  /// The session under the numbers that hold here; nil where it cannot go on.
  private func adopted(_ session: PeerSession, of old: borrowing PeersService) -> PeerSession? {
    var moved = session
    if session.peer < 0 {
      // Who it is has not been said yet, only where it came in.
      guard let section = section(like: Int(clamping: session.current), of: old),
        listeners.contains(where: { $0.section == section })
      else { return nil }
      moved.current = UInt64(section)
      return moved
    }
    guard let peer = remotes.firstIndex(where: { isSame($0, old.remotes[session.peer], of: old) }) else { return nil }
    moved.peer = peer
    return moved
  }
}
