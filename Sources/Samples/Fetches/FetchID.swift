/// What a fetch does. Several names of the language may stand for one operation (`sc0_conn_cnt` and `sc_conn_cnt(0)`,
/// `cook` and `req.cook`); the catalogue of names is `FetchCatalogue`.
public enum FetchID: String, CaseIterable, Sendable {
  case alwaysFalse, alwaysTrue, avgQueue, base, base32, base32Src, baseq, bcDst, bcDstPort, bcErr, bcErrStr
  case bcHttpMajor, bcSrc, bcSrcPort, beConn, beConnFree, beId, beName, beServerTimeout, beSessRate, beTunnelTimeout
  case bin, bool, captureReqHdr, captureReqMethod, captureReqUri, captureReqVer, captureResHdr, captureResVer
  case connslots, reqCook, reqCookCnt, reqCookVal, cookie, cpuCalls, cpuNsAvg, cpuNsTot, curServerTimeout
  case curTunnelTimeout, date, dateUs, distccBody, distccParam, dst, dstConn, dstIsLocal, dstPort, env, fcDst
  case fcDstIsLocal, fcDstPort, fcErr, fcErrStr, fcFackets, fcHttpMajor, fcLost, fcPpAuthority, fcPpUniqueId
  case fcRcvdProxy, fcReordering, fcRetrans, fcRtt, fcRttvar, fcSacked, fcSrc, fcSrcIsLocal, fcSrcPort, fcUnacked
  case fcgiDocroot, fcgiIndex, feClientTimeout, feConn, feDefbe, feId, feName, feReqRate, feSessRate, hdr, reqHdrCnt
  case reqHdrIp, reqHdrVal, hostname, httpAuth, httpAuthBearer, httpAuthGroup, httpAuthPass, httpAuthType
  case httpAuthUser, httpFirstReq, int, internalHtxData, internalHtxFree, internalHtxFreeData, internalHtxHasEom
  case internalHtxNbblks, internalHtxSize, internalHtxUsed, internalHtxBlkData, internalHtxBlkHdrname
  case internalHtxBlkHdrval, internalHtxBlkSize, internalHtxBlkStartLine, internalHtxBlkType, internalStrmIsHtx, ipv4
  case ipv6, lastRuleFile, lastRuleLine, latNsAvg, latNsTot, meth, method, nbproc, nbsrv, path, pathq, payload
  case payloadLv, prioClass, prioOffset, proc, query, queue, rand, reqRdpCookie, reqRdpCookieCnt, resSslHelloType
  case reqBody, reqBodyLen, reqBodyParam, reqBodySize, reqFhdr, reqFhdrCnt, reqHdr, reqHdrNames, reqHdrs, reqHdrsBin
  case reqLen, reqPayload, reqPayloadLv, reqProtoHttp, reqSslAlpn, reqSslEcExt, reqSslHelloType, reqSslSni
  case reqSslStExt, reqSslVer, reqVer, resBody, resBodyLen, resBodySize, resCacheHit, resCacheName, resComp
  case resCompAlgo, resCook, resCookCnt, resCookVal, resFhdr, resFhdrCnt, resHdr, resHdrCnt, resHdrIp, resHdrNames
  case resHdrVal, resHdrs, resHdrsBin, resLen, resPayload, resPayloadLv, resVer, scBytesInRate, scBytesOutRate
  case scClrGpc0, scClrGpc1, scConnCnt, scConnCur, scConnRate, scGetGpc0, scGetGpc1, scGetGpt0, scGpc0Rate
  case scGpc1Rate, scHttpErrCnt, scHttpErrRate, scHttpFailCnt, scHttpFailRate, scHttpReqCnt, scHttpReqRate, scIncGpc0
  case scIncGpc1, scKbytesIn, scKbytesOut, scSessCnt, scSessRate, scTracked, scTrackers, scClrGpc, scGetGpc, scGetGpt
  case scGpcRate, scIncGpc, soId, soName, src, srcBytesInRate, srcBytesOutRate, srcClrGpc, srcClrGpc0, srcClrGpc1
  case srcConnCnt, srcConnCur, srcConnRate, srcGetGpc, srcGetGpc0, srcGetGpc1, srcGetGpt, srcGetGpt0, srcGpc0Rate
  case srcGpc1Rate, srcGpcRate, srcHttpErrCnt, srcHttpErrRate, srcHttpFailCnt, srcHttpFailRate, srcHttpReqCnt
  case srcHttpReqRate, srcIncGpc, srcIncGpc0, srcIncGpc1, srcIsLocal, srcKbytesIn, srcKbytesOut, srcPort, srcSessCnt
  case srcSessRate, srcUpdtConnCnt, srvConn, srvConnFree, srvId, srvIsUp, srvIweight, srvName, srvQueue, srvSessRate
  case srvUweight, srvWeight, sslBc, sslBcAlgKeysize, sslBcAlpn, sslBcCipher, sslBcClientRandom, sslBcErr
  case sslBcErrStr, sslBcIsResumed, sslBcNpn, sslBcProtocol, sslBcServerRandom, sslBcSessionId, sslBcSessionKey
  case sslBcUniqueId, sslBcUseKeysize, sslCCaErr, sslCCaErrDepth, sslCChainDer, sslCDer, sslCErr, sslCIDn, sslCKeyAlg
  case sslCNotafter, sslCNotbefore, sslCSDn, sslCSerial, sslCSha1, sslCSigAlg, sslCUsed, sslCVerify, sslCVersion
  case sslFDer, sslFIDn, sslFKeyAlg, sslFNotafter, sslFNotbefore, sslFSDn, sslFSerial, sslFSha1, sslFSigAlg
  case sslFVersion, sslFc, sslFcAlgKeysize, sslFcAlpn, sslFcCipher, sslFcCipherlistBin, sslFcCipherlistHex
  case sslFcCipherlistStr, sslFcCipherlistXxh, sslFcClientEarlyTrafficSecret, sslFcClientHandshakeTrafficSecret
  case sslFcClientRandom, sslFcClientTrafficSecret0, sslFcEarlyExporterSecret, sslFcEcformatsBin, sslFcEclistBin
  case sslFcErr, sslFcErrStr, sslFcExporterSecret, sslFcExtlistBin, sslFcHasCrt, sslFcHasEarly, sslFcHasSni
  case sslFcIsResumed, sslFcNpn, sslFcProtocol, sslFcProtocolHelloId, sslFcServerHandshakeTrafficSecret
  case sslFcServerRandom, sslFcServerTrafficSecret0, sslFcSessionId, sslFcSessionKey, sslFcSni, sslFcUniqueId
  case sslFcUseKeysize, sslSChainDer, sslSDer, sslSIDn, sslSKeyAlg, sslSNotafter, sslSNotbefore, sslSSDn, sslSSerial
  case sslSSha1, sslSSigAlg, sslSVersion, status, stopping, str, tableAvl, tableCnt, thread, uniqueId, url, url32
  case url32Src, urlIp, urlParam, urlPort, urlParamVal, uuid, variable, waitEnd

  /// False for what looks into HAProxy's own form of a message, or into FastCGI.
  public var isServed: Bool {
    switch self {
    case .internalHtxData, .internalHtxFree, .internalHtxFreeData, .internalHtxHasEom, .internalHtxNbblks,
      .internalHtxSize, .internalHtxUsed, .internalHtxBlkData, .internalHtxBlkHdrname, .internalHtxBlkHdrval,
      .internalHtxBlkSize, .internalHtxBlkStartLine, .internalHtxBlkType, .fcgiDocroot, .fcgiIndex:
      false
    default: true
    }
  }
}
