public import Memory

/// Fetches from the part of a body that is there.
public enum BodyFetches {
  /// - Parameters:
  ///   - body: the bytes received so far, without chunk framing; they must lie side by side.
  ///   - size: how long the body is by its framing where that is known, else what has been received.
  public static func fetch(
    _ call: FetchCall, body: Bytes, size: Int64, _ options: EvaluationOptions, into sample: inout Sample
  ) -> FetchStatus? {
    switch call.id {
    case .reqBody, .resBody: return HTTPFetches.found(.binary(body), &sample)
    case .reqBodyLen, .resBodyLen: return HTTPFetches.found(.integer(Int64(body.count)), &sample)
    case .reqBodySize, .resBodySize: return HTTPFetches.found(.integer(size), &sample)
    case .reqBodyParam:
      var at = options.contains(.iterate) ? Int(sample.cursor.0) : 0
      let name = call.arguments.first.text ?? Bytes()
      guard let value = QueryParameters.next(body, name: name, UInt8(ascii: "&"), from: &at) else {
        sample.flags.remove(.notLast)
        return .notFound
      }
      if options.contains(.iterate) {
        sample.cursor.0 = UInt32(truncatingIfNeeded: at)
        sample.flags.insert(.notLast)
      }
      return HTTPFetches.found(.string(value), &sample)
    default: return nil
    }
  }
}
