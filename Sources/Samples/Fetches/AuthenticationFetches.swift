import HTTP
import Memory
import System

/// Fetches from the Authorization field (RFC 9110 section 11.6.2).
enum AuthenticationFetches {
  static func fetch(
    _ call: FetchCall, _ message: borrowing HTTPMessage, _ evaluator: Evaluator, into sample: inout Sample
  ) -> FetchStatus {
    if call.id == .httpAuthBearer, let header = call.arguments.first.text, !header.isEmpty {
      return bearer(from: header, message, evaluator, &sample)
    }
    guard let value = message.value(.authorization), let credentials = Credentials(value) else { return .notFound }
    if credentials.scheme.equalsIgnoringCase("Bearer") {
      switch call.id {
      case .httpAuthType: return HTTPFetches.found(.string(Bytes("Bearer")), &sample)
      case .httpAuthBearer: return HTTPFetches.found(.string(credentials.rest), &sample)
      default: return .notFound
      }
    }
    guard credentials.scheme.equalsIgnoringCase("Basic"),
      let decoded = evaluator.decodeBase64(credentials.rest, isURL: false),
      let colon = decoded.firstIndex(of: UInt8(ascii: ":"))
    else { return .notFound }
    let user = decoded.prefix(colon)
    let password = decoded.dropFirst(colon + 1)
    switch call.id {
    case .httpAuthType: return HTTPFetches.found(.string(Bytes("Basic")), &sample)
    case .httpAuthUser: return HTTPFetches.found(.string(user), &sample)
    case .httpAuthPass: return HTTPFetches.found(.string(password), &sample)
    case .httpAuth: return HTTPFetches.found(.boolean(evaluator.isAllowed(call, user, password)), &sample)
    case .httpAuthGroup:
      return evaluator.isAllowed(call, user, password) ? HTTPFetches.found(.string(user), &sample) : .notFound
    default: return .notFound
    }
  }

  private static func bearer(
    from header: Bytes, _ message: borrowing HTTPMessage, _ evaluator: Evaluator, _ sample: inout Sample
  ) -> FetchStatus {
    guard let lowered = evaluator.changeCase(header, isUpper: false) else { return .notFound }
    guard let value = message.value(HTTPHeaderName(lowered)) else {
      return HTTPFetches.found(.string(Bytes()), &sample)
    }
    guard let credentials = Credentials(value), credentials.scheme.equalsIgnoringCase("Bearer")
    else { return .notFound }
    return HTTPFetches.found(.string(credentials.rest), &sample)
  }
}

/// A scheme and what follows it.
struct Credentials {
  let scheme: Bytes
  let rest: Bytes
  init?(_ value: Bytes) {
    guard let space = value.firstIndex(of: 0x20), space > 0 else { return nil }
    scheme = value.prefix(space)
    var start = space
    while value.at(start) == 0x20 { start += 1 }
    rest = value.dropFirst(start)
  }
}

extension Evaluator {
  /// Whether the fetch's user list knows the user with this password.
  func isAllowed(_ call: FetchCall, _ user: Bytes, _ password: Bytes) -> Bool {
    guard let list = call.arguments.first.object, Int(list) < program.userLists.count,
      let known = program.userLists[Int(list)].user(user)
    else { return false }
    if known.isEncrypted { return Password.matches(password, hash: known.password) }
    return TextParts.secureEqual(password, known.clearText)
  }
}
