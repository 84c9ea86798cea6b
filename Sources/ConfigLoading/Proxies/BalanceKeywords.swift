import ConfigSyntax
import Configuration
import Primitives

/// `balance`, `hash-type`, `hash-balance-factor` (manual section 4.2).
let balanceKeywords: [KeywordEntry] = [
  KeywordEntry("balance", .proxies) { context, line in
    context.requires(.backend, "balance")
    do throws(BalanceError) {
      context.proxy.balance.algorithm = try BalanceParsing.algorithm(line)
      context.proxy.balanceExpression = line[1] == "hash" ? line[2] : nil
      context.proxy.hasBalance = true
    } catch {
      context.alert(error.text)
    }
  },
  KeywordEntry("hash-type", .proxies) { context, line in
    context.requires(.backend, "hash-type")
    do throws(BalanceError) {
      try BalanceParsing.hashType(line, &context.proxy.balance)
    } catch {
      context.alert(error.text)
    }
  },
  KeywordEntry("hash-balance-factor", .proxies) { context, line in
    if line[1].isEmpty { return context.alert("'hash-balance-factor' expects an integer argument.") }
    let factor = CInteger.leading(line[1])
    if factor != 0 && factor <= 100 {
      return context.alert("'hash-balance-factor' must be 0 or greater than 100.")
    }
    context.proxy.balance.hashBalanceFactor = factor
  },
]

struct BalanceError: Error, Equatable {
  let text: String
}

enum BalanceParsing {
  /// The algorithm that a `balance` line names. The expression of `hash` is read when all sections are known.
  static func algorithm(_ line: ConfigLine) throws(BalanceError) -> BalanceAlgorithm {
    switch line[1] {
    case "", "roundrobin": return .roundrobin
    case "static-rr": return .staticRoundRobin
    case "first": return .first
    case "leastconn": return .leastconn
    case "source": return .source
    case "uri": return try uri(line)
    case "url_param": return try urlParameter(line)
    case "hash":
      if line[2].isEmpty { throw BalanceError(text: "balance hash requires a sample expression.") }
      if !line[3].isEmpty { throw BalanceError(text: "balance hash takes no other argument (got '\(line[3])').") }
      return .hash
    case let word where word.hasPrefix("random"): return try random(word)
    case let word where word.hasPrefix("hdr("): return try header(word, line)
    case let word where word.hasPrefix("rdp-cookie"): return try rdpCookie(word)
    default:
      throw BalanceError(
        text: "balance only supports 'roundrobin', 'static-rr', 'leastconn', 'source', 'uri', 'url_param', "
          + "'hdr(name)' and 'rdp-cookie(name)' options.")
    }
  }

  private static func uri(_ line: ConfigLine) throws(BalanceError) -> BalanceAlgorithm {
    var length = 0
    var depth = 0
    var whole = false
    var pathOnly = false
    var at = 2
    func positive(_ word: String) throws(BalanceError) -> Int {
      let value = CInteger.leading(line[at + 1])
      if value <= 0 {
        throw BalanceError(text: "balance uri : '\(word)' expects a positive integer (got '\(line[at + 1])').")
      }
      return value
    }
    while !line[at].isEmpty {
      switch line[at] {
      case "len":
        length = try positive("len")
        at += 2
      case "depth":
        // A target's leading slash counts as the first one.
        depth = try positive("depth")
        at += 2
      case "whole":
        whole = true
        at += 1
      case "path-only":
        pathOnly = true
        at += 1
      default:
        throw BalanceError(
          text: "balance uri only accepts parameters 'len', 'depth', 'path-only', and 'whole' (got '\(line[at])').")
      }
    }
    return .uri(length: length, depth: depth, whole: whole, pathOnly: pathOnly)
  }

  private static func urlParameter(_ line: ConfigLine) throws(BalanceError) -> BalanceAlgorithm {
    if line[2].isEmpty { throw BalanceError(text: "balance url_param requires an URL parameter name.") }
    guard !line[3].isEmpty else { return .urlParameter(name: line[2], checkPost: false, maximumWait: 0) }
    guard line[3] == "check_post" else {
      throw BalanceError(text: "balance url_param only accepts 'check_post' modifier (got '\(line[3])').")
    }
    return .urlParameter(name: line[2], checkPost: true, maximumWait: max(0, CInteger.leading(line[4])))
  }

  private static func random(_ word: String) throws(BalanceError) -> BalanceAlgorithm {
    var rest = word.dropFirst("random".count)
    guard rest.first == "(" else { return .random(draws: 2) }
    rest = rest.dropFirst()
    guard let close = rest.firstIndex(of: ")") else {
      throw BalanceError(text: "balance random : missing closing parenthesis.")
    }
    let (draws, tail) = CInteger.long(rest[..<close])
    if let odd = tail.unicodeScalars.first {
      throw BalanceError(text: "balance random : unexpected character '\(odd)' after argument.")
    }
    if draws < 1 { throw BalanceError(text: "balance random : number of draws must be at least 1.") }
    return .random(draws: Int(Int32(clamping: draws)))
  }

  private static func header(_ word: String, _ line: ConfigLine) throws(BalanceError) -> BalanceAlgorithm {
    let rest = word.dropFirst(4)
    guard let close = rest.firstIndex(of: ")"), close > rest.startIndex else {
      throw BalanceError(text: "balance hdr requires an http header field name.")
    }
    let name = String(rest[..<close])
    guard !line[2].isEmpty else { return .header(name: name, useDomainOnly: false) }
    guard line[2] == "use_domain_only" else {
      throw BalanceError(text: "balance \(word) only accepts 'use_domain_only' modifier (got '\(line[2])').")
    }
    return .header(name: name, useDomainOnly: true)
  }

  private static func rdpCookie(_ word: String) throws(BalanceError) -> BalanceAlgorithm {
    let rest = word.dropFirst("rdp-cookie".count)
    guard rest.first == "(" else { return .rdpCookie(name: "mstshash") }
    guard let close = rest.firstIndex(of: ")"), close > rest.index(after: rest.startIndex) else {
      throw BalanceError(text: "balance rdp-cookie : missing cookie name.")
    }
    return .rdpCookie(name: String(rest[rest.index(after: rest.startIndex)..<close]))
  }

  /// `hash-type <method> [<function> [<modifier>]]`.
  static func hashType(_ line: ConfigLine, _ balance: inout BalanceSettings) throws(BalanceError) {
    switch line[1] {
    case "consistent": balance.hashType = .consistent
    case "map-based": balance.hashType = .mapBased
    case "avalanche":
      throw BalanceError(
        text: "experimental feature 'hash-type avalanche' is not supported anymore, please use "
          + "'hash-type map-based sdbm avalanche' instead.")
    default: throw BalanceError(text: "'hash-type' only supports 'consistent' and 'map-based'.")
    }
    guard !line[2].isEmpty else {
      balance.hashFunction = .sdbm
      // Without a function a consistent hash is mixed once more.
      balance.avalanche = balance.hashType == .consistent
      return
    }
    switch line[2] {
    case "sdbm": balance.hashFunction = .sdbm
    case "djb2": balance.hashFunction = .djb2
    case "wt6": balance.hashFunction = .wt6
    case "crc32": balance.hashFunction = .crc32
    default:
      throw BalanceError(text: "'hash-type' only supports 'sdbm', 'djb2', 'crc32', or 'wt6' hash functions.")
    }
    switch line[3] {
    case "": balance.avalanche = false
    case "avalanche": balance.avalanche = true
    default: throw BalanceError(text: "'hash-type' only supports 'avalanche' as a modifier for hash functions.")
    }
  }
}
