import Configuration

/// Timeouts as durations in milliseconds, `TimerWheel.never` where there is none.
struct TimeoutTable {
  let client, clientFin, server, serverFin, connect, queue, httpRequest, httpKeepAlive, tunnel, tarpit: Int64

  init(_ t: Timeouts) {
    func ms(_ value: Int?) -> Int64 { value.map { $0 == 0 ? Int64.max : Int64($0) } ?? .max }
    client = ms(t.client)
    clientFin = t.clientFin == nil ? client : ms(t.clientFin)
    server = ms(t.server)
    serverFin = t.serverFin == nil ? server : ms(t.serverFin)
    connect = ms(t.connect)
    queue = t.queue == nil ? connect : ms(t.queue)
    httpRequest = t.httpRequest == nil ? client : ms(t.httpRequest)
    httpKeepAlive = t.httpKeepAlive == nil ? httpRequest : ms(t.httpKeepAlive)
    tunnel = ms(t.tunnel)
    tarpit = t.tarpit == nil ? connect : ms(t.tarpit)
  }
}
