import ConfigSyntax
import Configuration
import Primitives
import System

/// Reads what an earlier process left of its servers (`server-state-file`, `load-server-state-from-file`) into the
/// settings of the servers. A file that cannot be used is left alone as a whole, with a warning; so is a line that
/// says what cannot be.
func loadServerStates(_ context: LoadContext) {
  let global = context.model.global
  for proxy in context.model.proxies where proxy.serverStateSource == .global && !proxy.disabled {
    if global.serverStateFile != nil { break }
    context.warningPlain(
      "backend '\(proxy.name)' configured to load server state file from global section 'server-state-file' "
        + "directive. Unfortunately, 'server-state-file' is not set!")
  }
  var shared: ServerStateLines?
  if let file = global.serverStateFile {
    shared = ServerStateLines.read(file, base: global.serverStateBase, context, "config: ", kind: "global ")
  }
  for index in context.model.proxies.indices where context.model.proxies[index].hasStates {
    let proxy = context.model.proxies[index]
    let lines: ServerStateLines?
    switch proxy.serverStateSource {
    case .none: continue
    case .global: lines = shared
    case .local:
      let file = proxy.serverStateFileName ?? proxy.name
      lines = ServerStateLines.read(file, base: global.serverStateBase, context, "Proxy '\(proxy.name)': ", kind: "")
    }
    guard let lines else { continue }
    if proxy.serverStateSource == .local { lines.warnOfOthers(proxy, context) }
    for at in proxy.servers.indices {
      let server = proxy.servers[at].name
      guard let fields = lines.fields(backend: proxy.name, server: server) else { continue }
      let parsed = ServerStateFields.parse(fields)
      if parsed.problems.isEmpty {
        context.model.proxies[index].servers[at].savedState = parsed.state
      } else {
        context.warningPlain(
          "server-state application failed for server '\(proxy.name)/\(server)'\(parsed.problems.joined())")
      }
    }
  }
}

extension ProxySettings {
  fileprivate var hasStates: Bool {
    self.capabilities.contains(.backend) && !self.disabled && !self.servers.isEmpty
  }
}

/// The lines of a state file by backend and server.
struct ServerStateLines {
  private var lines: [[String]: [String]] = [:]
  /// Numbers and names of backends and servers, line by line.
  private var heads: [(id: String, backend: String, server: String)] = []
  /// What a line may have with its end, and how many fields it must have.
  private static let lineLimit = 2000
  private static let fewestFields = 20
  /// The longest path, and a bound for what is read.
  private static let pathLimit = 4096
  private static let sizeLimit = 1 << 28

  /// nil, with a warning, where the file cannot be used.
  static func read(
    _ file: String, base: String?, _ context: LoadContext, _ prefix: String, kind: String
  ) -> ServerStateLines? {
    var path = file
    if let base, file.unicodeScalars.first != "/" { path = base.hasSuffix("/") ? base + file : base + "/" + file }
    let what = "\(kind)server state file"
    if path.unicodeScalars.count >= pathLimit {
      context.warningPlain("\(prefix)Can't load \(kind.isEmpty ? "local " : kind)server state file: file too long.")
      return nil
    }
    let content: [UInt8]
    do throws(SystemError) {
      content = try Files.read(path, limit: sizeLimit)
    } catch {
      if error.isDirectory {
        context.warningPlain("\(prefix)Can't get version of the \(what) '\(path)'.")
      } else {
        context.warningPlain("\(prefix)Can't open \(what) '\(path)': \(error)\(kind.isEmpty ? "." : "")")
      }
      return nil
    }
    guard let end = content.firstIndex(of: 0x0a), isVersionOne(content[..<end]) else {
      context.warningPlain("\(prefix)Can't get version of the \(what) '\(path)'.")
      return nil
    }
    var result = ServerStateLines()
    if let bad = result.take(content[(end + 1)...]) {
      context.warningPlain("\(prefix)corrupted \(what) '\(path)' at line \(bad).")
      return nil
    }
    return result
  }

  private static func isVersionOne(_ line: ArraySlice<UInt8>) -> Bool {
    let line = line.drop { $0 == 0x20 || (0x09...0x0d).contains($0) }
    return !line.isEmpty && line.last == 0x31 && line.dropLast().allSatisfy { $0 == 0x30 }
  }

  /// The number of the first line that cannot be used, counted from the one behind the version; nil: all can.
  private mutating func take(_ content: ArraySlice<UInt8>) -> Int? {
    var rest = content
    var number = 0
    while !rest.isEmpty {
      number += 1
      guard let end = rest.firstIndex(of: 0x0a), end - rest.startIndex < Self.lineLimit - 1 else { return number }
      let line = rest[rest.startIndex..<end]
      rest = rest[(end + 1)...]
      if line.contains(0) { return number }
      let fields = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }).map {
        String(String.UnicodeScalarView($0.map { Unicode.Scalar($0) }))
      }
      guard let first = fields.first, !first.hasPrefix("#") else { continue }
      if fields.count < Self.fewestFields { return number }
      let key = [fields[1], fields[3]]
      heads.append((fields[0], fields[1], fields[3]))
      // The first line about a server counts.
      if lines[key] == nil { lines[key] = Array(fields[4...]) }
    }
    return nil
  }

  /// A backend's own file should be about its servers. Those that it does not have are told in the order of HAProxy's
  /// table, which is one of hashes.
  func warnOfOthers(_ proxy: ProxySettings, _ context: LoadContext) {
    var missing: [UInt64: String] = [:]
    for head in heads {
      let isSameNumber = CInteger.long(head.id).0 == proxy.id
      let title = "Proxy '\(proxy.name)': "
      if head.backend == proxy.name {
        if !isSameNumber {
          context.warningPlain(
            title + "backend ID mismatch: from server state file: '\(head.id)', from running config '\(proxy.id)'")
        }
        if proxy.servers.contains(where: { $0.name == head.server }) { continue }
        missing[Hash.xxh3(Array("\(head.backend) \(head.server)".latin1Bytes))] = head.server
      } else if isSameNumber {
        context.warningPlain(
          title + "backend name mismatch: from server state file: '\(head.backend)', "
            + "from running config '\(proxy.name)'")
      }
    }
    for (_, server) in missing.sorted(by: { $0.key < $1.key }) {
      context.warningPlain("Proxy '\(proxy.name)': can't find server '\(server)' in backend '\(proxy.name)'")
    }
  }

  /// What a line says behind the names.
  func fields(backend: String, server: String) -> [String]? { lines[[backend, server]] }
}
