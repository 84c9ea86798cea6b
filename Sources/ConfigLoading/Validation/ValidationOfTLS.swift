import ConfigSyntax
import Configuration
import TLS

/// Builds the TLS of `bind` lines: what the library makes of their options.
struct BindTLSValidation {
  let validation: ProxyValidation
  private var context: LoadContext { validation.context }
  private var proxy: ProxySettings { validation.proxy }

  /// All addresses of a line share what is built for the first.
  func run(_ at: Int) {
    let bind = proxy.binds[at]
    guard bind.tls.isUsed else { return }
    if at > 0, proxy.binds[at - 1].location == bind.location, proxy.binds[at - 1].written == bind.written {
      validation.proxy.binds[at].tlsListener = proxy.binds[at - 1].tlsListener
      return
    }
    let place = "bind '\(bind.written)' at [\(bind.location.file):\(bind.location.line)]"
    if bind.tls.certificates.isEmpty {
      if bind.tls.isStrict && !bind.tls.generatesCertificates {
        context.warningPlain(
          "Proxy '\(proxy.name)': no SSL certificate specified for \(place), ssl connections will fail (use 'crt').")
      } else {
        return context.alertPlain("Proxy '\(proxy.name)': no SSL certificate specified for \(place) (use 'crt').")
      }
    }
    guard let signing = signing(bind) else { return }
    var problems: [TLSContextProblem] = []
    var settings = bind.tls
    settings.place = "\(bind.location.file):\(bind.location.line)"
    let listener = context.model.certificates.makeListener(
      settings, tuning: context.model.global.tls.tuning(context.model.global.tune), signing: signing.certificate,
      generatedLimit: context.model.global.tls.contextCacheSize, problems: &problems)
    report(problems, place)
    validation.proxy.binds[at].tlsListener = listener
  }

  private struct Signing { var certificate: CertificateMaterial? }
  /// The authority of generated certificates; nil after an error.
  private func signing(_ bind: BindSettings) -> Signing? {
    guard bind.tls.generatesCertificates else { return Signing() }
    let place = "[\(bind.location.file):\(bind.location.line)]"
    guard let file = bind.tls.signingFile else {
      context.alertPlain(
        "Proxy '\(proxy.name)': cannot enable certificate generation, no CA certificate File configured at \(place).")
      return nil
    }
    do throws(CertificateError) {
      return Signing(
        certificate: try context.model.certificates.loadSigning(
          file, password: bind.tls.signingPassword, context.model.global.tls.tuning(context.model.global.tune)))
    } catch {
      context.alertPlain(
        "Proxy '\(proxy.name)': Failed to read CA certificate file '\(file)' at \(place). Chain loading failed: "
          + "\(error.text)\n")
      return nil
    }
  }

  /// What is wrong with ciphers and the like is one message, context by context.
  private func report(_ problems: [TLSContextProblem], _ place: String) {
    var texts: [String] = []
    for problem in problems {
      let start = "Proxy '\(proxy.name)': "
      switch problem {
      case .note(.exclusionsIgnored):
        context.warningPlain(
          start + "no-sslv3/no-tlsv1x are ignored for \(place). Use only 'ssl-min-ver' and 'ssl-max-ver' to fix.")
      case .note(.belowDefault(let version)):
        context.warningPlain(
          start + "Ambiguous configuration for \(place): the ssl-min-ver value is not configured and the ssl-max-ver "
            + "value is lower than the default ssl-min-ver value (TLSv1.2). Setting the ssl-min-ver to "
            + "\(version.written). Use 'ssl-min-ver' to fix this.")
      case .note(.hole(let version)):
        context.warningPlain(
          start + "SSL/TLS versions range not contiguous for \(place). Hole find for \(version.written). Use only "
            + "'ssl-min-ver' and 'ssl-max-ver' to fix.")
      case .noVersionLeft: texts.append(start + "all SSL/TLS versions are disabled for \(place).")
      case .noAuthorities: texts.append(start + "verify is enabled but no CA file specified for \(place).")
      case .ciphers(let list): texts.append(start + "unable to set SSL cipher list to '\(list)' for \(place).")
      case .cipherSuites(let list):
        texts.append(start + "unable to set TLS 1.3 cipher suites to '\(list)' for \(place).")
      case .curves(let list): texts.append(start + "unable to set SSL curves list to '\(list)' for \(place).")
      case .namedCurve(let name):
        texts.append(start + "unable to set elliptic named curve to '\(name)' for \(place).")
      case .memory: texts.append(start + "unable to allocate SSL context for \(place).")
      }
    }
    if !texts.isEmpty { context.alertPlain(texts.joined(separator: "\n")) }
  }
}

