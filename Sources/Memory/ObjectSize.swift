import CLinux

/// What objects cost, for who asks what the process uses its memory for.
public enum ObjectSize {
  /// Bytes of the allocation that holds the object; what it refers to is not in them.
  public static func bytes(of object: AnyObject) -> Int {
    unsafe malloc_usable_size(Unmanaged.passUnretained(object).toOpaque())
  }
}
