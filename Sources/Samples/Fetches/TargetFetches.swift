import HTTP
import Memory
import Primitives

/// Fetches from the request target, and from it together with the Host field.
enum TargetFetches {
  static func fetch(
    _ call: FetchCall, _ message: borrowing HTTPMessage, _ options: EvaluationOptions, _ evaluator: Evaluator,
    into sample: inout Sample
  ) -> FetchStatus {
    let target = RequestTarget(message.target)
    switch call.id {
    case .url: return HTTPFetches.found(.string(message.target), &sample)
    case .path:
      return target.pathAndQuery.isEmpty ? .notFound : HTTPFetches.found(.string(target.path), &sample)
    case .pathq:
      return target.pathAndQuery.isEmpty ? .notFound : HTTPFetches.found(.string(target.pathAndQuery), &sample)
    case .query:
      guard let mark = message.target.firstIndex(of: UInt8(ascii: "?")) else { return .notFound }
      return HTTPFetches.found(.string(message.target.dropFirst(mark + 1)), &sample)
    case .urlIp, .urlPort: return address(call.id, target, &sample)
    case .urlParam, .urlParamVal: return parameter(call, message.target, options, &sample)
    case .base, .baseq, .base32: return base(call.id, target, message, evaluator, &sample)
    case .url32:
      let host = message.value(.host) ?? Bytes()
      return hash(host, target.pathAndQuery, evaluator, &sample)
    default: return .notFound
    }
  }

  private static func address(_ id: FetchID, _ target: RequestTarget, _ sample: inout Sample) -> FetchStatus {
    let authority = HostAndPort(target.hostAndPort)
    guard target.form == .absolute, let ip = AddressText.ipv4(authority.host) else {
      return id == .urlPort && target.form == .absolute && AddressText.ipv4(authority.host) != nil
        ? .notFound : .notFound
    }
    if id == .urlIp { return HTTPFetches.found(.ipv4(ip), &sample) }
    let standard: Int64 = target.scheme.equalsIgnoringCase("https") ? 443 : 80
    let port = authority.port.isEmpty ? standard : NumberText.integer(authority.port).value
    return HTTPFetches.found(.integer(port), &sample)
  }

  /// Host (without the port), then the path (with the query for `baseq`).
  private static func base(
    _ id: FetchID, _ target: RequestTarget, _ message: borrowing HTTPMessage, _ evaluator: Evaluator,
    _ sample: inout Sample
  ) -> FetchStatus {
    guard let host = message.value(.host) else {
      if target.pathAndQuery.isEmpty { return .notFound }
      if id == .base32 { return hash(Bytes(), target.path, evaluator, &sample) }
      return HTTPFetches.found(.string(id == .baseq ? target.pathAndQuery : target.path), &sample)
    }
    let path = id == .baseq ? target.pathAndQuery : target.path
    if id == .base32 { return hash(host, path, evaluator, &sample) }
    let arena = evaluator.arena
    arena.begin()
    arena.append(host)
    guard arena.append(path) else { return .notFound }
    return HTTPFetches.found(.string(arena.finish()), &sample)
  }

  /// The avalanched SDBM hash of two texts as if they were one.
  private static func hash(
    _ first: Bytes, _ second: Bytes, _ evaluator: Evaluator, _ sample: inout Sample
  ) -> FetchStatus {
    let arena = evaluator.arena
    let mark = arena.mark
    arena.begin()
    arena.append(first)
    guard arena.append(second) else { return .notFound }
    let hash = Hash.avalanche(Hash.sdbm(arena.finish()))
    arena.reset(to: mark)
    return HTTPFetches.found(.integer(Int64(hash)), &sample)
  }

  /// A parameter of the query by name (any without one); the second argument stands for the question mark.
  private static func parameter(
    _ call: FetchCall, _ target: Bytes, _ options: EvaluationOptions, _ sample: inout Sample
  ) -> FetchStatus {
    let delimiter = call.arguments.second.text?.at(0) ?? UInt8(ascii: "?")
    guard let start = target.firstIndex(of: delimiter) else {
      sample.flags.remove(.notLast)
      return .notFound
    }
    let name = call.arguments.first.text ?? Bytes()
    var at = options.contains(.iterate) ? Int(sample.cursor.0) : 0
    guard let found = QueryParameters.next(target.dropFirst(start + 1), name: name, delimiter, from: &at) else {
      sample.flags.remove(.notLast)
      return .notFound
    }
    if options.contains(.iterate) {
      sample.cursor.0 = UInt32(at)
      sample.flags.insert(.notLast)
    }
    if call.id == .urlParamVal { return HTTPFetches.found(.integer(NumberText.loose(found)), &sample) }
    return HTTPFetches.found(.string(found), &sample)
  }
}

/// `name=value` pairs between ampersands, semicolons, or what stands for the question mark.
public enum QueryParameters {
  /// The value of the next parameter called `name` (any where that is empty) at or behind `at`, which is moved on.
  public static func next(_ query: Bytes, name: Bytes, _ delimiter: UInt8, from at: inout Int) -> Bytes? {
    while at < query.count {
      var end = at
      while end < query.count, query[end] != UInt8(ascii: "&"), query[end] != UInt8(ascii: ";"),
        query[end] != delimiter
      {
        end += 1
      }
      let pair = query[at..<end]
      at = end + 1
      let equals = pair.firstIndex(of: UInt8(ascii: "="))
      if name.isEmpty {
        if let equals { return pair.dropFirst(equals + 1) }
      } else if pair.hasPrefix(name), equals == name.count {
        return pair.dropFirst(name.count + 1)
      }
    }
    return nil
  }
}
