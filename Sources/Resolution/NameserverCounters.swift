/// What `show resolvers` tells of a name server.
public enum NameserverCounter: Int, CaseIterable, Sendable {
  case sent, sendErrors, valid, update, cname, cnameErrors, anyErrors, noDomain, timeout, refused, other, invalid,
    tooBig,
    truncated, outdated

  /// The name with its padding.
  var label: String {
    switch self {
    case .sent: "sent:        "
    case .sendErrors: "snd_error:   "
    case .valid: "valid:       "
    case .update: "update:      "
    case .cname: "cname:       "
    case .cnameErrors: "cname_error: "
    case .anyErrors: "any_err:     "
    case .noDomain: "nx:          "
    case .timeout: "timeout:     "
    case .refused: "refused:     "
    case .other: "other:       "
    case .invalid: "invalid:     "
    case .tooBig: "too_big:     "
    case .truncated: "truncated:   "
    case .outdated: "outdated:    "
    }
  }
}
