import Cache
import ConfigSyntax
import Configuration
import Rules

/// `cache` sections (manual section 6.2.1).
extension LoadContext {
  private static let nameLimit = 32

  func openCache(_ line: ConfigLine) {
    cacheIndex = nil
    var name = line[1]
    if name.isEmpty { return abort("'cache' expects a <name> argument") }
    if !checkArgumentCount(line, atMost: 1) { return add(.abort) }
    if name.unicodeScalars.count > Self.nameLimit {
      name = String(String.UnicodeScalarView(name.unicodeScalars.prefix(Self.nameLimit)))
      warningTight("cache name is limited to \(Self.nameLimit) characters, truncate to '\(name)'.")
    }
    if model.caches.contains(where: { $0.name == name }) {
      return abort(tight: "Duplicate cache name '\(name)'.")
    }
    cacheIndex = model.caches.count
    model.caches.append(CacheSettings(name: name))
  }

  func readInCache(_ line: ConfigLine) {
    let limits = ["total-max-size", "max-object-size", "max-age", "process-vary", "max-secondary-entries"]
    guard limits.contains(line.keyword) else {
      return alert("unknown keyword '\(line.keyword)' in 'cache' section")
    }
    if !checkArgumentCount(line, atMost: 1) { return add(.abort) }
    switch line.keyword {
    case "total-max-size":
      guard let size = cacheNumber(line) else { return }
      if size > 4095 {
        warningTight("\"total-max-size\" (\(line[1])) must not be greater than 4095")
        return add(.error.union(.abort))
      }
      changeCache { $0.megabytes = Int(size) }
    case "max-object-size":
      if line[1].isEmpty { warningTight("'max-object-size' expects a maximum file size parameter in bytes.") }
      guard let size = cacheNumber(line) else { return }
      changeCache { $0.largestObject = Int(clamping: size) }
    case "max-age":
      if line[1].isEmpty { return warningTight("'max-age' expects an age parameter in seconds.") }
      let age = CInteger.leading(line[1])
      changeCache { $0.maximumAge = Int64(age) }
    case "process-vary":
      let advice = "'process-vary' expects \"on\" or \"off\" (enable or disable vary processing)."
      if line[1].isEmpty { warningTight(advice) }
      switch line[1] {
      case "on": changeCache { $0.processesVary = true }
      case "off": changeCache { $0.processesVary = false }
      default: warningTight(advice)
      }
    default:
      if line[1].isEmpty { warningTight("'max-secondary-entries' expects a strictly positive number.") }
      guard let number = cacheNumber(line, least: 1) else { return }
      changeCache { $0.maximumVariants = Int(clamping: number) }
    }
  }

  /// HAProxy says such a thing as a warning, and stops.
  private func cacheNumber(_ line: ConfigLine, least: UInt64 = 0) -> UInt64? {
    let (value, rest) = CInteger.long(line[1])
    let number = UInt64(bitPattern: Int64(value))
    if line[1].isEmpty || !rest.isEmpty || number < least {
      warningTight("\(line.keyword) wrong value '\(line[1])'")
      add(.error.union(.abort))
      return nil
    }
    return number
  }

  private func changeCache(_ change: (inout CacheSettings) -> Void) {
    if let cacheIndex { change(&model.caches[cacheIndex]) }
  }

  func closeCache() {
    guard let index = cacheIndex, !flags.contains(.abort) else { return }
    cacheIndex = nil
    let cache = model.caches[index]
    if cache.megabytes == 0 { return alertPlain("Size not specified for cache '\(cache.name)'") }
    if cache.largestObject > cache.size / 2 {
      alertPlain("\"max-object-size\" is limited to an half of \"total-max-size\" => \(cache.size / 2)")
    }
  }
}

extension LoadContext {
  /// `filter cache <name>`
  func readCacheFilter(_ line: ConfigLine) {
    let name = line[2]
    if name.isEmpty { return alert("'filter' : 'cache : expects a <name> argument'") }
    if proxy.cacheFilters.contains(where: { $0.name == name }) {
      return alert(
        "'filter' : '\(proxy.name): multiple explicit declarations of the cache filter '\(name)''")
    }
    if !line[3].isEmpty { return alert("'filter cache' : unknown keyword '\(line[3])'.") }
    proxy.cacheFilters.append(CacheFilter(name: name, isBehindCompression: proxy.hasCompressionFilter))
  }

  /// Finds the caches that filters and rules name. A rule brings a filter with it where there is none.
  func findCaches(of index: Int) {
    let proxy = model.proxies[index]
    var filters = proxy.cacheFilters
    if proxy.compression != nil && filters.contains(where: \.isBehindCompression) {
      alertPlain("config: \(proxy.title): unable to enable the compression filter before any cache filter.")
    }
    for (owner, handle) in ruleState.caches where owner == index {
      let name = model.ruleResources.caches[Int(handle.index)].name
      if !filters.contains(where: { $0.name == name }) {
        filters.append(CacheFilter(name: name, isBehindCompression: proxy.hasCompressionFilter))
      }
    }
    for filter in filters {
      if !model.caches.contains(where: { $0.name == filter.name }) {
        alertPlain(
          "config: \(proxy.title): unable to find the cache '\(filter.name)' referenced by the filter 'cache'.")
      } else if filter.isBehindCompression {
        alertPlain(
          "config: \(proxy.title): unable to enable the compression filter before the cache '\(filter.name)'.")
      }
    }
  }

  @Sendable static func completeCaches(_ context: LoadContext) {
    for index in context.model.proxies.indices where !context.model.proxies[index].disabled {
      context.findCaches(of: index)
    }
    for i in context.model.ruleResources.caches.indices {
      let name = context.model.ruleResources.caches[i].name
      context.model.ruleResources.caches[i].number = context.model.caches.firstIndex { $0.name == name } ?? 0
    }
  }
}

extension RuleParsing {
  /// `cache-use` and `cache-store`.
  mutating func cache() throws(RuleProblem) -> CacheHandle {
    if isAtEnd { throw RuleProblem("expects a cache name") }
    let handle = context.model.ruleResources.add(CacheReference(name: next()))
    context.ruleState.caches.append((context.proxyIndex, handle))
    return handle
  }
}
