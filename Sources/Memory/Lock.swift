#if DEBUG
  import Glibc

  /// `Mutex`, in builds for debugging made of the C library's lock: the thread sanitizer sees that one taken and given
  /// back, while it misses the waiting half of the standard library's and then tells of races that are none.
  @safe public struct Lock<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    private let handle: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>

    public init(_ initial: consuming sending Value) {
      unsafe handle = .allocate(capacity: 1)
      unsafe handle.initialize(to: pthread_mutex_t())
      _ = unsafe pthread_mutex_init(handle, nil)
      unsafe value = .allocate(capacity: 1)
      unsafe value.initialize(to: initial)
    }
    deinit {
      unsafe value.deinitialize(count: 1)
      unsafe value.deallocate()
      _ = unsafe pthread_mutex_destroy(handle)
      unsafe handle.deallocate()
    }

    /// Runs `body` with the value while no other thread has it. Not to be nested.
    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
      _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
      _ = unsafe pthread_mutex_lock(handle)
      defer { _ = unsafe pthread_mutex_unlock(handle) }
      return try unsafe body(&value.pointee)
    }
  }
#else
  public import Synchronization

  /// A value that one thread at a time may touch.
  public typealias Lock<Value: ~Copyable> = Mutex<Value>
#endif