/// Builds the TLS towards servers.
struct ServerTLSValidation {
  let validation: ProxyValidation
  private var context: LoadContext { validation.context }
  private var proxy: ProxySettings { validation.proxy }

  func run(_ at: Int, _ messages: inout ServerMessages) {
    guard proxy.servers[at].tls.needsContext || proxy.check.usesTLS else { return }
    var tls = proxy.servers[at].tls
    if tls.demand == nil && !context.model.global.tls.verifiesServers { tls.demand = TLSVerification.Demand.none }
    if let name = tls.certificate {
      do throws(CertificateError) {
        tls.certificate = try context.tlsFiles.clientCertificate(name)
      } catch {
        // What else is wrong is told as well.
        context.alertPlain(messages.next(error.text))
        tls.certificate = nil
      }
    }
    validation.proxy.servers[at].tls = tls
    var problems: [TLSContextProblem] = []
    let target = context.model.certificates.makeServer(
      tls, tuning: context.model.global.tls.tuning(context.model.global.tune), problems: &problems)
    for problem in problems { report(problem, proxy.servers[at].name, tls, &messages) }
    validation.proxy.servers[at].tlsTarget = target
  }

  private func report(
    _ problem: TLSContextProblem, _ name: String, _ tls: TLSServerSettings, _ messages: inout ServerMessages
  ) {
    switch problem {
    case .note(.exclusionsIgnored):
      context.warningPlain(
        messages.next(
          "no-sslv3/no-tlsv1x are ignored for this server. Use only 'ssl-min-ver' and 'ssl-max-ver' to fix."))
    case .note(.hole(let version)):
      context.warningPlain(
        messages.next(
          "backend '\(proxy.name)': SSL/TLS versions range not contiguous for server '\(name)'. Hole find for "
            + "\(version.written). Use only 'ssl-min-ver' and 'ssl-max-ver' to fix."))
    case .note(.belowDefault): break
    case .noVersionLeft:
      context.alertPlain(
        messages.next("backend '\(proxy.name)': all SSL/TLS versions are disabled for server '\(name)'."))
    case .noAuthorities:
      context.alertPlain(
        messages.next(
          tls.demand == .required && !isDefault(tls)
            ? "verify is enabled but no CA file specified." : Self.missingAuthorities))
    case .ciphers(let list): context.alertPlain(messages.next("unable to set SSL cipher list to '\(list)'."))
    case .cipherSuites(let list):
      context.alertPlain(messages.next("unable to set TLS 1.3 cipher suites to '\(list)'."))
    case .curves, .namedCurve, .memory: context.alertPlain(messages.next("unable to allocate ssl context."))
    }
  }
  /// HAProxy says so whether `verify required` was written or not.
  private func isDefault(_ tls: TLSServerSettings) -> Bool { context.model.global.tls.verifiesServers }

  static let missingAuthorities =
    "verify is enabled by default but no CA file specified. If you're running on a LAN where you're certain to trust the "
    + "server's certificate, please set an explicit 'verify none' statement on the 'server' line, or use "
    + "'ssl-server-verify none' in the global section to disable server-side verifications by default."
}
