/// The columns of `show stat` by name; the raw value is the place of the column.
public enum StatisticsKey: Int, CaseIterable, Sendable {
  case pxname, svname, qcur, qmax, scur, smax, slim, stot, bin, bout, dreq, dresp, ereq, econ,
    eresp, wretr, wredis, status, weight, act, bck, chkfail, chkdown, lastchg, downtime, qlimit,
    pid, iid, sid, throttle, lbtot, tracked, type, rate, rateLim, rateMax, checkStatus, checkCode,
    checkDuration, hrsp1xx, hrsp2xx, hrsp3xx, hrsp4xx, hrsp5xx, hrspOther, hanafail, reqRate,
    reqRateMax, reqTot, cliAbrt, srvAbrt, compIn, compOut, compByp, compRsp, lastsess, lastChk,
    lastAgt, qtime, ctime, rtime, ttime, agentStatus, agentCode, agentDuration, checkDesc,
    agentDesc, checkRise, checkFall, checkHealth, agentRise, agentFall, agentHealth, addr, cookie,
    mode, algo, connRate, connRateMax, connTot, intercepted, dcon, dses, wrew, connect, reuse,
    cacheLookups, cacheHits, srvIcur, srcIlim, qtimeMax, ctimeMax, rtimeMax, ttimeMax, eint,
    idleConnCur, safeConnCur, usedConnCur, needConnEst, uweight, aggServerStatus,
    aggServerCheckStatus, aggCheckStatus, sslSess, sslReusedSess, sslFailedHandshake, h2HeadersRcvd,
    h2DataRcvd, h2SettingsRcvd, h2RstStreamRcvd, h2GoawayRcvd, h2DetectedConnProtocolErrors,
    h2DetectedStrmProtocolErrors, h2RstStreamResp, h2GoawayResp, h2OpenConnections,
    h2BackendOpenStreams, h2TotalConnections, h2BackendTotalStreams, h1OpenConnections,
    h1OpenStreams, h1TotalConnections, h1TotalStreams, h1BytesIn, h1BytesOut, h1SplicedBytesIn,
    h1SplicedBytesOut
}
