/// An entry of a stick table that a connection or a request is counted in.
struct TrackedEntry {
  /// The table's number; below 0 where nothing is tracked.
  var table: Int32 = -1
  var slot: Int32 = 0
  /// The backend's rules began it: the request counts once more there.
  var isOfBackend = false
  var isUsed: Bool { table >= 0 }
}

/// The three that rules number (`track-sc0` to `track-sc2`).
struct TrackedEntries {
  private var first = TrackedEntry()
  private var second = TrackedEntry()
  private var third = TrackedEntry()
  static let count = 3
  /// Some entry is tracked.
  private(set) var isAny = false

  subscript(i: Int) -> TrackedEntry {
    get {
      switch i {
      case 0: first
      case 1: second
      case 2: third
      default: TrackedEntry()
      }
    }
    set {
      switch i {
      case 0: first = newValue
      case 1: second = newValue
      case 2: third = newValue
      default: break
      }
      isAny = first.isUsed || second.isUsed || third.isUsed
    }
  }
}
