import Foundation
import Testing

/// Rules of ARCHITECTURE.md that the compiler does not check: read off the sources themselves.
@Suite struct SourceRulesTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let sources: [(path: String, text: String)] = {
    let folder = root.appendingPathComponent("Sources")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }.compactMap { url in
      (try? String(contentsOf: url, encoding: .utf8)).map { (String(url.path.dropFirst(folder.path.count + 1)), $0) }
    }
  }()
  private func code(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false).filter {
      !$0.drop { $0 == " " }.hasPrefix("//")
    }
  }

  @Test func sourcesAreFound() { #expect(Self.sources.count > 100) }

  @Test func unsafeStandsWhereItMay() {
    let targets: Set = ["Memory", "System", "TLS", "HTTP2", "Compression", "CLinux"]
    let files: Set = ["Samples/Patterns/Regex.swift", "Samples/Converters/Digests.swift"]
    for (path, text) in Self.sources where !targets.contains(String(path.prefix { $0 != "/" })) && !files.contains(path)
    {
      let found = code(text).contains {
        $0.range(of: #"(^|[^A-Za-z])unsafe [a-zA-Z]"#, options: .regularExpression) != nil && !$0.contains("\"")
      }
      #expect(!found, "unsafe in \(path)")
    }
  }

  @Test func noFoundation() {
    for (path, text) in Self.sources {
      #expect(!text.contains("import Foundation"), "Foundation in \(path)")
    }
  }

  @Test func filesHoldOneIdea() {
    for (path, text) in Self.sources where !path.contains("Catalogue") {
      #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 400, "\(path) is long")
      let name = path.split(separator: "/").last ?? ""
      for word in ["Utils", "Helpers", "Manager", "Common"] {
        #expect(!name.contains(word), "\(path) says nothing by its name")
      }
    }
  }

  @Test func importsPointUp() throws {
    let package = try String(contentsOf: Self.root.appendingPathComponent("Package.swift"), encoding: .utf8)
    var order: [String] = []
    let names = try NSRegularExpression(pattern: #"arget\(\s*(name: )?"([A-Za-z0-9]+)""#)
    for match in names.matches(in: package, range: NSRange(package.startIndex..., in: package)) {
      guard let range = Range(match.range(at: 2), in: package) else { continue }
      let name = String(package[range])
      if !order.contains(name) { order.append(name) }
    }
    #expect(order.contains("Streams") && order.contains("ConfigLoading"))
    let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    for (path, text) in Self.sources {
      guard let own = rank[String(path.prefix { $0 != "/" })] else { continue }
      for line in text.split(separator: "\n") {
        guard let range = line.range(of: #"^(public |@testable )?import [A-Za-z0-9]+"#, options: .regularExpression)
        else { continue }
        let name = line[range].split(separator: " ").last.map(String.init) ?? ""
        if let other = rank[name] { #expect(other < own, "\(path) imports \(name), which stands below it") }
      }
    }
  }
}
