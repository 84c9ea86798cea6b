/// What a converter does; the catalogue of names is `ConverterCatalogue`.
public enum ConverterID: String, CaseIterable, Sendable {
  case add, addItem, aesGcmDec, and, b64dec, base64, be2dec, be2hex, bool, bytes, captureReq, captureRes, concat, cpl
  case crc32, crc32c, cutCrlf, debug, digest, div, djb2, even, field, fixIsValid, fixTagValue, hex, hex2i, hmac
  case hostOnly, htonl, httpDate, iif, inTable, ipmask, json, jsonQuery, jwtHeaderQuery, jwtPayloadQuery, jwtVerify
  case language, length, lower, ltime, ltrim, map, mod, mqttFieldValue, mqttIsValid, mul, nbsrv, neg, not, odd, or
  case portOnly, protobuf, regsub, rtrim, sdbm, secureMemcmp, setVar, sha1, sha2, srvQueue, strcmp, sub
  case tableBytesInRate, tableBytesOutRate, tableConnCnt, tableConnCur, tableConnRate, tableExpire, tableGpc
  case tableGpc0, tableGpc0Rate, tableGpc1, tableGpc1Rate, tableGpcRate, tableGpt, tableGpt0, tableHttpErrCnt
  case tableHttpErrRate, tableHttpFailCnt, tableHttpFailRate, tableHttpReqCnt, tableHttpReqRate, tableIdle
  case tableKbytesIn, tableKbytesOut, tableServerId, tableSessCnt, tableSessRate, tableTrackers, ub64dec, ub64enc
  case ungrpc, unsetVar, upper, urlDec, urlEnc, utime, word, wt6, xor, xxh3, xxh32, xxh64
}
