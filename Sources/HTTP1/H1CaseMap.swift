public import HTTP
public import Memory

/// The names of `h1-case-adjust` and of the file of `h1-case-adjust-file`: for each name the form to send to peers that
/// wrongly care about case. Made from the configuration; looking a name up neither allocates nor retains.
public struct H1CaseMap: H1NameCase {
  private struct Entry: BitwiseCopyable {
    var lowered: Bytes
    var adjusted: Bytes
  }
  private var entries: [Entry] = []

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }

  /// Adds a pair; false where the two differ in more than case, or where the name is there already (both are errors of
  /// the configuration).
  public mutating func add(_ name: Bytes, as adjusted: Bytes) -> Bool {
    if name.isEmpty || !name.equalsIgnoringCase(adjusted) { return false }
    let lowered = HTTPHeaderName(permanent: name).text
    if find(lowered) != nil { return false }
    entries.append(Entry(lowered: lowered, adjusted: Bytes(permanent: adjusted.array)))
    return true
  }

  private func find(_ name: Bytes) -> Bytes? {
    for entry in entries where entry.lowered.equals(name) { return entry.adjusted }
    return nil
  }
  public func adjusted(_ name: Bytes, _ known: KnownHeader) -> Bytes? { find(name) }
}
