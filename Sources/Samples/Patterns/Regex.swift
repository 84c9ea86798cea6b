// The one place of this target that touches PCRE2, and with it one of the two where `unsafe` may stand.
import CPCRE2
public import Memory

/// A compiled regular expression, with just-in-time compiled code where PCRE2 can make it. It may be shared by threads;
/// what a match needs besides is in `RegexMatcher`.
@safe public final class Regex: Sendable {
  public struct CompileError: Error {
    /// PCRE2's words.
    public let message: String
    /// Where in the expression, in bytes.
    public let offset: Int
  }
  nonisolated(unsafe) fileprivate let code: OpaquePointer
  public let text: String

  public init(_ text: String, ignoringCase: Bool = false, capturing: Bool = true) throws(CompileError) {
    self.text = text
    var number: Int32 = 0
    var offset = 0
    let bytes = text.bytes
    var options: UInt32 = 0
    if ignoringCase { options |= UInt32(PCRE2_CASELESS) }
    if !capturing { options |= UInt32(PCRE2_NO_AUTO_CAPTURE) }
    let made = unsafe pcre2_compile_8(bytes, bytes.count, options, &number, &offset, nil)
    guard let made = unsafe made else {
      var buffer = [UInt8](repeating: 0, count: 256)
      let length = unsafe pcre2_get_error_message_8(number, &buffer, buffer.count)
      throw CompileError(message: String(bytes: buffer.prefix(max(0, Int(length)))), offset: offset)
    }
    unsafe code = made
    _ = unsafe pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
  }
  deinit { unsafe pcre2_code_free_8(code) }
}

/// Storage for matching, one per thread. The limits bound what an expression can cost on hostile text; a match that
/// runs into them counts as no match.
@safe public final class RegexMatcher {
  /// The most groups that are kept, the whole match included.
  public static let groupLimit = 10
  private let data: OpaquePointer
  private let context: OpaquePointer
  private let stack: OpaquePointer?
  /// How many groups the last match set.
  public private(set) var groupCount = 0

  public init() {
    unsafe data = pcre2_match_data_create_8(UInt32(RegexMatcher.groupLimit), nil)
    unsafe context = pcre2_match_context_create_8(nil)
    unsafe stack = pcre2_jit_stack_create_8(32 << 10, 512 << 10, nil)
    unsafe pcre2_set_match_limit_8(context, 1_000_000)
    unsafe pcre2_set_depth_limit_8(context, 100_000)
    unsafe pcre2_set_heap_limit_8(context, 4 << 10)
    if let stack = unsafe stack {
      unsafe pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
    }
  }
  deinit {
    unsafe pcre2_match_data_free_8(data)
    unsafe pcre2_match_context_free_8(context)
    if let stack = unsafe stack { unsafe pcre2_jit_stack_free_8(stack) }
  }

  /// Whether the expression matches somewhere at or behind `start`. `group` tells then what its parts matched.
  public func matches(_ regex: Regex, _ text: Bytes, from start: Int = 0, notAtLineStart: Bool = false) -> Bool {
    let result = unsafe text.withUnsafeBytes { bytes in
      unsafe pcre2_match_8(
        regex.code, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, start,
        notAtLineStart ? UInt32(PCRE2_NOTBOL) : 0, data, context)
    }
    // 0 says that there were more groups than room.
    groupCount = result == 0 ? RegexMatcher.groupLimit : max(0, Int(result))
    return result >= 0
  }

  /// What group `i` of the last match covers, or nil where it took no part.
  public func group(_ i: Int) -> Range<Int>? {
    if i < 0 || i >= groupCount { return nil }
    guard let offsets = unsafe pcre2_get_ovector_pointer_8(data) else { return nil }
    let start = unsafe offsets[2 * i]
    let end = unsafe offsets[2 * i + 1]
    return start == Int(bitPattern: ~0) || start > end ? nil : Int(start)..<Int(end)
  }
}
