import CZlib
public import Memory

/// The forms in which bodies are compressed (manual section 4.2, `compression algo`).
public enum CompressionForm: UInt8, Sendable, Hashable {
  /// Passed on as it is: for tests of everything around the compression.
  case identity
  case gzip
  /// With zlib's frame, and without.
  case deflate, rawDeflate

  /// What stands in `Content-Encoding`; nil for `identity`.
  public var coding: StaticString? {
    switch self {
    case .identity: nil
    case .gzip: "gzip"
    case .deflate, .rawDeflate: "deflate"
    }
  }
}

/// Compresses one body after another. Its memory is kept between bodies: workers keep a few.
@safe public final class Deflater {
  public enum Flush { case none, sync, finish }

  public private(set) var form = CompressionForm.identity
  /// What has come out and was not taken yet.
  private var pending: UnsafeMutableBufferPointer<UInt8>
  private var produced = 0
  private var stream: UnsafeMutablePointer<z_stream>
  private var isReady = false
  private var level: Int32
  public private(set) var hasEnded = false
  /// Something went in since the last flush.
  private var isDirty = false

  public static let pieceSize = 4096

  /// `level`: 1 (fast) to 9.
  public init(level: Int) {
    self.level = Int32(min(max(level, 1), 9))
    unsafe pending = .allocate(capacity: Deflater.pieceSize)
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
  }
  deinit {
    if isReady { unsafe deflateEnd(stream) }
    unsafe stream.deallocate()
    unsafe pending.deallocate()
  }

  /// Ready for another body; false where there is no memory.
  public func begin(_ form: CompressionForm) -> Bool {
    produced = 0
    hasEnded = false
    isDirty = false
    if isReady && form == self.form { return unsafe deflateReset(stream) == Z_OK }
    if isReady { unsafe deflateEnd(stream) }
    isReady = false
    self.form = form
    if form == .identity { return true }
    let window: Int32 =
      switch form {
      case .gzip: 15 + 16
      case .deflate: 15
      case .rawDeflate, .identity: -15
      }
    isReady = unsafe weir_deflate_init(stream, level, window, 8) == Z_OK
    return isReady
  }

  /// The most bytes that `output` may have.
  public var output: Bytes { unsafe Bytes(base: UnsafePointer(pending.baseAddress!), count: produced) }
  public func takeOutput() { produced = 0 }
  private var room: Int { Deflater.pieceSize - produced }

  /// Takes bytes in, as far as there is room for what comes out; tells how many.
  public func compress(_ bytes: Bytes) -> Int {
    if bytes.isEmpty || room == 0 { return 0 }
    isDirty = true
    if form == .identity {
      let count = min(bytes.count, room)
      for i in 0..<count { unsafe pending[produced + i] = bytes[i] }
      produced += count
      return count
    }
    return unsafe bytes.withUnsafeBytes { input in
      unsafe stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
      unsafe stream.pointee.avail_in = UInt32(clamping: input.count)
      run(Z_NO_FLUSH)
      return unsafe input.count - Int(stream.pointee.avail_in)
    }
  }

  /// Brings out what is held back; false: the output must be taken first, and this called again.
  public func flush(_ how: Flush) -> Bool {
    if hasEnded || how == .none || (how == .sync && !isDirty) { return true }
    if form == .identity {
      if how == .finish { hasEnded = true }
      isDirty = false
      return true
    }
    if room < 64 { return false }
    unsafe stream.pointee.next_in = nil
    unsafe stream.pointee.avail_in = 0
    let result = run(how == .finish ? Z_FINISH : Z_SYNC_FLUSH)
    if how == .finish {
      hasEnded = result == Z_STREAM_END
      return hasEnded
    }
    // With room left the flush is complete.
    let isDone = room > 0
    if isDone { isDirty = false }
    return isDone
  }

  @discardableResult private func run(_ mode: Int32) -> Int32 {
    unsafe stream.pointee.next_out = pending.baseAddress! + produced
    unsafe stream.pointee.avail_out = UInt32(room)
    let result = unsafe CZlib.deflate(stream, mode)
    produced = unsafe Deflater.pieceSize - Int(stream.pointee.avail_out)
    return result
  }
}
