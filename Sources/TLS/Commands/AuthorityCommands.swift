/// The commands about `ca-file` and `crl-file`, and those that all three kinds share.
extension TLSStore {
  func new(_ kind: TLSCommand.Kind, _ path: String) -> TLSReply {
    if path.isEmpty { return .error("'new ssl \(kind.title)' expects a filename\n") }
    return contents.withLock { all in
      switch kind {
      case .certificate:
        if all.materials[path] != nil || all.empty.contains(path) {
          return .error("Certificate '\(path)' already exists!\n")
        }
        all.empty.insert(path)
        return .text("New empty certificate store '\(path)'!\n")
      case .authorities, .revocations:
        if all.authorities[path] != nil { return .error("\(kind.short) file '\(path)' already exists!\n") }
        all.authorities[path] = AuthorityFile([], [])
        if kind == .revocations { all.revocationPaths.insert(path) }
        return .text("New \(kind.short) file created '\(path)'!\n")
      }
    }
  }

  func setAuthorities(_ kind: TLSCommand.Kind, _ path: String, _ payload: String?) -> TLSReply {
    guard !path.isEmpty, let payload else {
      return .error("'set ssl \(kind.title) expects a filename and \(kind.short)s as a payload\n")
    }
    func fail(_ text: String) -> TLSReply { .error("\(text)\nCan't update \(path)!\n") }
    return contents.withLock { all in
      let open = all.transaction[kind]
      if let open, open.path != path {
        return fail("The ongoing transaction is about '\(open.path)' but you are trying to set '\(path)'")
      }
      guard all.authorities[path] != nil, all.revocationPaths.contains(path) == (kind == .revocations) else {
        return fail("Can't replace a \(kind.short) file which is not referenced by the configuration!")
      }
      guard let file = AuthorityFile(payload.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }) else {
        return fail("Invalid payload")
      }
      all.transaction[kind] = (path, file)
      return .text("transaction \(open == nil ? "created" : "updated") for \(kind.short) \(path)!\n")
    }
  }

  func commitAuthorities(_ kind: TLSCommand.Kind, _ path: String) -> TLSReply {
    if path.isEmpty { return .error("'commit ssl ca-file expects a filename\n") }
    guard let open = contents.withLock({ $0.transaction[kind] }) else {
      return .error("No ongoing transaction! !\nCan't commit \(path)!\n")
    }
    if open.path != path {
      return .error(
        "The ongoing transaction is about '\(open.path)' but you are trying to set '\(path)'\nCan't commit \(path)!\n")
    }
    let (listeners, servers) = contents.withLock { all in
      all.authorities[path] = open.file
      all.transaction[kind] = nil
      return (all.listeners, all.servers)
    }
    var count = 0
    for listener in listeners {
      let uses = listener.count(usingAuthorities: path)
      if uses == 0 { continue }
      var problems: [TLSContextProblem] = []
      _ = listener.replaceCertificates(listener.certificates, store: self, changed: nil, problems: &problems)
      count += uses
    }
    for server in servers where server.settings.authorityFile == path || server.settings.revocationFile == path {
      var problems: [TLSContextProblem] = []
      _ = server.renew(self, problems: &problems)
      count += 1
    }
    return .text("Committing \(path)\(String(repeating: ".", count: count))\nSuccess!\n")
  }

  func abort(_ kind: TLSCommand.Kind, _ path: String) -> TLSReply {
    if path.isEmpty { return .error("'abort ssl \(kind.title)' expects a filename\n") }
    return contents.withLock { all in
      let open = kind == .certificate ? all.transaction.certificate?.path : all.transaction[kind]?.path
      guard let open else { return .error("No ongoing transaction!\n") }
      if open != path {
        return .error(
          "The ongoing transaction is about '\(open)' but you are trying to abort a transaction for '\(path)'\n")
      }
      if kind == .certificate { all.transaction.certificate = nil } else { all.transaction[kind] = nil }
      return .text("Transaction aborted for certificate '\(path)'!\n")
    }
  }

  func delete(_ kind: TLSCommand.Kind, _ path: String) -> TLSReply {
    let (long, what) =
      kind == .certificate ? ("certificate", "Certificate") : ("\(kind.short) file", "\(kind.short) file")
    if path.isEmpty {
      return .error(
        "'del ssl \(kind.title)' expects a \(kind == .certificate ? "certificate" : kind.short + " file") name\n")
    }
    func fail(_ text: String) -> TLSReply { .error("Can't remove the \(long): \(text)\n") }
    let isInUse = kind == .certificate ? isUsed(path) : isTrusted(path)
    return contents.withLock { all in
      let exists =
        kind == .certificate ? all.materials[path] != nil || all.empty.contains(path) : all.authorities[path] != nil
      if !exists { return fail("\(long) '\(path)' doesn't exist!\n") }
      if isInUse { return fail("\(long) '\(path)' in use, can't be deleted!\n") }
      if kind == .certificate {
        all.materials[path] = nil
        all.statuses[path] = nil
        all.empty.remove(path)
      } else {
        all.authorities[path] = nil
        all.revocationPaths.remove(path)
      }
      return .text("\(what) '\(path)' deleted!\n")
    }
  }

  /// Whether some line verifies with the file.
  func isTrusted(_ path: String) -> Bool {
    contents.withLock { all in
      all.listeners.contains { $0.count(usingAuthorities: path) > 0 }
        || all.servers.contains { $0.settings.authorityFile == path || $0.settings.revocationFile == path }
    }
  }
}

extension TLSListener {
  /// How many of the line's certificates verify clients with the file.
  func count(usingAuthorities path: String) -> Int {
    certificates.count { use in
      let options = use.options?.over(settings.options) ?? settings.options
      guard (options.demand ?? .none) != .none else { return false }
      return options.authorityFile == path || options.authorityVerifyFile == path || options.revocationFile == path
    }
  }
}

extension TLSTransactions {
  subscript(kind: TLSCommand.Kind) -> (path: String, file: AuthorityFile?)? {
    get { kind == .revocations ? revocations : authorities }
    set { if kind == .revocations { revocations = newValue } else { authorities = newValue } }
  }
}
