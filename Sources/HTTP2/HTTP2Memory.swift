import CNGHTTP2
import Glibc
import Memory

/// The memory of all nghttp2 sessions of one worker: blocks by size in free lists, since every stream takes and returns
/// several. What is free stays for the next stream.
///
/// nghttp2 keeps a buffer for one frame in every session, in which it makes a frame and hands it over before the call
/// ends. `HTTP2Session.produce` copies it at once, so one such buffer serves all sessions of a worker: an idle
/// connection holds none.
@safe final class HTTP2Memory {
  private struct Layout {
    /// Blocks up to so many bytes come from lists, in steps of `fine` up to `fineLimit` and of `coarse` above.
    static let limit = 4096
    static let fine = 16
    static let fineLimit = 512
    static let coarse = 256
    static let classes = fineLimit / fine + (limit - fineLimit) / coarse
    /// In front of every block: its class, and the size of one that comes from the system.
    static let head = 16
    static let chunk = 64 << 10
    static let frame = 20 << 10

    static func index(of size: Int) -> Int {
      size <= fineLimit ? (max(size, 1) + fine - 1) / fine - 1 : fineLimit / fine + (size - fineLimit - 1) / coarse
    }
    static func size(of index: Int) -> Int {
      let fines = fineLimit / fine
      return index < fines ? (index + 1) * fine : fineLimit + (index - fines + 1) * coarse
    }
  }
  /// What the callbacks work on.
  @safe private struct State {
    var free: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    var next: UnsafeMutableRawPointer
    var left = 0
    /// All chunks, linked by their first words.
    var chunks: UnsafeMutableRawPointer?
    let frame: UnsafeMutableRawPointer
    /// A session is being made: the one large block it asks for is that for frames.
    var isOpening = false

    mutating func take(_ size: Int) -> UnsafeMutableRawPointer? {
      if size > Layout.limit {
        guard let base = unsafe malloc(size + Layout.head) else { return nil }
        unsafe base.storeBytes(of: -1, as: Int.self)
        unsafe base.storeBytes(of: size, toByteOffset: 8, as: Int.self)
        return unsafe base + Layout.head
      }
      let index = Layout.index(of: size)
      if let found = unsafe free[index] {
        unsafe free[index] = found.load(as: UnsafeMutableRawPointer?.self)
        return unsafe found
      }
      let needed = Layout.size(of: index) + Layout.head
      if left < needed {
        guard let chunk = unsafe malloc(Layout.chunk) else { return nil }
        unsafe chunk.storeBytes(of: chunks, as: UnsafeMutableRawPointer?.self)
        unsafe (chunks, next, left) = (chunk, chunk + Layout.head, Layout.chunk - Layout.head)
      }
      let base = unsafe next
      unsafe next += needed
      left -= needed
      unsafe base.storeBytes(of: index, as: Int.self)
      return unsafe base + Layout.head
    }
    mutating func give(_ block: UnsafeMutableRawPointer) {
      if unsafe block == frame { return }
      let index = unsafe (block - Layout.head).load(as: Int.self)
      if index < 0 { return unsafe Glibc.free(block - Layout.head) }
      unsafe block.storeBytes(of: free[index], as: UnsafeMutableRawPointer?.self)
      unsafe free[index] = unsafe block
    }
    func capacity(of block: UnsafeMutableRawPointer) -> Int {
      if unsafe block == frame { return Layout.frame }
      let index = unsafe (block - Layout.head).load(as: Int.self)
      return index < 0 ? unsafe (block - 8).load(as: Int.self) : Layout.size(of: index)
    }
    mutating func resize(_ old: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
      guard let old = unsafe old else {
        return isOpening && size >= 16 << 10 && size <= Layout.frame ? unsafe frame : unsafe take(size)
      }
      let had = unsafe capacity(of: old)
      if size <= had { return unsafe old }
      guard let fresh = unsafe take(size) else { return nil }
      unsafe memcpy(fresh, old, had)
      unsafe give(old)
      return unsafe fresh
    }
  }

  private let state: UnsafeMutablePointer<State>
  private let functions: UnsafeMutablePointer<nghttp2_mem>

  init?() {
    guard let frame = unsafe malloc(Layout.frame) else { return nil }
    let free = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: Layout.classes)
    unsafe free.initialize(repeating: nil, count: Layout.classes)
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: State(free: free, next: frame, chunks: nil, frame: frame))
    unsafe functions = .allocate(capacity: 1)
    unsafe functions.initialize(
      to: nghttp2_mem(
        mem_user_data: state,
        malloc: { size, user in unsafe HTTP2Memory.state(user).pointee.take(size) },
        free: { block, user in if let block = unsafe block { unsafe HTTP2Memory.state(user).pointee.give(block) } },
        calloc: { count, size, user in
          let (all, isOver) = count.multipliedReportingOverflow(by: size)
          if isOver { return nil }
          guard let block = unsafe HTTP2Memory.state(user).pointee.take(all) else { return nil }
          return unsafe memset(block, 0, all)
        },
        realloc: { old, size, user in unsafe HTTP2Memory.state(user).pointee.resize(old, size) }))
  }
  /// Every session has gone before.
  deinit {
    var chunk = unsafe state.pointee.chunks
    while let here = unsafe chunk {
      unsafe chunk = here.load(as: UnsafeMutableRawPointer?.self)
      unsafe free(here)
    }
    unsafe free(state.pointee.frame)
    unsafe state.pointee.free.deallocate()
    unsafe state.deallocate()
    unsafe functions.deallocate()
  }
  private static func state(_ user: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<State> {
    unsafe user!.assumingMemoryBound(to: State.self)
  }

  /// Makes a session, whose frames are made in the shared buffer.
  func open(_ make: (UnsafeMutablePointer<nghttp2_mem>) -> Int32) -> Int32 {
    unsafe state.pointee.isOpening = true
    defer { unsafe state.pointee.isOpening = false }
    return unsafe make(functions)
  }
}
