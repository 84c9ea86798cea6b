public import HTTP
import Memory
import Primitives

/// Fetches from the head of a request or response, for the `SampleSource` of a stream. All are answered from the
/// message alone; the caller has made sure that it is complete.
public enum HTTPFetches {
  /// The start line and fields of a request. Nil for a fetch that is answered elsewhere.
  public static func request(
    _ call: FetchCall, _ message: borrowing HTTPMessage, _ options: EvaluationOptions, _ evaluator: Evaluator,
    into sample: inout Sample
  ) -> FetchStatus? {
    switch call.id {
    case .method: return found(.method(message.method, message.methodName), &sample)
    case .reqVer: return version(message, evaluator, &sample)
    case .hdr, .reqHdr, .resHdr, .reqFhdr, .reqHdrIp, .reqHdrVal, .reqHdrCnt, .reqFhdrCnt, .reqHdrNames, .reqHdrs,
      .reqHdrsBin:
      return HeaderFetches.fetch(call, message, options, evaluator, into: &sample)
    case .reqCook, .reqCookVal, .reqCookCnt, .cookie:
      return CookieFetches.fetch(call, message, options, evaluator, into: &sample)
    case .path, .pathq, .query, .url, .urlIp, .urlPort, .base, .baseq, .base32, .url32, .urlParam, .urlParamVal:
      return TargetFetches.fetch(call, message, options, evaluator, into: &sample)
    case .httpAuthType, .httpAuthUser, .httpAuthPass, .httpAuthBearer, .httpAuth, .httpAuthGroup:
      return AuthenticationFetches.fetch(call, message, evaluator, into: &sample)
    case .reqProtoHttp: return found(.boolean(true), &sample)
    default: return nil
    }
  }

  /// The start line and fields of a response. Nil for a fetch that is answered elsewhere.
  public static func response(
    _ call: FetchCall, _ message: borrowing HTTPMessage, _ options: EvaluationOptions, _ evaluator: Evaluator,
    into sample: inout Sample
  ) -> FetchStatus? {
    switch call.id {
    case .status: return found(.integer(Int64(message.status)), &sample)
    case .resVer: return version(message, evaluator, &sample)
    case .hdr, .resHdr, .resFhdr, .resHdrIp, .resHdrVal, .resHdrCnt, .resFhdrCnt, .resHdrNames, .resHdrs, .resHdrsBin:
      return HeaderFetches.fetch(call, message, options, evaluator, into: &sample)
    case .resCook, .resCookVal, .resCookCnt, .cookie:
      return CookieFetches.fetch(call, message, options, evaluator, into: &sample)
    default: return nil
    }
  }

  static func found(_ data: SampleData, _ sample: inout Sample) -> FetchStatus {
    sample.data = data
    return .found
  }

  /// "1.1" and the like.
  private static func version(
    _ message: borrowing HTTPMessage, _ evaluator: Evaluator, _ sample: inout Sample
  ) -> FetchStatus {
    let text: StaticString
    switch (message.majorVersion, message.minorVersion) {
    case (1, 1): text = "1.1"
    case (1, 0): text = "1.0"
    case (2, 0): text = "2.0"
    case (3, 0): text = "3.0"
    default:
      let arena = evaluator.arena
      arena.begin()
      arena.append(decimal: Int64(message.majorVersion))
      arena.append(byte: UInt8(ascii: "."))
      guard arena.append(decimal: Int64(message.minorVersion)) else { return .notFound }
      return found(.string(arena.finish()), &sample)
    }
    return found(.string(Bytes(text)), &sample)
  }
}
