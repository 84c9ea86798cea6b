import ConfigSyntax
import Configuration
import System
import TLS

/// What `ssl` on later `bind` and `server` lines starts from (manual sections 3.1 and 3.2).
let globalTLSKeywords: [KeywordEntry] = [
  tlsPath("ca-base", \.tls.authorityBase), tlsPath("crt-base", \.tls.certificateBase),
  tlsSuite("ssl-default-bind-ciphers", \.tls.bind.ciphers),
  tlsSuite("ssl-default-bind-ciphersuites", \.tls.bind.cipherSuites),
  tlsSuite("ssl-default-bind-curves", \.tls.bind.curves, what: "a curves suite as an arguments."),
  tlsSuite("ssl-default-server-ciphers", \.tls.server.ciphers),
  tlsSuite("ssl-default-server-ciphersuites", \.tls.server.cipherSuites),
  KeywordEntry("ssl-default-bind-options", .global) { context, line in
    TLSOptionWords.read(context, line, \.tls.bind, ofBind: true)
  },
  KeywordEntry("ssl-default-server-options", .global) { context, line in
    TLSOptionWords.read(context, line, \.tls.server, ofBind: false)
  },
  KeywordEntry("ssl-dh-param-file", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if line[1].isEmpty { return context.alert("'ssl-dh-param-file' expects a file path as an argument.") }
    let content = try? Files.read(line[1], limit: 1 << 20)
    guard String(latin1: content ?? []).contains("-----BEGIN DH PARAMETERS-----") else {
      return context.alert("'ssl-dh-param-file': unable to load DH parameters from file <\(line[1])>.")
    }
    context.model.global.tls.diffieHellmanText = content
  },
  KeywordEntry("ssl-server-verify", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    switch line[1] {
    case "none": context.model.global.tls.verifiesServers = false
    case "required": context.model.global.tls.verifiesServers = true
    case "": context.alert("'ssl-server-verify' expects an integer argument.")
    default: context.alert("'ssl-server-verify' expects 'none' or 'required' as argument.")
    }
  },
  KeywordEntry("ssl-load-extra-files", .global) { context, line in
    let words = line.arguments.prefix { !$0.isEmpty }
    let known: [String: TLSExtraFiles] = [
      "none": [], "all": .all, "bundle": .bundle, "sctl": .timestamps, "ocsp": .ocsp, "issuer": .issuer, "key": .key,
    ]
    guard !words.isEmpty && words.allSatisfy({ known[$0] != nil }) else {
      return context.alert(
        "'ssl-load-extra-files' expects one or multiple arguments (none, all, bundle, sctl, ocsp, issuer).")
    }
    if words.count > 1 && (words.contains("none") || words.contains("all")) {
      return context.alert("'ssl-load-extra-files' 'none' and 'all' can be only used alone")
    }
    context.model.global.tls.extraFiles = words.reduce(into: []) { $0.formUnion(known[$1] ?? []) }
  },
  KeywordEntry("issuers-chain-path", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    guard Files.kind(line[1]) == .folder else {
      return context.alert("global statement 'issuers-chain-path' expects a directory path as an argument.\n")
    }
    context.model.certificates.loadChains(line[1]) { context.warningPlain($0) }
  },
  KeywordEntry("ssl-load-extra-del-ext", .global) { context, _ in
    context.model.global.tls.extraFilesReplaceExtension = true
  },
  KeywordEntry("ssl-skip-self-issued-ca", .global) { context, _ in
    context.model.global.tls.skipsSelfIssuedAuthority = true
  },
  KeywordEntry("ssl-mode-async", .global) { context, _ in context.model.global.tls.asynchronous = true },
  tlsCount("tune.ssl.cachesize", \.tls.cacheSize), tlsCount("tune.ssl.maxrecord", \.tls.maximumRecord),
  tlsCount("tune.ssl.hard-maxrecord", \.tls.hardMaximumRecord),
  tlsCount("tune.ssl.ssl-ctx-cache-size", \.tls.contextCacheSize),
  KeywordEntry("tune.ssl.capture-buffer-size", .global) { context, line in readCaptureSize(context, line) },
  KeywordEntry("tune.ssl.capture-cipherlist-size", .global) { context, line in
    context.warningTight(
      "'tune.ssl.capture-cipherlist-size' is deprecated and will be removed in version 2.7. Please use "
        + "'tune.ssl.capture-buffer-size' instead.")
    readCaptureSize(context, line)
  },
  KeywordEntry("tune.ssl.default-dh-param", .global) { context, line in
    guard let bits = context.globalNumber(line) else { return }
    guard bits < 0 || bits >= 1024 else {
      return context.alert("'tune.ssl.default-dh-param' expects a value >= 1024.")
    }
    context.model.global.tls.defaultDiffieHellmanBits = bits
  },
  .globalSwitch("tune.ssl.force-private-cache", \.tls.forcePrivateCache),
  .globalToggle("tune.ssl.keylog", \.tls.keyLog),
  KeywordEntry("tune.ssl.lifetime", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if line[1].isEmpty {
      return context.alert("'tune.ssl.lifetime' expects ssl sessions <lifetime> in seconds as argument.")
    }
    do throws(TimeText.Failure) {
      context.model.global.tls.lifetime = try context.duration(line[1], in: .seconds)
    } catch {
      switch error {
      case .unexpected(let scalar):
        context.alert("unexpected character '\(scalar)' in argument to <tune.ssl.lifetime>.")
      case .overflow:
        context.alert(
          "timer overflow in argument '\(line[1])' to <tune.ssl.lifetime> (maximum value is 2147483647 s or ~68 "
            + "years).")
      }
    }
  },
]

