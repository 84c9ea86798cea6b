import Memory

/// One sample fetch of the language.
public struct FetchDescriptor: Sendable {
  public let name: String
  public let id: FetchID
  public let arguments: ArgumentList
  /// The type of what it returns; `ipv4` stands for an address of either family, as in HAProxy's listings.
  public let type: SampleType
  public let sources: [FetchSource]
  public let places: CheckPoints

  /// Whether it is only meaningful where the proxy speaks HTTP.
  public var needsHTTP: Bool { sources.contains { $0.isHTTP } }
  /// The sources as HAProxy's messages join them.
  public var sourceNames: String { sources.map(\.name).joined(separator: ",") }
  /// The line of HAProxy's listing (`-dKsmp`).
  public var listing: String {
    let marks = CheckPoint.allCases.map { places.contains($0) ? "Y" : "." }.joined(separator: " ")
    return "[ \(marks) ] \(name)\(arguments): \(type.name)"
  }
}

/// The names of all sample fetches.
public enum FetchCatalogue {
  public static let all: [FetchDescriptor] = read()
  private static let byName: [String: Int] = Dictionary(
    uniqueKeysWithValues: all.enumerated().map { ($0.element.name, $0.offset) })

  public static func find(_ name: String) -> FetchDescriptor? { byName[name].map { all[$0] } }

  private static func read() -> [FetchDescriptor] {
    Bytes(fetchCatalogueText).latin1.split(separator: "\n").map { line in
      let fields = line.split(separator: " ", maxSplits: 3)
      let tail = fields[3]
      let typeStart = tail.lastIndex(of: " ")!
      let nameEnd = tail.firstIndex(of: "(") ?? typeStart
      var places: UInt32 = 0
      for (i, mark) in fields[0].utf8.enumerated() where mark == UInt8(ascii: "Y") { places |= 1 << UInt32(i) }
      return FetchDescriptor(
        name: String(tail[..<nameEnd]), id: FetchID(rawValue: String(fields[2]))!,
        arguments: ArgumentList(listing: tail[nameEnd..<typeStart]),
        type: SampleType(name: tail[tail.index(after: typeStart)...])!,
        sources: fields[1].compactMap { FetchSource(rawValue: $0) }, places: CheckPoints(rawValue: places))
    }
  }
}
