public import Memory

/// A request or response head, independent of the protocol version that carries it: start line and header fields as
/// views of bytes that live elsewhere (the receive buffer, an arena, the configuration). One message serves many
/// exchanges: `reset` keeps its storage, and nothing here allocates after `init`.
public struct HTTPMessage: ~Copyable {
  public enum Kind: UInt8, Sendable { case request, response }

  public var kind: Kind = .request
  public var method: HTTPMethod = .get
  /// The method's text; a token.
  public var methodName = Bytes()
  /// The request target as it came (`url` in HAProxy's samples); see `RequestTarget` for its parts.
  public var target = Bytes()
  public var majorVersion: UInt8 = 1
  public var minorVersion: UInt8 = 1
  /// 100 to 999 in a response, 0 in a request.
  public var status = 0
  public var reason = Bytes()

  @usableFromInline var table: FixedTable<HTTPField>
  /// A bit for each `KnownHeader` that was added since `reset`: it may be removed again, but without the bit it is
  /// not there.
  @usableFromInline var seen: UInt64 = 0
  @usableFromInline var removed = 0
  /// Bytes of names and values that the parser took out, but that statistics count.
  public var droppedSize = 0

  /// - Parameter capacity: the most fields (`tune.http.maxhdr` and some for the rules to add); removed ones count.
  public init(capacity: Int) { table = FixedTable(capacity: capacity) }

  /// Forgets everything but the storage.
  @inlinable public mutating func reset(_ kind: Kind = .request) {
    self.kind = kind
    method = .get
    methodName = Bytes()
    target = Bytes()
    (majorVersion, minorVersion) = (1, 1)
    status = 0
    reason = Bytes()
    removeAllFields()
  }
  @inlinable public mutating func removeAllFields() {
    table.removeAll()
    seen = 0
    removed = 0
    droppedSize = 0
  }

  @inlinable public mutating func setMethod(_ name: Bytes) {
    methodName = name
    method = HTTPMethod(name)
  }
  @inlinable public mutating func setStatus(_ status: Int, reason: Bytes) {
    self.status = status
    self.reason = reason
  }
  /// Whether the version is 1.1 or later.
  @inlinable public var isVersion11: Bool { majorVersion > 1 || (majorVersion == 1 && minorVersion >= 1) }
}

// MARK: - Fields

extension HTTPMessage {
  public var capacity: Int { table.capacity }
  /// How many places are in use, removed ones included: indices go from 0 to this.
  @inlinable public var endIndex: Int { table.count }
  /// How many fields there are.
  @inlinable public var fieldCount: Int { table.count - removed }
  /// The field at `i` in `0..<endIndex`; look at `isRemoved`.
  @inlinable public subscript(i: Int) -> HTTPField { table[i] }

  /// False only where no such field was added since `reset`.
  @inlinable public func mayHave(_ known: KnownHeader) -> Bool { seen >> UInt64(known.rawValue) & 1 != 0 }

  /// Adds a field at the end; `name` in lower case. False where the table is full.
  @inlinable @discardableResult public mutating func add(_ name: Bytes, _ value: Bytes, known: KnownHeader) -> Bool {
    seen |= 1 << UInt64(known.rawValue)
    return table.append(HTTPField(name: name, value: value, known: known))
  }
  @inlinable @discardableResult public mutating func add(_ name: HTTPHeaderName, _ value: Bytes) -> Bool {
    add(name.text, value, known: name.known)
  }
  @inlinable @discardableResult public mutating func add(_ known: KnownHeader, _ value: Bytes) -> Bool {
    add(Bytes(known.name), value, known: known)
  }
  /// Adds a field before all others: indices kept from before are then off by one.
  @discardableResult public mutating func addFirst(_ name: HTTPHeaderName, _ value: Bytes) -> Bool {
    seen |= 1 << UInt64(name.known.rawValue)
    return table.insert(HTTPField(name: name.text, value: value, known: name.known), at: 0)
  }

  /// The first field with this name behind place `after`, or nil.
  @inlinable public func find(_ name: HTTPHeaderName, after: Int = -1) -> Int? {
    if !mayHave(name.known) { return nil }
    var i = after &+ 1
    while i < table.count {
      if table[i].matches(name) { return i }
      i += 1
    }
    return nil
  }
  @inlinable public func find(_ known: KnownHeader, after: Int = -1) -> Int? {
    if !mayHave(known) { return nil }
    var i = after &+ 1
    while i < table.count {
      if table[i].known == known && !table[i].isRemoved { return i }
      i += 1
    }
    return nil
  }
  /// The last field with this name, or nil.
  public func findLast(_ name: HTTPHeaderName) -> Int? {
    if !mayHave(name.known) { return nil }
    var i = table.count
    while i > 0 {
      i -= 1
      if table[i].matches(name) { return i }
    }
    return nil
  }
  /// The value of the first field with this name, or nil.
  @inlinable public func value(_ known: KnownHeader) -> Bytes? { find(known).map { table[$0].value } }
  @inlinable public func value(_ name: HTTPHeaderName) -> Bytes? { find(name).map { table[$0].value } }

  /// How many fields have this name (`req.fhdr_cnt`).
  public func count(_ name: HTTPHeaderName) -> Int {
    var n = 0
    var at = find(name)
    while let i = at {
      n += 1
      at = find(name, after: i)
    }
    return n
  }

  /// The first field that is not removed at or behind `i`, or nil: to walk over all.
  @inlinable public func nextField(from i: Int) -> Int? {
    var i = i
    while i < table.count {
      if !table[i].isRemoved { return i }
      i += 1
    }
    return nil
  }

  @inlinable public mutating func remove(at i: Int) {
    if table[i].isRemoved { return }
    table[i].isRemoved = true
    removed += 1
  }
  /// Removes all fields with this name and says how many there were.
  @discardableResult public mutating func remove(_ name: HTTPHeaderName) -> Int {
    var n = 0
    var at = find(name)
    while let i = at {
      remove(at: i)
      n += 1
      at = find(name, after: i)
    }
    return n
  }
  @discardableResult public mutating func remove(_ known: KnownHeader) -> Int { remove(HTTPHeaderName(known)) }

  /// Puts another value into the field at `i`.
  @inlinable public mutating func setValue(at i: Int, _ value: Bytes) { table[i].value = value }

  /// Removes all fields with this name and adds one at the end, as `http-request set-header` does. False where the
  /// table is full; nothing is removed then.
  @discardableResult public mutating func set(_ name: HTTPHeaderName, _ value: Bytes) -> Bool {
    if table.isFull { return false }
    remove(name)
    return add(name, value)
  }
}

extension HTTPMessage {
  /// Forgets the fields from place `n` on: to take back what was added since `endIndex` was `n`.
  @inlinable public mutating func truncate(to n: Int) {
    for i in min(n, table.count)..<table.count where table[i].isRemoved { removed -= 1 }
    table.truncate(to: min(n, table.count))
  }
}
