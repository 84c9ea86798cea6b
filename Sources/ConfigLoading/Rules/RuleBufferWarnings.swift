import Configuration
import LogFormat
import Rules
import Samples

/// Warnings of rules that look at what they will not find.
extension LoadContext {
  /// A format in a rule of the current proxy.
  func noteFormat(_ format: LogFormat) {
    guard let proxyIndex else { return }
    ruleState.formats[proxyIndex] = (location, format.needsHTTP || ruleState.formats[proxyIndex]?.needHTTP == true)
  }

  /// A format of a check, which has no place of its own to be named.
  func noteCheckFormat(_ format: LogFormat) {
    guard let proxyIndex, format.needsHTTP else { return }
    ruleState.formats[proxyIndex] = (ruleState.formats[proxyIndex]?.last, true)
  }

  /// Formats that were read before the mode changed.
  func warnOfFormats(of index: Int) {
    guard let formats = ruleState.formats[index], formats.needHTTP else { return }
    let place = formats.last.map { "\($0.file):\($0.line)" } ?? "(null):0"
    warningPlain(
      "parsing [\(place)] : HTTP log/header format not usable with "
        + "\(model.proxies[index].title) (needs 'mode http').")
  }

  /// Captures of contents that nobody waits for, and conditions on buffers in HTTP mode.
  func warnOfBuffers(of index: Int) {
    let proxy = model.proxies[index]
    let rules = proxy.rules
    if rules.requestInspectDelay == nil {
      for capturing in ruleState.contentCaptures where capturing == index {
        warningPlain(
          "\(proxy.title) : a 'tcp-request capture' rule explicitly depending on request contents without any "
            + "'tcp-request inspect-delay' setting. This means that this rule will randomly find its contents. This can be "
            + "fixed by setting the tcp-request inspect-delay.")
      }
    }
    guard proxy.mode == .http else { return }
    var conditions =
      rules.switching.map(\.condition) + rules.servers.map { $0.condition } + rules.sticking.map(\.condition)
    let lists = [
      rules.tcpConnection, rules.tcpSession, rules.tcpRequest, rules.tcpResponse, rules.httpRequest,
      rules.httpResponse, rules.httpAfterResponse,
    ]
    for list in lists { conditions += list.map(\.condition) }
    for case let condition? in conditions {
      guard let place = ruleState.bufferConditions[condition] else { continue }
      warningPlain(
        "Proxy '\(proxy.name)': L6 sample fetches ignored on HTTP proxies (declared at \(place.file):\(place.line)).")
    }
  }
}

extension FetchDescriptor {
  /// Whether it looks at what the client sends.
  var readsRequest: Bool {
    sources.contains {
      switch $0 {
      case .requestBuffer, .requestHeaders, .request, .requestBody: true
      default: false
      }
    }
  }
}
