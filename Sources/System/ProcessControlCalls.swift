import CLinux
import Glibc
import Primitives

/// The calling process: identity, limits, signals. Thin calls; the order they are made in belongs to ProcessControl.
public enum OwnProcess {
  public static var id: Int32 { getpid() }
  public static var parentID: Int32 { getppid() }
  public static var isRoot: Bool { geteuid() == 0 }
  public static var effectiveUID: UInt32 { geteuid() }

  /// 0 in the child, the child's id in the parent.
  public static func fork() -> Int32 { weir_fork() }
  /// Closes what was inherited, but for the standard streams and these two.
  public static func closeInherited(except first: FileDescriptor, _ second: FileDescriptor) {
    weir_close_others(min(first.number, second.number), max(first.number, second.number))
  }
  public static func startSession() { _ = setsid() }
  /// Ends the process at once, without running exit handlers.
  public static func exitNow(_ status: Int32) -> Never { _exit(status) }
  /// Ends the process with a core, where the system keeps those.
  public static func abort() -> Never { Glibc.abort() }
  public static func exit(_ status: Int32) -> Never { Glibc.exit(status) }
  /// Gives memory that the allocator holds without need back to the system.
  public static func trimMemory() { _ = weir_malloc_trim() }
  @discardableResult public static func send(signal: Int32, to pid: Int32) -> Bool { kill(pid, signal) == 0 }

  /// Limit of open descriptors: soft and hard.
  public static var descriptorLimit: (soft: Int, hard: Int) {
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
    return (Int(clamping: limit.rlim_cur), Int(clamping: limit.rlim_max))
  }
  @discardableResult public static func setDescriptorLimit(soft: Int, hard: Int) -> Bool {
    var limit = rlimit(rlim_cur: rlim_t(soft), rlim_max: rlim_t(hard))
    return unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0
  }
  /// Limits the address space, for `-m`. Bytes.
  @discardableResult public static func setMemoryLimit(_ bytes: Int) -> Bool {
    var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
    return unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_AS.rawValue)), &limit) == 0
  }

  public static func changeRoot(_ path: String) throws(SystemError) {
    if unsafe weir_chroot(bytePath(path)) != 0 || chdir("/") != 0 { throw .current }
  }
  /// Gives up supplementary groups, then the group, then the user: the order that cannot be undone.
  public static func setGroup(_ gid: UInt32) throws(SystemError) {
    if weir_setgroups(0, nil) != 0 && geteuid() == 0 { throw .current }
    if setgid(gid) != 0 { throw .current }
  }
  public static func setUser(_ uid: UInt32) throws(SystemError) { if setuid(uid) != 0 { throw .current } }

  public static func userID(named name: String) -> UInt32? {
    func find() -> UInt32? { unsafe getpwnam(bytePath(name)).map { unsafe $0.pointee.pw_uid } }
    guard let answers = SystemAnswers.ofThisThread else { return find() }
    return answers.number("user \(name)", find)
  }
  public static func groupID(named name: String) -> UInt32? {
    func find() -> UInt32? { unsafe getgrnam(bytePath(name)).map { unsafe $0.pointee.gr_gid } }
    guard let answers = SystemAnswers.ofThisThread else { return find() }
    return answers.number("group \(name)", find)
  }

  public static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    if unsafe gethostname(&name, 255) != 0 { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Environment as it stands now.
  public static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(bytePath(name)) else { return nil }
    var bytes: [UInt8] = []
    var i = 0
    while unsafe value[i] != 0 {
      unsafe bytes.append(UInt8(bitPattern: value[i]))
      i += 1
    }
    return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }
  /// All variables as `name=value`.
  public static var environmentLines: [String] {
    guard let list = unsafe weir_environ() else { return [] }
    var lines: [String] = []
    var i = 0
    while let line = unsafe list[i] {
      var bytes = String.UnicodeScalarView()
      var j = 0
      while unsafe line[j] != 0 {
        unsafe bytes.append(Unicode.Scalar(UInt8(bitPattern: line[j])))
        j += 1
      }
      lines.append(String(bytes))
      i += 1
    }
    return lines
  }
  public static func setEnvironment(_ name: String, _ value: String, overwrite: Bool = true) {
    unsafe setenv(bytePath(name), bytePath(value), overwrite ? 1 : 0)
  }
  public static func unsetEnvironment(_ name: String) { unsafe unsetenv(bytePath(name)) }

  /// The path of the running program, or "-" where the kernel does not tell.
  public static var executablePath: String {
    var room = [CChar](repeating: 0, count: 4096)
    let n = unsafe readlink("/proc/self/exe", &room, 4095)
    return n <= 0 ? "-" : String(decoding: room.prefix(n).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
  /// Lets a crash of the process leave a core, whatever limits and changes of user have said against it
  /// (`set-dumpable`).
  public static func allowCore() {
    var unlimited = rlimit(rlim_cur: .max, rlim_max: .max)
    unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &unlimited)
    unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_CORE.rawValue)), &unlimited)
    _ = weir_prctl(4, 1)  // PR_SET_DUMPABLE
  }
  /// No program that the process may start gets the rights of its owner (setuid).
  public static func forbidNewPrivileges() { _ = weir_prctl(38, 1) }  // PR_SET_NO_NEW_PRIVS
  /// The process can start no other process from here on, and no thread; that of root still can.
  public static func forbidForks() {
    // RLIMIT_NPROC: Glibc does not offer the name to Swift.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe setrlimit(__rlimit_resource_t(6), &none)
  }
  /// Paths of the program and of all that is loaded with it.
  public static var loadedObjects: [String] {
    var paths: [String] = []
    while let name = unsafe weir_loaded_object(Int32(paths.count)) {
      let path = unsafe String(cString: name)
      paths.append(path.isEmpty ? executablePath : path)
    }
    return paths.filter { !$0.hasPrefix("linux-vdso") }
  }

  /// Gives free heap pages back to the kernel.
  public static func trimHeap() { _ = weir_malloc_trim() }
}

/// Signals are only counted by their handler, which wakes a worker: that worker acts on them.
public enum Signals {
  public static let hangup = SIGHUP, interrupt = SIGINT, quit = SIGQUIT, terminate = SIGTERM, user1 = SIGUSR1,
    user2 = SIGUSR2, pipe = SIGPIPE, child = SIGCHLD, terminalOutput = SIGTTOU, terminalInput = SIGTTIN
  public static func watch(_ numbers: [Int32], waking wakeUp: WakeUp) {
    for number in numbers { _ = weir_catch_signal(number, wakeUp.descriptor.number) }
  }
  public static func ignore(_ number: Int32) { _ = weir_ignore_signal(number) }
  public static func restore(_ number: Int32) { _ = weir_default_signal(number) }
  /// Whether the signal came since the last call.
  public static func take(_ number: Int32) -> Bool { weir_take_signal(number) > 0 }
}

/// The service manager's notification socket (`NOTIFY_SOCKET`, sd_notify(3)).
public enum ServiceNotification {
  public static func send(_ text: String) {
    guard let path = OwnProcess.environment("NOTIFY_SOCKET"), let first = path.unicodeScalars.first else { return }
    let address: Primitives.SocketAddress
    if first == "@" { address = .abstract(String(path.dropFirst())) } else { address = .unix(path) }
    guard let socket = try? Socket.make(family: .unix, kind: .datagram) else { return }
    if case .failed = socket.connect(to: address, exactLength: true) {} else { _ = socket.send(Array(text.utf8)) }
    socket.close()
  }
}
