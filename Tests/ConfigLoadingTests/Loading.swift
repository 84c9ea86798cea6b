import ConfigLoading
import ConfigSyntax
import Configuration
import Foundation

/// The model of a configuration's text, and its messages as `SEVERITY text`, with the file called `cfg`.
struct Loading {
  let model: ConfigurationModel?
  let messages: [String]
  var proxies: [ProxySettings] { model?.proxies ?? [] }

  init(_ text: String) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("cfg").path
    FileManager.default.createFile(atPath: file, contents: Data(text.latin1Bytes))
    self.init(file: file, called: "cfg")
  }

  init(file: String, called name: String) {
    let facts = BuildFacts(compatibleVersion: "2.6.12", features: ["+OPENSSL"], opensslVersion: "3.0.0")
    let diagnostics = Diagnostics(version: "test", printing: false)
    model = loadConfiguration(
      files: [file], options: LoadOptions(facts: facts, localPeer: "local"), diagnostics: diagnostics)
    messages = diagnostics.entries.filter { $0.severity != .notice }.map {
      "\($0.severity.rawValue) \($0.text.replacingOccurrences(of: file, with: name))"
    }
  }
}
