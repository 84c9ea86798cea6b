import CLinux
import Glibc

/// One epoll instance with room for the events of one wait; or what poll(2) offers in its place.
@safe public final class Poller {
  /// What the kernel is asked by.
  public enum System: Sendable { case epoll, poll }

  private let descriptor: FileDescriptor
  private var table: PollTable?
  /// Owners of edge-triggered descriptors must `rearm` them before each wait.
  public var needsRearming: Bool { table != nil }
  private let events: UnsafeMutablePointer<epoll_event>
  private let capacity: Int

  public struct Interest: OptionSet, Sendable {
    public let rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let read = Interest(rawValue: 0x001)
    public static let write = Interest(rawValue: 0x004)
    public static let peerClosed = Interest(rawValue: 0x2000)
    public static let edge = Interest(rawValue: 1 << 31)
    /// The first event is the last until `change`.
    public static let once = Interest(rawValue: 1 << 30)
    public static let exclusive = Interest(rawValue: 1 << 28)
    /// What the peer of a connection does.
    public static let peer: Interest = [.read, .peerClosed, .edge]
    /// The same, and room to send.
    public static let connection: Interest = [.read, .write, .peerClosed, .edge]
  }

  /// What happened on one descriptor.
  public struct Event: Sendable {
    public let token: UInt64
    public let flags: UInt32
    @inlinable public var isReadable: Bool { flags & 0x001 != 0 }
    @inlinable public var isWritable: Bool { flags & 0x004 != 0 }
    @inlinable public var isError: Bool { flags & 0x008 != 0 }
    @inlinable public var isHangUp: Bool { flags & 0x010 != 0 }
    @inlinable public var isPeerClosed: Bool { flags & 0x2000 != 0 }
  }

  public init(capacity: Int, system: System = .epoll) throws(SystemError) {
    if system == .poll {
      descriptor = .none
      table = PollTable()
    } else {
      let fd = epoll_create1(Int32(EPOLL_CLOEXEC))
      if fd < 0 { throw .current }
      descriptor = FileDescriptor(fd)
    }
    self.capacity = max(1, capacity)
    unsafe events = .allocate(capacity: max(1, capacity))
  }
  /// A poller over epoll whose descriptor was made beforehand, so that nothing can fail.
  public init(adopting descriptor: FileDescriptor, capacity: Int) {
    self.descriptor = descriptor
    self.capacity = max(1, capacity)
    unsafe events = .allocate(capacity: max(1, capacity))
  }
  /// The descriptor of an epoll instance, for a poller that another thread will have.
  public static func makeDescriptor() throws(SystemError) -> FileDescriptor {
    let fd = epoll_create1(Int32(EPOLL_CLOEXEC))
    if fd < 0 { throw .current }
    return FileDescriptor(fd)
  }
  /// Tells of this poller's events as one event of another: of that token, as long as there are any.
  public func join(_ other: Poller, token: UInt64) { other.add(descriptor, .read, token: token) }
  public func leave(_ other: Poller) { other.remove(descriptor) }

  deinit {
    if descriptor.isOpen { descriptor.close() }
    unsafe events.deallocate()
  }

  @discardableResult public func add(_ fd: FileDescriptor, _ interest: Interest, token: UInt64) -> Bool {
    control(EPOLL_CTL_ADD, fd, interest, token)
  }
  @discardableResult public func change(_ fd: FileDescriptor, _ interest: Interest, token: UInt64) -> Bool {
    control(EPOLL_CTL_MOD, fd, interest, token)
  }
  @discardableResult public func remove(_ fd: FileDescriptor) -> Bool { control(EPOLL_CTL_DEL, fd, [], 0) }
  /// With poll(2): tells edges of the descriptor again, of the directions that its owner waits for.
  public func rearm(_ fd: FileDescriptor, read: Bool, write: Bool) { table?.rearm(fd, read: read, write: write) }

  private func control(_ operation: Int32, _ fd: FileDescriptor, _ interest: Interest, _ token: UInt64) -> Bool {
    if table != nil {
      if operation == EPOLL_CTL_DEL { table?.remove(fd) } else { table?.set(fd, interest, token: token) }
      return true
    }
    var event = unsafe epoll_event()
    unsafe event.events = interest.rawValue
    unsafe event.data.u64 = token
    return unsafe epoll_ctl(descriptor.number, operation, fd.number, &event) == 0
  }

  /// Waits up to `timeout` milliseconds (-1: for ever) and returns how many events came; a signal gives 0.
  public func wait(timeout: Int32) -> Int {
    if table != nil { return table?.wait(timeout: timeout, capacity: capacity) ?? 0 }
    let n = unsafe epoll_wait(descriptor.number, events, Int32(capacity), timeout)
    return n < 0 ? 0 : Int(n)
  }
  public func event(_ i: Int) -> Event {
    precondition(i >= 0 && i < capacity)
    if let table { return table.event(i) }
    return unsafe Event(token: events[i].data.u64, flags: events[i].events)
  }
}

/// Wakes a poller from another thread or from a signal handler.
public struct WakeUp: Sendable {
  public let descriptor: FileDescriptor
  public init() throws(SystemError) {
    let fd = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    if fd < 0 { throw .current }
    descriptor = FileDescriptor(fd)
  }
  public func notify() {
    var one: UInt64 = 1
    _ = unsafe write(descriptor.number, &one, 8)
  }
  public func drain() {
    var count: UInt64 = 0
    _ = unsafe read(descriptor.number, &count, 8)
  }
}
