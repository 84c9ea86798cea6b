import Foundation
import Testing

/// Files with many right and wrong lines, and what HAProxy 2.6.12 said of each: `Tests/oracle/configs`.
struct OracleCasesTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("oracle/configs")
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".cfg") }.sorted()
  static let oracle = "/usr/sbin/haproxy"

  /// The one deliberate difference: what Weir adds to HAProxy's warning.
  static func withoutAddition(_ message: String) -> String {
    guard let start = message.range(of: " (That is what HAProxy does;") else { return message }
    return String(message[..<start.lowerBound])
  }

  static func expected(_ name: String) throws -> [String] {
    let file = folder.appendingPathComponent(name).deletingPathExtension().appendingPathExtension("expected")
    return lines(try String(contentsOf: file, encoding: .isoLatin1))
  }

  static func lines(_ text: String) -> [String] {
    text.replacingOccurrences(of: "\r", with: "").split(separator: "\n").map(String.init)
  }

  @Test func thereAreCases() { #expect(Self.names.count > 10) }

  @Test(arguments: names) func saysWhatHAProxySays(name: String) throws {
    let loading = Loading(file: Self.folder.appendingPathComponent(name).path, called: name)
    let said = Self.lines(loading.messages.map(Self.withoutAddition).joined(separator: "\n"))
    let expected = try Self.expected(name)
    for (got, wanted) in zip(said, expected) where got != wanted {
      Issue.record("\(name)\n  got    \(got)\n  wanted \(wanted)")
      return
    }
    #expect(said.count == expected.count)
  }

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: oracle), "HAProxy is not installed"), arguments: names)
  func oracleStillSaysIt(name: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.oracle)
    process.arguments = ["-c", "-f", name]
    process.currentDirectoryURL = Self.folder
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let output = String(data: pipe.fileHandleForReading.readDataToEndOfFile(), encoding: .isoLatin1) ?? ""
    process.waitUntilExit()
    let said = Self.lines(output).compactMap { line -> String? in
      guard line.hasPrefix("["), let close = line.firstIndex(of: "]"), let colon = line.range(of: ") : ") else {
        return line
      }
      let severity = line[line.index(after: line.startIndex)..<close]
      return severity == "NOTICE" ? nil : "\(severity) \(line[colon.upperBound...])"
    }
    #expect(said == (try Self.expected(name)))
  }
}
