import ConfigSyntax
import Configuration
import Rules
import Samples

/// `stick on`, `stick match`, `stick store-request`, `stick store-response` (manual section 4.2).
enum StickLine {
  @Sendable static func parse(_ context: LoadContext, _ line: ConfigLine) {
    guard context.forbidsDefaults("stick") else { return }
    context.requires(.backend, "stick")
    guard context.proxy.accepts(.backend) else { return }
    let matches: Bool
    let stores: StickRule.Store
    switch line[1] {
    case "on": (matches, stores) = (true, .request)
    case "match": (matches, stores) = (true, .nothing)
    case "store", "store-request": (matches, stores) = (false, .request)
    case "store-response": (matches, stores) = (false, .response)
    default: return context.alert("'stick' expects 'on', 'match', or 'store'.")
    }
    if line[2].isEmpty { return context.alert("'stick' expects a fetch method.") }
    var at = 2
    var site = context.ruleSite
    site.user = .stick
    let words = (0..<line.count).map { line[$0] }
    let parsed: ParsedExpression
    do throws(SampleError) {
      parsed = try context.samples.parse(words: words, at: &at, site: site)
    } catch {
      return context.alert("'stick': \(error.message)")
    }
    let place: CheckPoint = stores == .response ? .backendStore : .backendServerSelection
    if !parsed.isAvailable(at: place) {
      let when = stores == .response ? "for 'store-response'" : "during request"
      return context.alert(
        "'stick': fetch method '\(parsed.fetch.name)' extracts information from '\(parsed.fetch.sourceNames)', none of "
          + "which is available \(when).")
    }
    var table = ""
    var named = false
    if line[at] == "table" {
      table = line[at + 1]
      named = true
      at += 2
    }
    var found: Condition?
    if line[at] == "if" || line[at] == "unless" {
      do throws(SampleError) {
        found = try context.condition(
          Array(words.dropFirst(at)), site: context.ruleSite, at: place)
      } catch {
        return context.alert("'stick': error detected while parsing sticking condition : \(error.message).")
      }
    } else if !line[at].isEmpty {
      return context.alert("'stick': unknown keyword '\(line[at])'.")
    }
    let reference = context.use(
      table: named ? table : context.proxy.name, stores == .response ? .storeResponse : .stick, parsed.type)
    context.proxy.rules.sticking.append(
      StickRule(parsed.expression, table: reference, matches: matches, stores: stores, if: found))
    context.takeSampleWarnings()
  }
}

extension LoadContext {
  /// Notes that a rule of the current proxy uses a table, to be found when all sections are known.
  func use(table name: String, _ rule: TableUse.Rule, _ type: SampleType) -> TableReference {
    ruleState.tables.uses.append(
      TableUse(name: name, proxy: proxyIndex, proxyName: proxy.name, rule: rule, type: type))
    return TableReference(ruleState.tables.uses.count - 1)
  }
}

/// Finds the tables that rules name, and the peers that tables name.
@Sendable func completeTables(_ context: LoadContext) {
  context.model.tableReferences = context.ruleState.tables.uses.map { use in
    // What stands in `defaults` counts where it is taken over.
    let found = context.model.tables.firstIndex { $0.name == use.name }
    guard let found else {
      if use.proxy == nil && !context.hasHeirs(defaultsNamed: use.proxyName) { return 0 }
      switch use.rule {
      case .track(let action):
        context.alertPlain("Proxy '\(use.proxyName)': unable to find table '\(use.name)' referenced by \(action).")
      case .storeResponse: context.alertPlain("Proxy '\(use.proxyName)': unable to find store table '\(use.name)'.")
      case .stick: context.alertPlain("Proxy '\(use.proxyName)': unable to find stick-table '\(use.name)'.")
      }
      return 0
    }
    if !use.type.canCast(to: context.model.tables[found].sampleType) {
      switch use.rule {
      case .track(let action):
        context.alertPlain(
          "Proxy '\(use.proxyName)': stick-table '\(use.name)' uses a type incompatible with the '\(action)' rule.")
      case .stick, .storeResponse:
        context.alertPlain(
          "Proxy '\(use.proxyName)': type of fetch not usable with type of stick-table '\(use.name)'.")
      }
    }
    warnTracking(use, context)
    if use.rule.isStick {
      context.model.tables[found].layout.add(.serverID)
      context.model.tables[found].layout.add(.serverKey)
    }
    return found
  }
  findPeers(context)
  context.finishPeers()
  context.finishMailers()
}

/// The peers that tables name.
private func findPeers(_ context: LoadContext) {
  for index in context.model.tables.indices {
    guard let name = context.ruleState.tables.peerNames[index] else { continue }
    let owner = context.model.tables[index].name
    guard let peers = context.model.peers.firstIndex(where: { $0.name == name }) else {
      context.alertPlain("Proxy '\(owner)': unable to find sync peers '\(name)'.")
      continue
    }
    if context.model.peers[peers].isDisabled { continue }
    if context.model.peers[peers].localPeer == nil && context.model.peers[peers].isEmpty {
      context.alertPlain(
        "Proxy '\(owner)': unable to find local peer '\(context.options.localPeer)' in peers section '\(name)'.")
    }
    context.model.tables[index].peers = peers
  }
}

/// Tracking by `tcp-request content` in a frontend, where it comes too late or too early.
private func warnTracking(_ use: TableUse, _ context: LoadContext) {
  guard let fits = use.fitsSession, let index = use.proxy else { return }
  let proxy = context.model.proxies[index]
  if !proxy.accepts(.frontend) || proxy.rules.requestInspectDelay != nil && !fits { return }
  if !fits {
    context.warningPlain(
      "\(proxy.title) : a 'tcp-request content track-sc*' rule explicitly depending on request contents without any "
        + "'tcp-request inspect-delay' setting. This means that this rule will randomly find its contents. This can be "
        + "fixed by setting the tcp-request inspect-delay.")
  } else if proxy.mode == .http {
    context.warningPlain(
      "\(proxy.title) : a 'tcp-request content track-sc*' rule not depending on request contents for an HTTP frontend "
        + "should be executed at the session level, using a 'tcp-request session' rule (mandatory to track invalid HTTP "
        + "requests).")
  }
}
