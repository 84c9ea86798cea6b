/// Where a parser stands in a message, by the names that `show errors` prints.
public enum H1State: UInt8, Sendable {
  case requestBefore, requestBeforeCR, method, methodSpace, target, targetSpace, requestVersion, requestLineEnd
  case responseBefore, responseBeforeCR, responseVersion, versionSpace, code, codeSpace, reason, responseLineEnd
  case headerFirst, headerName, headerColon, headerSpace, headerSpaceLF, headerSpaceFold, headerValue, headerValueLF
  case headerValueFold, lastLF
  case chunkSize, data, chunkCRLF, trailers, done, tunnel

  public var name: StaticString {
    switch self {
    case .requestBefore: "MSG_RQBEFORE"
    case .requestBeforeCR: "MSG_RQBEFORE_CR"
    case .method: "MSG_RQMETH"
    case .methodSpace: "MSG_RQMETH_SP"
    case .target: "MSG_RQURI"
    case .targetSpace: "MSG_RQURI_SP"
    case .requestVersion: "MSG_RQVER"
    case .requestLineEnd: "MSG_RQLINE_END"
    case .responseBefore: "MSG_RPBEFORE"
    case .responseBeforeCR: "MSG_RPBEFORE_CR"
    case .responseVersion: "MSG_RPVER"
    case .versionSpace: "MSG_RPVER_SP"
    case .code: "MSG_RPCODE"
    case .codeSpace: "MSG_RPCODE_SP"
    case .reason: "MSG_RPREASON"
    case .responseLineEnd: "MSG_RPLINE_END"
    case .headerFirst: "MSG_HDR_FIRST"
    case .headerName: "MSG_HDR_NAME"
    case .headerColon: "MSG_HDR_COL"
    case .headerSpace: "MSG_HDR_L1_SP"
    case .headerSpaceLF: "MSG_HDR_L1_LF"
    case .headerSpaceFold: "MSG_HDR_L1_LWS"
    case .headerValue: "MSG_HDR_VAL"
    case .headerValueLF: "MSG_HDR_L2_LF"
    case .headerValueFold: "MSG_HDR_L2_LWS"
    case .lastLF: "MSG_LAST_LF"
    case .chunkSize: "MSG_CHUNK_SIZE"
    case .data: "MSG_DATA"
    case .chunkCRLF: "MSG_CHUNK_CRLF"
    case .trailers: "MSG_TRAILERS"
    case .done: "MSG_DONE"
    case .tunnel: "MSG_TUNNEL"
    }
  }
}
