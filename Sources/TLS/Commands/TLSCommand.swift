/// The runtime API's commands about TLS (management guide section 9.3).
public enum TLSCommand: Sendable {
  public enum Kind: Sendable { case certificate, authorities, revocations }
  case show(Kind), new(Kind), set(Kind), commit(Kind), abort(Kind), delete(Kind)
  case showLists, addToList, deleteFromList
  case showStatus, setStatus
  case showTicketKeys, setTicketKey
  case showProviders
}

/// What a command answers.
public enum TLSReply: Sendable, Equatable {
  case text(String)
  case error(String)
}

extension TLSStore {
  /// Runs a command. `words` are what follows its name.
  public func run(
    _ command: TLSCommand, _ words: [String], payload: String?, _ files: TLSFileAccess
  ) -> TLSReply {
    let first = words.first ?? ""
    switch command {
    case .show(.certificate): return first.isEmpty ? .text(certificateNames()) : showCertificate(first)
    case .show(let kind): return first.isEmpty ? .text(authorityNames(kind)) : showAuthorities(first, kind)
    case .new(let kind): return new(kind, first)
    case .set(.certificate): return setCertificate(first, payload)
    case .set(let kind): return setAuthorities(kind, first, payload)
    case .commit(.certificate): return commitCertificate(first)
    case .commit(let kind): return commitAuthorities(kind, first)
    case .abort(let kind): return abort(kind, first)
    case .delete(let kind): return delete(kind, first)
    case .showLists: return showLists(words)
    case .addToList: return addToList(words, payload, files)
    case .deleteFromList: return deleteFromList(words)
    case .showStatus: return showStatus(first)
    case .setStatus: return setStatus(payload ?? first)
    case .showTicketKeys: return showTicketKeys(first)
    case .setTicketKey: return setTicketKey(words)
    case .showProviders: return .text(Providers.text)
    }
  }
}

extension TLSCommand.Kind {
  /// As messages name it.
  var title: String {
    switch self {
    case .certificate: "cert"
    case .authorities: "ca-file"
    case .revocations: "crl-file"
    }
  }
  var short: String { self == .authorities ? "CA" : "CRL" }
}
