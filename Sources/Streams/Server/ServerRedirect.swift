import HTTP
import Memory
import Proxies

/// `redir` of a server: clients are sent to it themselves (manual section 5.2).
extension Worker {
  /// False for what is served through the proxy all the same: other methods than GET and HEAD, targets without a path.
  func redirectsToServer(_ stream: Stream, _ prefix: Bytes) -> Bool {
    guard stream.isHTTP, stream.request.method == .get || stream.request.method == .head else { return false }
    let path = RequestTarget(stream.request.target).pathAndQuery
    guard path.count > 0, path[0] == UInt8(ascii: "/") else { return false }
    stream.text.begin()
    let fits = stream.text.append(prefix) && stream.text.append(path)
    let location = stream.text.finish()
    stream.server?.counters.count(.sessionsTotal)
    stream.clientKeepsAlive = false
    setEnd(stream, .local, .connect)
    guard fits, FieldText.isValue(location) else {
      reply(stream, status: 500)
      return true
    }
    startOwnHead(stream, status: 302)
    stream.response.setStatus(302, reason: Bytes("Found"))
    stream.response.add(.cacheControl, Bytes("no-cache"))
    stream.response.add(.contentLength, Bytes("0"))
    stream.response.add(.location, location)
    replyMessage(stream, status: 302, body: Bytes())
    // HAProxy counts its `connection: close` here.
    stream.responseChannel.transferred &+= 15
    return true
  }
}
