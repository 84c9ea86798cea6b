import Configuration
import TLS

/// TLS options of `server` lines (manual section 5.2). They are read where `ssl` does not stand too.
let serverTLSOptions: [ServerOption] =
  ["sslv3", "tlsv10", "tlsv11", "tlsv12", "tlsv13"].flatMap { version in
    ["force-", "no-"].map { word in
      let name = word + version
      return ServerOption(name, defaults: word == "force-") { server in server.settings.tls.versions.apply(name) }
    }
  }
  + [
    ServerOption("allow-0rtt") { server in server.settings.tls.allowsEarlyData = true },
    ServerOption("alpn") { server throws(OptionError) in
      server.settings.tls.applicationProtocols = try protocols(&server)
    },
    ServerOption("npn") { server throws(OptionError) in server.settings.tls.nextProtocols = try protocols(&server) },
    ServerOption("check-alpn") { server throws(OptionError) in
      server.settings.tls.checkApplicationProtocols = try protocols(&server)
    },
    ServerOption("ca-file") { server throws(OptionError) in
      server.settings.tls.authorityFile = try authorities(&server, "CAfile", revocations: false)
    },
    ServerOption("crl-file") { server throws(OptionError) in
      server.settings.tls.revocationFile = try authorities(&server, "CRLfile", revocations: true)
    },
    ServerOption("check-sni") { server throws(OptionError) in
      server.settings.tls.checkServerName = try server.cursor.take(orFail: "'check-sni' : missing SNI")
    },
    ServerOption("check-ssl") { server in
      server.settings.tls.isUsedByChecks = true
      server.settings.tls.inherit(server.context.model.global.tls.server)
    },
    ServerOption("no-check-ssl") { server in
      server.settings.tls.isUsedByChecks = false
      server.settings.tls.disinherit(server.context.model.global.tls.server)
    },
    ServerOption("ciphers") { server throws(OptionError) in
      server.settings.tls.ciphers = try server.cursor.take(orFail: "'ciphers' : missing cipher suite")
    },
    ServerOption("ciphersuites") { server throws(OptionError) in
      server.settings.tls.cipherSuites = try server.cursor.take(orFail: "'ciphersuites' : missing cipher suite")
    },
    ServerOption("crt") { server throws(OptionError) in
      server.settings.tls.certificate = try server.cursor.take(orFail: "'crt' : missing certificate file path")
    },
    ServerOption("sni") { server throws(OptionError) in
      server.settings.serverNameText = try server.cursor.take(orFail: "'sni' : missing sni expression")
    },
    ServerOption("ssl") { server in
      server.settings.tls.isUsed = true
      server.settings.tls.isRefused = false
      server.settings.tls.inherit(server.context.model.global.tls.server)
    },
    ServerOption("no-ssl") { server in
      // Where it was on, the settings are kept for checks and for `set server ... ssl on`.
      if server.settings.tls.isUsed {
        server.settings.tls.inherit(server.context.model.global.tls.server)
      } else {
        server.settings.tls.ciphers = nil
      }
      server.settings.tls.isUsed = false
      server.settings.tls.isRefused = true
    },
    ServerOption("ssl-max-ver") { server throws(OptionError) in
      server.settings.tls.versions.maximum = try version(&server)
    },
    ServerOption("ssl-min-ver") { server throws(OptionError) in
      server.settings.tls.versions.minimum = try version(&server)
    },
    ServerOption("ssl-reuse") { server in server.settings.tls.noSessionReuse = false },
    ServerOption("no-ssl-reuse") { server in server.settings.tls.noSessionReuse = true },
    ServerOption("tls-tickets") { server in server.settings.tls.noTickets = false },
    ServerOption("no-tls-tickets") { server in server.settings.tls.noTickets = true },
    ServerOption("verify") { server throws(OptionError) in
      switch try server.cursor.take(orFail: "'verify' : missing verify method") {
      case "none": server.settings.tls.demand = TLSVerification.Demand.none
      case "required": server.settings.tls.demand = .required
      case let other:
        throw .text("'verify' : unknown verify method '\(other)', only 'none' and 'required' are supported")
      }
    },
    ServerOption("verifyhost") { server throws(OptionError) in
      server.settings.tls.verifiedHost = try server.cursor.take(
        orFail: "'verifyhost' : missing hostname to verify against")
    },
    ServerOption("send-proxy-v2-ssl") { server in
      server.settings.sendProxy = .v2
      server.settings.proxyOptions.insert(.tls)
    },
    ServerOption("send-proxy-v2-ssl-cn") { server in
      server.settings.sendProxy = .v2
      server.settings.proxyOptions.formUnion([.tls, .commonName])
    },
    ServerOption("no-send-proxy-v2-ssl") { server in
      server.settings.proxyOptions.remove(.tls)
      // In HAProxy the version is one of the options: while any of them is left, a header is sent.
      if server.settings.sendProxy == .v2 {
        server.settings.sendProxy = server.settings.proxyOptions.isEmpty ? .none : .v1
      }
    },
    ServerOption("no-send-proxy-v2-ssl-cn") { server in
      server.settings.proxyOptions.subtract([.tls, .commonName])
      if server.settings.sendProxy == .v2 {
        server.settings.sendProxy = server.settings.proxyOptions.isEmpty ? .none : .v1
      }
    },
  ]

private func protocols(_ server: inout ServerOptionContext) throws(OptionError) -> [UInt8] {
  let name = server.cursor.name
  let kind = name == "npn" ? "NPN" : "ALPN"
  let list = try server.cursor.take(orFail: "'\(name)' : missing the comma-delimited \(kind) protocol suite")
  do throws(TLSOptionError) {
    return try TLSLineOptions.protocols(list, name)
  } catch {
    throw .text(error.text)
  }
}

private func version(_ server: inout ServerOptionContext) throws(OptionError) -> TLSVersion {
  do throws(TLSOptionError) {
    return try TLSLineOptions.version(server.cursor.take(), server.cursor.name)
  } catch {
    throw .text(error.text)
  }
}

private func authorities(
  _ server: inout ServerOptionContext, _ what: String, revocations: Bool
) throws(OptionError) -> String {
  let keyword = server.cursor.name
  let name = try server.cursor.take(orFail: "'\(keyword)' : missing \(what) path")
  var files = server.context.tlsFiles
  let path = files.authorities(name, revocations: revocations)
  for message in files.messages {
    switch message {
    // `add server` is told the last words alone.
    case .alert(let text): if server.form != .dynamic { server.alert(text) }
    case .warning(let text): server.warn(text)
    }
  }
  guard let path else { throw .text("'\(keyword)' : unable to load \(files.authorityPath(name))") }
  return path
}

extension TLSServerSettings {
  /// What `global` said until here counts where the line says nothing.
  mutating func inherit(_ defaults: TLSDefaults.Side) {
    ciphers = ciphers ?? defaults.ciphers
    cipherSuites = cipherSuites ?? defaults.cipherSuites
    noTickets = noTickets || defaults.noTickets
    versions.inherit(defaults.versions)
  }
  /// Without `check-ssl` after all: as in HAProxy the ciphers go, and the options that `global` turned on; versions stay.
  mutating func disinherit(_ defaults: TLSDefaults.Side) {
    ciphers = nil
    if defaults.noTickets { noTickets = false }
  }
}
