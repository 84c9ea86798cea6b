import CLinux
import Glibc
public import Memory

/// Passwords of user lists.
public enum Password {
  /// Whether `password` is the one whose `crypt(3)` hash is `hash`. May take long, by intent of the hash.
  public static func matches(_ password: Bytes, hash: String) -> Bool {
    if password.count > 512 { return false }
    var key = [CChar](repeating: 0, count: password.count + 1)
    for i in 0..<password.count { key[i] = CChar(bitPattern: password[i]) }
    var out = [CChar](repeating: 0, count: 512)
    if unsafe weir_crypt(key, bytePath(hash), &out, out.count) != 0 { return false }
    let made = out.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: made, as: UTF8.self) == hash
  }
}
