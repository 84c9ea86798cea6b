import Configuration
import TLS

/// TLS options of `bind` lines (manual section 5.1). They are read where `ssl` does not stand too, and then do nothing.
let bindTLSOptions: [BindOption] =
  TLSLineOptions.names.sorted().map { name in
    BindOption(name) { bind throws(OptionError) in try readLineOption(&bind) }
  }
  + ["sslv3", "tlsv10", "tlsv11", "tlsv12", "tlsv13"].flatMap { version in
    ["force-" + version, "no-" + version].map { name in
      BindOption(name) { bind in bind.settings.tls.options.versions.apply(name) }
    }
  }
  + [
    BindOption("ca-ignore-err") { bind throws(OptionError) in
      bind.settings.tls.ignoredAuthorityErrors = try errorNumbers(&bind)
    },
    BindOption("crt-ignore-err") { bind throws(OptionError) in
      bind.settings.tls.ignoredCertificateErrors = try errorNumbers(&bind)
    },
    BindOption("ca-sign-file") { bind throws(OptionError) in
      let name = try bind.cursor.take(orFail: "'ca-sign-file' : missing CAfile path")
      bind.settings.tls.signingFile = bind.context.tlsPath(name, base: bind.context.model.global.tls.authorityBase)
    },
    BindOption("ca-sign-pass") { bind throws(OptionError) in
      bind.settings.tls.signingPassword = try bind.cursor.take(orFail: "'ca-sign-pass' : missing CAkey password")
    },
    BindOption("crt") { bind throws(OptionError) in
      let name = try bind.cursor.take(orFail: "'crt' : missing certificate location")
      try readCertificates(&bind, "") { files throws(CertificateError) in try files.certificates(name) }
    },
    BindOption("crt-list") { bind throws(OptionError) in
      let name = try bind.cursor.take(orFail: "'crt-list' : missing certificate location")
      try readCertificates(&bind, "'crt-list' : ") { files throws(CertificateError) in try files.list(name) }
    },
    BindOption("generate-certificates") { bind in bind.settings.tls.generatesCertificates = true },
    BindOption("no-tls-tickets") { bind in bind.settings.tls.noTickets = true },
    BindOption("prefer-client-ciphers") { bind in bind.settings.tls.prefersClientCiphers = true },
    BindOption("ssl") { bind in bind.settings.tls.use(bind.context.model.global.tls.bind) },
    BindOption("strict-sni") { bind in bind.settings.tls.isStrict = true },
    BindOption("tls-ticket-keys", parse: ticketKeys),
  ]

private func readLineOption(_ bind: inout BindOptionContext) throws(OptionError) {
  let name = bind.cursor.name
  let argument = TLSLineOptions.switches.contains(name) ? "" : bind.cursor.take()
  var files = bind.context.tlsFiles
  var failure: TLSOptionError?
  do throws(TLSOptionError) {
    try TLSLineOptions.read(name, argument, into: &bind.settings.tls.options, &files)
  } catch {
    failure = error
  }
  bind.context.report(files.messages)
  if let failure { throw .text(failure.text) }
}

private func readCertificates(
  _ bind: inout BindOptionContext, _ prefix: String,
  _ read: (inout TLSFileAccess) throws(CertificateError) -> [TLSCertificateUse]
) throws(OptionError) {
  var files = bind.context.tlsFiles
  let uses: [TLSCertificateUse]
  do throws(CertificateError) {
    uses = try read(&files)
    bind.settings.tls.certificates += uses
  } catch {
    bind.context.report(files.messages)
    throw .text(prefix + error.text)
  }
  // What is odd about a list is said as the option's own message.
  for message in files.messages {
    switch message {
    case .alert(let text): bind.context.alertPlain(text)
    case .warning(let text) where prefix.isEmpty || text.hasPrefix("Loading") || text.hasPrefix("ca-file"):
      bind.context.warningPlain(text)
    case .warning(let text): bind.warn(prefix + text)
    }
  }
  let tuning = bind.context.model.global.tls.tuning(bind.context.model.global.tune)
  let weak = bind.context.model.certificates.diffieHellmanProblems(uses, tuning)
  if weak.count == 1 {
    bind.warn(prefix + weak[0])
  } else if weak.count > 1 {
    bind.warn("\n  " + prefix + weak.joined(separator: "\n  "))
  }
}

