/// What the runtime API prepared and did not commit yet: one certificate, one file of authorities, one of revocations.
struct TLSTransactions {
  var certificate: (path: String, draft: CertificateDraft)?
  var authorities: (path: String, file: AuthorityFile?)?
  var revocations: (path: String, file: AuthorityFile?)?
}
