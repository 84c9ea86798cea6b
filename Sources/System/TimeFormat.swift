import CLinux
import Glibc
public import Memory

extension Clock {
  /// Appends a time as `strftime` formats it in the C locale: in the local zone, or in UTC. False where it does not
  /// fit. An empty result appends nothing.
  public static func append(
    secondsSince1970 seconds: Int64, format: Bytes, isLocal: Bool, to arena: ByteArena
  ) -> Bool {
    if format.count > 4096 { return false }
    var time = time_t(seconds)
    var parts = unsafe tm()
    if isLocal {
      if unsafe localtime_r(&time, &parts) == nil { return false }
    } else {
      if unsafe gmtime_r(&time, &parts) == nil { return false }
    }
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: format.count + 1) { text in
      for i in 0..<format.count { unsafe text[i] = CChar(bitPattern: format[i]) }
      unsafe text[format.count] = 0
      _ = unsafe arena.appendUnsafe(limit: 16384) { room in
        guard let base = unsafe room.baseAddress?.assumingMemoryBound(to: CChar.self) else { return 0 }
        return unsafe strftime(base, room.count, text.baseAddress!, &parts)
      }
    }
    return true
  }
}
