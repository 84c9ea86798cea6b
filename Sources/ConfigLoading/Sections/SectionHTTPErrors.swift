import ConfigSyntax
import Configuration
import Rules

/// An `http-errors` section: error files under a name, for `errorfiles` (manual section 3.9).
struct HTTPErrorsSection {
  let location: SourceLocation
  var answers: [Int: ErrorAnswer] = [:]
}

let httpErrorsKeywords: [KeywordEntry] = [
  KeywordEntry("errorfile", SectionSet(.httpErrors)) { context, line in
    guard let (status, answer) = ErrorAnswers.file(context, line, colon: ":") else { return }
    context.httpErrors[context.sectionName]?.answers[status] = answer
  }
]

extension LoadContext {
  func openHTTPErrors(_ line: ConfigLine) {
    let name = line[1]
    if name.isEmpty { return abort("missing name for http-errors section.") }
    if let bad = Self.invalidNameScalar(name) {
      return alert("character '\(bad)' is not permitted in 'http-errors' name '\(name)'.")
    }
    if let twin = httpErrors[name]?.location {
      return alertTight("http-errors section '\(name)' already exists (declared at \(twin.file):\(twin.line)).")
    }
    httpErrors[name] = HTTPErrorsSection(location: location)
  }

  /// Makes the answers of a proxy out of its lines, now that all `http-errors` sections are known.
  func completeErrorAnswers(of index: Int) {
    let proxy = model.proxies[index]
    if proxy.errorRules.isEmpty && proxy.errorAnswers.isEmpty { return }
    var answers: [Int: ErrorAnswer] = [:]
    for rule in proxy.errorRules {
      switch rule {
      case .answer(let status, let answer): answers[status] = answer
      case .section(let name, let statuses, let place):
        guard let section = httpErrors[name] else {
          alertPlain("proxy '\(proxy.name)': unknown http-errors section '\(name)' (at \(place.file):\(place.line)).")
          continue
        }
        for status in Set(statuses).sorted() where section.answers[status] == nil {
          warningPlain(
            "config: proxy '\(proxy.name)' : status '\(status)' not declared in http-errors section '\(name)' "
              + "(at \(place.file):\(place.line)).")
        }
        for (status, answer) in section.answers where statuses.isEmpty || statuses.contains(status) {
          answers[status] = answer
        }
      }
    }
    // What asks for the answer that there is anyway changes nothing.
    for (status, answer) in answers {
      if case .reply(let handle) = answer, case .standard = model.ruleResources.replies[Int(handle.index)].body {
        answers[status] = nil
      }
    }
    model.proxies[index].errorAnswers = answers
  }

  /// The files behind `errorfiles` of the answers that rules of a proxy give.
  func resolveReplySections(of proxy: ProxySettings) {
    let lists = [
      proxy.rules.tcpRequest, proxy.rules.httpRequest, proxy.rules.httpResponse, proxy.rules.httpAfterResponse,
    ]
    for rule in lists.joined() {
      switch rule.action {
      case .deny(let handle), .tarpit(let handle), .answer(let handle): resolveSection(of: handle, proxy)
      default: break
      }
    }
    for case .answer(_, .reply(let handle)) in proxy.errorRules { resolveSection(of: handle, proxy) }
  }

  private func resolveSection(of handle: ReplyHandle, _ proxy: ProxySettings) {
    let reply = model.ruleResources.replies[Int(handle.index)]
    guard case .section(let name) = reply.body else { return }
    guard let section = httpErrors[name] else {
      return alertPlain("Proxy '\(proxy.name)': unknown http-errors section '\(name)' referenced by an http reply .")
    }
    if case .file(let bytes)? = section.answers[reply.status] {
      model.ruleResources.replies[Int(handle.index)].body = .file(bytes)
      return
    }
    warningPlain(
      "Proxy '\(proxy.name)': status '\(reply.status)' referenced by an http reply not declared in http-errors section "
        + "'\(name)'.")
    model.ruleResources.replies[Int(handle.index)].body = .none
  }
}
