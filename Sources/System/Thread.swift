import CLinux
import Glibc

/// A worker thread of the operating system.
@safe public struct Thread: Sendable {
  private let handle: pthread_t

  private final class Start {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread that runs `body` once.
  public init(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
    let start = unsafe Unmanaged.passRetained(Start(body)).toOpaque()
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread, nil,
      { argument in
        if let argument = unsafe argument { unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, start)
    if code != 0 {
      unsafe Unmanaged<Start>.fromOpaque(start).release()
      throw SystemError(code: code)
    }
    handle = thread
  }
  public func join() { pthread_join(handle, nil) }
}

/// Processors of the calling thread.
public enum Affinity {
  /// Binds the calling thread to the processors with these numbers.
  @discardableResult public static func bind(to processors: [Int]) -> Bool {
    var mask = [UInt](repeating: 0, count: 16)
    for p in processors where p >= 0 && p < 1024 { mask[p / 64] |= 1 << UInt(p % 64) }
    return unsafe mask.withUnsafeBufferPointer { unsafe weir_set_affinity($0.baseAddress, 128) } == 0
  }
  /// The processors that the calling thread may use, in ascending order.
  public static var usable: [Int] {
    var mask = [UInt](repeating: 0, count: 16)
    let result = unsafe mask.withUnsafeMutableBufferPointer { unsafe weir_get_affinity($0.baseAddress, 128) }
    if result < 0 { return [0] }
    return (0..<1024).filter { mask[$0 / 64] >> UInt($0 % 64) & 1 == 1 }
  }
}
