/// The values of one frontend, listener, server or backend.
public struct StatisticsRow: Sendable {
  /// Numbered as the column `type`.
  public enum Object: Int, Sendable {
    case frontend = 0, backend = 1, server = 2, listener = 3
    public var letter: String { ["F", "B", "S", "L"][rawValue] }
    public var word: String { ["Frontend", "Backend", "Server", "Listener"][rawValue] }
  }
  public static let keyCount = StatisticsKey.h1SplicedBytesOut.rawValue + 1

  public let object: Object
  public let proxyID: Int
  /// `sid`.
  public let id: Int
  /// By place; only those in `hasNumber` mean something. A signed number as its bit pattern.
  private var numbers = [UInt64](repeating: 0, count: keyCount)
  private var hasNumber = KeySet()
  /// Few, in no order.
  private var texts: [(key: StatisticsKey, text: String)] = []
  private var hasText = KeySet()

  public init(_ object: Object, proxyID: Int, id: Int) {
    self.object = object
    self.proxyID = proxyID
    self.id = id
    texts.reserveCapacity(10)
    set(.type, object.rawValue)
    set(.pid, 1)
    set(.iid, proxyID)
    set(.sid, id)
  }

  public subscript(key: StatisticsKey) -> StatisticsValue {
    get {
      if hasNumber.contains(key) {
        let value = numbers[key.rawValue]
        return Self.isSigned(key) ? .signed(Int64(bitPattern: value)) : .number(value)
      }
      return text(key).map { .text($0) } ?? .none
    }
    set {
      switch newValue {
      case .none:
        hasNumber.remove(key)
        if hasText.contains(key) { texts.removeAll { $0.key == key } }
        hasText.remove(key)
      case .number(let n): set(key, n)
      case .signed(let n): set(key, UInt64(bitPattern: n))
      case .text(let text): set(key, text)
      }
    }
  }
  public mutating func set(_ key: StatisticsKey, _ n: Int) { set(key, UInt64(clamping: n)) }
  public mutating func set(_ key: StatisticsKey, _ n: UInt64) {
    numbers[key.rawValue] = n
    hasNumber.insert(key)
  }
  public mutating func set(_ key: StatisticsKey, _ text: String) {
    if hasText.contains(key) { texts.removeAll { $0.key == key } }
    texts.append((key, text))
    hasText.insert(key)
  }

  /// The number of a column that is neither text nor signed.
  public func number(_ key: StatisticsKey) -> UInt64? { hasNumber.contains(key) ? numbers[key.rawValue] : nil }
  public func text(_ key: StatisticsKey) -> String? {
    hasText.contains(key) ? texts.first { $0.key == key }?.text : nil
  }
  /// The one column whose numbers may be below zero.
  public static func isSigned(_ key: StatisticsKey) -> Bool { key == .lastsess }
  public func tags(_ column: StatisticsColumn) -> String { object == .backend ? column.backendTags : column.tags }
}

/// A set of columns.
struct KeySet: Sendable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  func contains(_ key: StatisticsKey) -> Bool {
    let place = UInt64(truncatingIfNeeded: key.rawValue)
    return (place < 64 ? low &>> place : high &>> (place &- 64)) & 1 != 0
  }
  mutating func insert(_ key: StatisticsKey) {
    let place = UInt64(truncatingIfNeeded: key.rawValue)
    if place < 64 { low |= 1 &<< place } else { high |= 1 &<< (place &- 64) }
  }
  mutating func remove(_ key: StatisticsKey) {
    let place = UInt64(truncatingIfNeeded: key.rawValue)
    if place < 64 { low &= ~(1 &<< place) } else { high &= ~(1 &<< (place &- 64)) }
  }
}
