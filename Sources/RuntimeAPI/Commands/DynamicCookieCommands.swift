import Proxies

/// `set dynamic-cookie-key backend`, `enable` and `disable dynamic-cookie backend`.
extension CommandRunner {
  func changeDynamicCookies(_ command: RuntimeCommand, _ arguments: CommandArguments) -> CommandReply {
    if arguments[0].isEmpty { return .error("A backend name is expected.") }
    guard let backend = backend(named: arguments[0]) else { return .error("No such backend.") }
    switch command {
    case .setDynamicCookieKey:
      if arguments[1].isEmpty { return .error("String value expected.") }
      backend.dynamicCookies.setKey(arguments[1])
    case .enableDynamicCookie: backend.dynamicCookies.setEnabled(true)
    default: backend.dynamicCookies.setEnabled(false)
    }
    return .empty
  }
}
