import CLinux
import Glibc

/// A program run beside this process, such as an external check: started without a shell, ended when it takes too long.
public struct ChildProcess: Sendable {
  public let id: Int32
  /// Readable once the program has ended.
  public let descriptor: FileDescriptor

  /// Starts the program at `path`, which is looked up nowhere, with these arguments and nothing but this environment.
  /// nil where the system refuses to, or the program cannot be run.
  public static func start(_ path: String, arguments: [String], environment: [String]) -> ChildProcess? {
    var argv = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
    var envp = unsafe environment.map { unsafe strdup($0) } + [nil]
    defer {
      var i = 0
      while unsafe i < argv.count {
        unsafe free(argv[i])
        i += 1
      }
      i = 0
      while unsafe i < envp.count {
        unsafe free(envp[i])
        i += 1
      }
    }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // What this process blocks or ignores is none of the program's business.
    var none = sigset_t()
    unsafe sigemptyset(&none)
    var all = sigset_t()
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var id: pid_t = 0
    guard unsafe posix_spawn(&id, path, nil, &attributes, &argv, &envp) == 0 else { return nil }
    let descriptor = weir_pidfd_open(id)
    if descriptor < 0 {
      _ = kill(id, SIGKILL)
      var status: Int32 = 0
      _ = unsafe waitpid(id, &status, 0)
      return nil
    }
    return ChildProcess(id: id, descriptor: FileDescriptor(descriptor))
  }

  /// The exit status, once it has ended; 128 and more for a signal. nil: it runs.
  public func exitStatus() -> Int32? {
    var status: Int32 = 0
    let found = unsafe waitpid(id, &status, WNOHANG)
    if found == 0 { return nil }
    if found < 0 { return 255 }
    let signal = status & 0x7f
    return signal == 0 ? status >> 8 & 0xff : 128 + signal
  }

  /// Ends the program at once, and waits for its end, which then is there.
  public func end() {
    _ = kill(id, SIGKILL)
    var status: Int32 = 0
    _ = unsafe waitpid(id, &status, 0)
  }
}
