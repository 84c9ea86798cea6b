import Configuration
import HTTP
import Memory

/// `option http-restrict-req-hdr-names`: header names that other software may take for another one.
extension Worker {
  /// False where the request was refused. Each proxy on its way applies its own choice.
  func restrictHeaderNames(_ stream: Stream, _ options: ProxyOptions) -> Bool {
    let restricting: ProxyOptions = [.httpRestrictReqHdrDelete, .httpRestrictReqHdrReject]
    if options.isDisjoint(with: restricting) { return true }
    let rejects = options.contains(.httpRestrictReqHdrReject)
    for i in 0..<stream.request.endIndex {
      let field = stream.request[i]
      if field.isRemoved || field.known != .other || field.name.isPlainHeaderName { continue }
      if rejects {
        refuseHeaderName(stream)
        return false
      }
      stream.request.remove(at: i)
    }
    return true
  }

  private func refuseHeaderName(_ stream: Stream) {
    stream.frontend?.counters.count(.deniedRequests)
    stream.session?.listener?.counters.count(.deniedRequests)
    if let backend = stream.backend, backend.index != stream.frontend?.index { backend.counters.count(.deniedRequests) }
    setEnd(stream, .proxy, .request)
    reply(stream, status: 403)
  }
}

extension Bytes {
  /// Letters, digits and hyphens only.
  fileprivate var isPlainHeaderName: Bool {
    for i in 0..<count {
      let c = self[i]
      if c &- 0x30 < 10 || (c | 0x20) &- 0x61 < 26 || c == 0x2d { continue }
      return false
    }
    return true
  }
}
