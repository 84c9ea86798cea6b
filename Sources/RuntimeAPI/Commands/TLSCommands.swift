import Configuration
import Proxies
import TLS

/// The commands about certificates, authorities, lists, OCSP responses and ticket keys; what they do is in `TLS`.
extension RuntimeCommand {
  var tls: TLSCommand? {
    switch self {
    case .abortSSLCAFile: .abort(.authorities)
    case .abortSSLCert: .abort(.certificate)
    case .abortSSLCRLFile: .abort(.revocations)
    case .addSSLCrtList: .addToList
    case .commitSSLCAFile: .commit(.authorities)
    case .commitSSLCert: .commit(.certificate)
    case .commitSSLCRLFile: .commit(.revocations)
    case .delSSLCAFile: .delete(.authorities)
    case .delSSLCert: .delete(.certificate)
    case .delSSLCRLFile: .delete(.revocations)
    case .delSSLCrtList: .deleteFromList
    case .newSSLCAFile: .new(.authorities)
    case .newSSLCert: .new(.certificate)
    case .newSSLCRLFile: .new(.revocations)
    case .setSSLCAFile: .set(.authorities)
    case .setSSLCert: .set(.certificate)
    case .setSSLCRLFile: .set(.revocations)
    case .setSSLOCSPResponse: .setStatus
    case .setSSLTLSKey: .setTicketKey
    case .showSSLCAFile: .show(.authorities)
    case .showSSLCert: .show(.certificate)
    case .showSSLCRLFile: .show(.revocations)
    case .showSSLCrtList: .showLists
    case .showSSLOCSPResponse: .showStatus
    case .showSSLProviders: .showProviders
    case .showTLSKeys: .showTicketKeys
    default: nil
    }
  }

  /// Words, arguments and help of the commands above.
  var tlsForm: (words: String, arguments: String, text: String) {
    switch self {
    case .abortSSLCAFile: ("abort ssl ca-file", "<cafile>", "drop what was prepared for a file of authorities")
    case .abortSSLCert: ("abort ssl cert", "<certfile>", "drop what was prepared for a certificate")
    case .abortSSLCRLFile: ("abort ssl crl-file", "<crlfile>", "drop what was prepared for a file of revocations")
    case .addSSLCrtList: ("add ssl crt-list", "<list> <cert> [opts]*", "add a line to a crt-list, or a payload's")
    case .commitSSLCAFile: ("commit ssl ca-file", "<cafile>", "put a file of authorities into effect")
    case .commitSSLCert: ("commit ssl cert", "<certfile>", "put a certificate into effect")
    case .commitSSLCRLFile: ("commit ssl crl-file", "<crlfile>", "put a file of revocations into effect")
    case .delSSLCAFile: ("del ssl ca-file", "<cafile>", "remove a file of authorities that is not used")
    case .delSSLCert: ("del ssl cert", "<certfile>", "remove a certificate that is not used")
    case .delSSLCRLFile: ("del ssl crl-file", "<crlfile>", "remove a file of revocations that is not used")
    case .delSSLCrtList: ("del ssl crt-list", "<list> <cert[:line]>", "remove a line from a crt-list")
    case .newSSLCAFile: ("new ssl ca-file", "<cafile>", "make an empty file of authorities")
    case .newSSLCert: ("new ssl cert", "<certfile>", "make an empty certificate")
    case .newSSLCRLFile: ("new ssl crl-file", "<crlfile>", "make an empty file of revocations")
    case .setSSLCAFile: ("set ssl ca-file", "<cafile> <payload>", "prepare other authorities")
    case .setSSLCert: ("set ssl cert", "<certfile> <payload>", "prepare another certificate")
    case .setSSLCRLFile: ("set ssl crl-file", "<crlfile> <payload>", "prepare other revocations")
    case .setSSLOCSPResponse: ("set ssl ocsp-response", "<resp|payload>", "replace a certificate's OCSP response")
    case .setSSLTLSKey: ("set ssl tls-key", "[id|file] <key>", "add the next key of tickets")
    case .showSSLCAFile: ("show ssl ca-file", "[<cafile>[:<index>]]", "list the files of authorities, or tell of one")
    case .showSSLCert: ("show ssl cert", "[<certfile>]", "list the certificates, or tell of one")
    case .showSSLCRLFile:
      ("show ssl crl-file", "[<crlfile[:<index>>]]", "list the files of revocations, or tell of one")
    case .showSSLCrtList: ("show ssl crt-list", "[-n] [<list>]", "list the crt-lists, or the lines of one")
    case .showSSLOCSPResponse: ("show ssl ocsp-response", "[id]", "list the OCSP responses, or tell of one")
    case .showSSLProviders: ("show ssl providers", "", "list the providers of the TLS library")
    default: ("show tls-keys", "[id|*]", "list the files of ticket keys, or their keys")
    }
  }
}

extension CommandRunner {
  func runTLS(_ command: TLSCommand, _ arguments: CommandArguments, _ payload: String?) -> CommandReply {
    if access.level.rawValue < command.level.rawValue { return .permissionDenied }
    let tls = process.model.global.tls
    let files = TLSFileAccess(
      store: process.model.certificates, tuning: TLSTuning(), certificateBase: tls.certificateBase,
      authorityBase: tls.authorityBase)
    switch process.model.certificates.run(command, arguments.words, payload: payload ?? (hasPayload ? "" : nil), files)
    {
    case .text(let text): return command.severity.map { .message($0, text) } ?? .text(text)
    case .error(let text): return .message(.error, text)
    }
  }
}

extension TLSCommand {
  /// Of its success; nil: it is told without one.
  var severity: CommandReply.Severity? {
    switch self {
    case .abort, .delete, .deleteFromList, .new, .set: .notice
    case .setStatus, .setTicketKey: .info
    default: nil
    }
  }

  /// Who may use it.
  var level: BindSettings.AccessLevel {
    switch self {
    case .showStatus, .showProviders: .user
    case .show, .showTicketKeys: .oper
    default: .admin
    }
  }
}