/// `all`, or numbers with commas between them.
private func errorNumbers(_ bind: inout BindOptionContext) throws(OptionError) -> TLSErrorSet {
  let name = bind.cursor.name
  let list = try bind.cursor.take(orFail: "'\(name)' : missing error IDs list")
  if list == "all" { return .all }
  var set = TLSErrorSet()
  for part in list.split(separator: ",", omittingEmptySubsequences: false) {
    let number = CInteger.leading(part)
    guard (1...94).contains(number) else {
      throw .text("'\(name)' : ID '\(number)' out of range (1..94) in error IDs list '\(list)'")
    }
    set.insert(number)
  }
  return set
}

@Sendable private func ticketKeys(_ bind: inout BindOptionContext) throws(OptionError) {
  let path = try bind.cursor.take(orFail: "'tls-ticket-keys' : missing TLS ticket keys file path")
  do throws(TLSTicketKeys.Failure) {
    bind.settings.tls.ticketKeys = try bind.context.model.certificates.loadTicketKeys(path)
  } catch {
    switch error {
    case .unreadable: throw .text("'\(path)' : unable to load ssl tickets keys file")
    case .tooFew: throw .text("'\(path)' : please supply at least 3 keys in the tls-tickets-file")
    case .undecodable(let line): throw .text("'\(path)' : unable to decode base64 key on line \(line)")
    case .wrongSize(let line): throw .text("'\(path)' : wrong sized key on line \(line)")
    }
  }
}

extension TLSVersionChoice {
  /// `force-*` or `no-*`.
  mutating func apply(_ name: String) {
    guard let (isForced, version) = TLSLineOptions.versionSwitch(name) else { return }
    if isForced {
      minimum = version
      maximum = version
    } else {
      excluded.insert(version)
    }
  }
}

extension TLSBindSettings {
  /// `ssl`: what `global` said until here counts where the line says nothing.
  mutating func use(_ defaults: TLSDefaults.Side) {
    isUsed = true
    noTickets = noTickets || defaults.noTickets
    prefersClientCiphers = prefersClientCiphers || defaults.prefersClientCiphers
    options.ciphers = options.ciphers ?? defaults.ciphers
    options.cipherSuites = options.cipherSuites ?? defaults.cipherSuites
    options.curves = options.curves ?? defaults.curves
    options.versions.inherit(defaults.versions)
  }
}

extension LoadContext {
  func tlsPath(_ name: String, base: String?) -> String {
    guard let base, !name.hasPrefix("/") else { return name }
    return base + "/" + name
  }

  /// Where options look for files now.
  var tlsFiles: TLSFileAccess {
    let tls = model.global.tls
    return TLSFileAccess(
      store: model.certificates, tuning: tls.tuning(model.global.tune), certificateBase: tls.certificateBase,
      authorityBase: tls.authorityBase)
  }

  func report(_ messages: [TLSMessage]) {
    for message in messages {
      switch message {
      case .alert(let text): alertPlain(text)
      case .warning(let text): warningPlain(text)
      }
    }
  }
}

extension TLSDefaults {
  /// What contexts are built with.
  func tuning(_ tune: TuneSettings) -> TLSTuning {
    var tuning = TLSTuning()
    tuning.cacheSize = cacheSize
    tuning.sessionLifetime = lifetime
    tuning.recordLimit = maximumRecord
    tuning.hardRecordLimit = hardMaximumRecord
    tuning.diffieHellmanBits = defaultDiffieHellmanBits
    tuning.diffieHellmanText = diffieHellmanText
    tuning.earlyDataSize = max(0, tune.bufferSize - tune.maxRewrite)
    tuning.keepsKeyLog = keyLog
    tuning.helloLimit = captureBufferSize
    tuning.skipsSelfIssuedAuthority = skipsSelfIssuedAuthority
    tuning.extraFiles = extraFiles
    tuning.extraFilesReplaceExtension = extraFilesReplaceExtension
    return tuning
  }
}
