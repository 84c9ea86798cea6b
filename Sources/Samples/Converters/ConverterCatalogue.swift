import Memory

/// One converter of the language.
public struct ConverterDescriptor: Sendable {
  public let name: String
  public let id: ConverterID
  public let arguments: ArgumentList
  public let output: SampleType
  public let input: SampleType

  /// The line of HAProxy's listing (`-dKcnv`).
  public var listing: String { "\(name)\(arguments): \(output.name) => \(input.name)" }
}

/// The names of all converters.
public enum ConverterCatalogue {
  public static let all: [ConverterDescriptor] = read()
  private static let byName: [String: Int] = Dictionary(
    uniqueKeysWithValues: all.enumerated().map { ($0.element.name, $0.offset) })

  public static func find(_ name: String) -> ConverterDescriptor? { byName[name].map { all[$0] } }

  private static func read() -> [ConverterDescriptor] {
    Bytes(converterCatalogueText).latin1.split(separator: "\n").map { line in
      let idEnd = line.firstIndex(of: " ")!
      let rest = line[line.index(after: idEnd)...]
      let typesStart = rest.lastIndex(of: ":")!
      let nameEnd = rest.firstIndex(of: "(") ?? typesStart
      let types = rest[rest.index(typesStart, offsetBy: 2)...].split(separator: " ")
      return ConverterDescriptor(
        name: String(rest[..<nameEnd]), id: ConverterID(rawValue: String(line[..<idEnd]))!,
        arguments: ArgumentList(listing: rest[nameEnd..<typesStart]), output: SampleType(name: types[0])!,
        input: SampleType(name: types[2])!)
    }
  }
}
