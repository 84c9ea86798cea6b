import CNGHTTP2
import Glibc
import Memory

/// The memory of all nghttp2 sessions of one worker: blocks by size in free lists, since every stream takes and returns
/// several. What is free stays for the next stream.
///
/// nghttp2 keeps a buffer for one frame in every session, in which it makes a frame and hands it over before the call
/// ends. `HTTP2Session.produce` copies it at once, so one such buffer serves all sessions of a worker: an idle
/// connection holds none. The table of a session's streams, as long as a page and all zeroes while there are none, has a
/// page of its own, which `trim` gives back to the kernel.
@safe final class HTTP2Memory {
  private struct Layout {
    /// Blocks up to so many bytes come from lists, in steps of `fine` up to `fineLimit` and of `coarse` above.
    static let limit = 4096
    static let fine = 16
    static let fineLimit = 512
    static let coarse = 64
    static let classes = fineLimit / fine + (limit - fineLimit) / coarse
    /// In front of every block: its class, and the size of one that comes from the system.
    static let head = 16
    static let chunk = 64 << 10
    static let frame = 20 << 10
    static let page = 4096
    static let region = 64 * page

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
    /// A session is being made: the one large block it asks for is that for frames, the one of a page its table.
    var isOpening = false
    var opened: UnsafeMutableRawPointer?
    /// Pages in use before, linked by their first words, and the regions that all pages are of.
    var pages: UnsafeMutableRawPointer?
    var fresh: UnsafeMutableRawPointer?
    var freshLeft = 0
    var regions: UnsafeMutablePointer<UnsafeMutableRawPointer>?
    var regionCount = 0

    /// A page of zeroes.
    mutating func takePage() -> UnsafeMutableRawPointer? {
      if let page = unsafe pages {
        unsafe pages = page.load(as: UnsafeMutableRawPointer?.self)
        return unsafe memset(page, 0, Layout.page)
      }
      if freshLeft == 0 {
        let region = unsafe mmap(nil, Layout.region, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let region = unsafe region, unsafe region != MAP_FAILED else { return nil }
        let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: regionCount + 1)
        if let regions = unsafe regions {
          unsafe larger.update(from: regions, count: regionCount)
          unsafe regions.deallocate()
        }
        unsafe larger[regionCount] = region
        regionCount += 1
        unsafe (regions, fresh, freshLeft) = (larger, region, Layout.region / Layout.page)
      }
      let page = unsafe fresh
      unsafe fresh = page.map { unsafe $0 + Layout.page }
      freshLeft -= 1
      return unsafe page
    }
    func isPage(_ block: UnsafeMutableRawPointer) -> Bool {
      if UInt(bitPattern: block) % UInt(Layout.page) != 0 { return false }
      guard let regions = unsafe regions else { return false }
      for i in 0..<regionCount {
        let distance = unsafe block - regions[i]
        if distance >= 0 && distance < Layout.region { return true }
      }
      return false
    }

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
    mutating func takeZeroes(_ size: Int) -> UnsafeMutableRawPointer? {
      if unsafe isOpening && size == Layout.page && opened == nil {
        unsafe opened = takePage()
        return unsafe opened
      }
      guard let block = unsafe take(size) else { return nil }
      return unsafe memset(block, 0, size)
    }
    mutating func give(_ block: UnsafeMutableRawPointer) {
      if unsafe block == frame { return }
      if unsafe isPage(block) {
        unsafe block.storeBytes(of: pages, as: UnsafeMutableRawPointer?.self)
        unsafe pages = block
        return
      }
      let index = unsafe (block - Layout.head).load(as: Int.self)
      if index < 0 { return unsafe Glibc.free(block - Layout.head) }
      unsafe block.storeBytes(of: free[index], as: UnsafeMutableRawPointer?.self)
      unsafe free[index] = unsafe block
    }
    func capacity(of block: UnsafeMutableRawPointer) -> Int {
      if unsafe block == frame { return Layout.frame }
      if unsafe isPage(block) { return Layout.page }
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
          return unsafe HTTP2Memory.state(user).pointee.takeZeroes(all)
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
    if let regions = unsafe state.pointee.regions {
      for i in 0..<(unsafe state.pointee.regionCount) { unsafe munmap(regions[i], Layout.region) }
      unsafe regions.deallocate()
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
    unsafe state.pointee.opened = nil
    defer { unsafe state.pointee.isOpening = false }
    return unsafe make(functions)
  }
  /// The page of the session that was made last.
  var lastPage: UnsafeMutableRawPointer? { unsafe state.pointee.opened }

  /// Gives a page back to the kernel that holds nothing but zeroes: it reads as zeroes, and is there again once it is
  /// written to. So it does not matter whose it is by now.
  func trim(_ page: UnsafeMutableRawPointer) {
    var some: UInt64 = 0
    for i in 0..<Layout.page / 8 { unsafe some |= page.load(fromByteOffset: i &* 8, as: UInt64.self) }
    if some == 0 { unsafe madvise(page, Layout.page, MADV_DONTNEED) }
  }
}
