import CLinux
import Glibc

/// What `Poller` waits for by poll(2), where epoll shall not be used (`noepoll`, `-de`). What is registered for edges is
/// told once and then no more until its owner rearms it: the kernel remembers no edges here.
@safe struct PollTable {
  private var entries: [pollfd] = []
  private var tokens: [UInt64] = []
  private var isEdge: [Bool] = []
  private var places: [Int32: Int] = [:]
  /// What the last wait found: place and flags.
  private var found: [(token: UInt64, flags: UInt32)] = []

  mutating func set(_ fd: FileDescriptor, _ interest: Poller.Interest, token: UInt64) {
    let events = Int16(truncatingIfNeeded: interest.rawValue & 0x2005)
    let entry = pollfd(fd: fd.number, events: events, revents: 0)
    let place = places[fd.number] ?? entries.count
    if place == entries.count {
      entries.append(entry)
      tokens.append(token)
      isEdge.append(interest.contains(.edge))
      places[fd.number] = place
    } else {
      entries[place] = entry
      tokens[place] = token
      isEdge[place] = interest.contains(.edge)
    }
  }

  mutating func remove(_ fd: FileDescriptor) {
    guard let place = places.removeValue(forKey: fd.number) else { return }
    let last = entries.count - 1
    if place != last {
      entries[place] = entries[last]
      tokens[place] = tokens[last]
      isEdge[place] = isEdge[last]
      places[Self.number(entries[place])] = place
    }
    entries.removeLast()
    tokens.removeLast()
    isEdge.removeLast()
  }

  /// Edges of the descriptor are told again: those that its owner waits for.
  mutating func rearm(_ fd: FileDescriptor, read: Bool, write: Bool) {
    guard let place = places[fd.number], entries[place].fd >= 0 else { return }
    if read { entries[place].events |= 0x001 }
    if write { entries[place].events |= 0x004 }
  }

  /// Waits up to `timeout` milliseconds and returns how many descriptors have news, at most `capacity`.
  mutating func wait(timeout: Int32, capacity: Int) -> Int {
    found.removeAll(keepingCapacity: true)
    let count = unsafe entries.withUnsafeMutableBufferPointer { list in
      unsafe poll(list.baseAddress, nfds_t(list.count), timeout)
    }
    if count <= 0 { return 0 }
    var gone: [FileDescriptor] = []
    for place in entries.indices where entries[place].revents != 0 {
      let flags = UInt32(UInt16(bitPattern: entries[place].revents))
      // Closed without a word, as one may with epoll.
      if flags & 0x020 != 0 {
        gone.append(FileDescriptor(entries[place].fd))
        continue
      }
      if found.count == capacity { break }
      found.append((tokens[place], flags))
      if isEdge[place] {
        entries[place].events &= ~entries[place].revents
        // An end or an error is told by every poll, asked for or not.
        if flags & 0x018 != 0 { entries[place].fd = ~entries[place].fd }
      }
    }
    for fd in gone { remove(fd) }
    return found.count
  }
  func event(_ i: Int) -> Poller.Event { Poller.Event(token: found[i].token, flags: found[i].flags) }

  private static func number(_ entry: pollfd) -> Int32 { entry.fd >= 0 ? entry.fd : ~entry.fd }
}