private func readCaptureSize(_ context: LoadContext, _ line: ConfigLine) {
  guard let size = context.positiveNumber(line) else { return }
  if context.wasGiven("tune.ssl.capture-buffer-size", 1) {
    return context.alert("'\(line.keyword)' is already configured.")
  }
  context.model.global.tls.captureBufferSize = size
}

private func tlsPath(_ name: String, _ path: GlobalPath<String?>) -> KeywordEntry {
  KeywordEntry(name, .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if context.model.global[keyPath: path] != nil { return context.alert("'\(name)' already specified.") }
    if line[1].isEmpty {
      return context.alert("global statement '\(name)' expects a directory path as an argument.")
    }
    context.model.global[keyPath: path] = line[1]
  }
}

private func tlsSuite(
  _ name: String, _ path: GlobalPath<String?>, what: String = "a cipher suite as an argument."
) -> KeywordEntry {
  .globalText(name, path, missing: "global statement '\(name)' expects \(what)")
}

private func tlsCount(_ name: String, _ path: GlobalPath<Int>) -> KeywordEntry {
  KeywordEntry(name, .global) { context, line in
    guard let count = context.positiveNumber(line) else { return }
    context.model.global[keyPath: path] = count
  }
}

/// The words of `ssl-default-bind-options` and `ssl-default-server-options`.
enum TLSOptionWords {
  static func read(_ context: LoadContext, _ line: ConfigLine, _ path: GlobalPath<TLSDefaults.Side>, ofBind: Bool) {
    let statement = "on global statement '\(line.keyword)'."
    if line[1].isEmpty {
      return context.alert("global statement '\(line.keyword)' expects an option as an argument.")
    }
    var at = 1
    while !line[at].isEmpty {
      let word = line[at]
      if word == "ssl-min-ver" || word == "ssl-max-ver" {
        at += 1
        if line[at].isEmpty { return context.alert("'\(word)' : missing the ssl/tls version \(statement)") }
        guard let version = TLSVersion(written: line[at]) else {
          return context.alert("'\(line[at])' : unknown ssl/tls version \(statement)")
        }
        if word == "ssl-min-ver" {
          context.model.global[keyPath: path].versions.minimum = version
        } else {
          context.model.global[keyPath: path].versions.maximum = version
        }
      } else if !apply(word, to: &context.model.global[keyPath: path], ofBind: ofBind) {
        return context.alert("unknown option '\(word)' \(statement)")
      }
      at += 1
    }
  }

  private static func apply(_ word: String, to side: inout TLSDefaults.Side, ofBind: Bool) -> Bool {
    if word == "no-tls-tickets" {
      side.noTickets = true
    } else if word == "prefer-client-ciphers" && ofBind {
      side.prefersClientCiphers = true
    } else if TLSLineOptions.versionSwitch(word) != nil {
      side.versions.apply(word)
    } else {
      return false
    }
    return true
  }
}
