import Configuration
import HTTP1

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
    runQueueDepth = max(1, t.runQueueDepth)
    splices = true
    compressionLevel = global.dormant["tune.comp.maxlevel"].flatMap { Int($0) } ?? 1
    clientReceiveBuffer = t.receiveBufferClient
    clientSendBuffer = t.sendBufferClient
    serverReceiveBuffer = t.receiveBufferServer
    serverSendBuffer = t.sendBufferServer
  }
}
