import Configuration
import HTTP1
import HTTP2

extension WorkerTuning {
  init(_ global: GlobalSettings, threads: Int) {
    let t = global.tune
    limits = H1Limits(
      maxHeaders: t.maxHTTPHeaders, maxHeadLength: t.bufferSize - t.maxRewrite,
      acceptsAnyPayload: global.acceptPayloadWithAnyMethod)
    maxAccept = t.maxAccept.map { $0 < 0 ? 1000 : $0 } ?? (threads > 1 ? 4 : 64)
    bufferSize = t.bufferSize
    maxRewrite = t.maxRewrite
    pipeSize = t.pipeSize
    logURILength = t.httpLogURILength
    multiQueue = t.listenerMultiQueue
    // Whoever has something new comes before the next piece of what has had its turn already.
    runQueueDepth = t.lowLatency ? 1 : max(1, t.runQueueDepth)
    splices = true
    http2 = HTTP2Limits(global)
    compressionLevel = global.dormant["tune.comp.maxlevel"].flatMap { Int($0) } ?? 1
    clientReceiveBuffer = t.receiveBufferClient
    clientSendBuffer = t.sendBufferClient
    serverReceiveBuffer = t.receiveBufferServer
    serverSendBuffer = t.sendBufferServer
  }
}

extension HTTP2Limits {
  init(_ global: GlobalSettings) {
    self.init()
    func number(_ name: String) -> Int? { global.dormant["tune.h2.\(name)"].flatMap { Int($0) } }
    headerTableSize = number("header-table-size") ?? headerTableSize
    initialWindow = number("initial-window-size") ?? initialWindow
    maxStreams = number("max-concurrent-streams") ?? maxStreams
    // Frames larger than buffers are not announced.
    maxFrameSize = max(16384, min(number("max-frame-size") ?? global.tune.bufferSize, global.tune.bufferSize))
    maxFields = global.tune.maxHTTPHeaders * 2
    offersConnect = global.dormant["h2-workaround-bogus-websocket-clients"] != "on"
  }
}
