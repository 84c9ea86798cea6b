import Glibc

/// Room in the address space, where it has a limit (`-m`, `ulimit -v`): then what asks for memory without being able to
/// do without must know beforehand that there is some.
public enum MemoryRoom {
  /// Whether there is a limit.
  public static var isLimited: Bool {
    var limit = rlimit()
    return unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_AS.rawValue)), &limit) == 0
      && limit.rlim_cur != ~rlim_t(0)
  }

  /// Whether so many bytes more can be had now.
  public static func has(_ bytes: Int) -> Bool {
    let probe = unsafe mmap(nil, max(bytes, 1), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let probe = unsafe probe, unsafe probe != MAP_FAILED else { return false }
    unsafe munmap(probe, max(bytes, 1))
    return true
  }

  /// What the stack of a thread takes, in bytes.
  public static var stackSize: Int {
    var limit = rlimit()
    let known = unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_STACK.rawValue)), &limit) == 0
    return known && limit.rlim_cur != ~rlim_t(0) ? Int(clamping: limit.rlim_cur) : 2 << 20
  }
}
