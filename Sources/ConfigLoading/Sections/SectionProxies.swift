import ConfigSyntax
import Configuration

/// Opens `defaults`, `frontend`, `backend` and `listen` sections (manual section 4): names, duplicates, inheritance.
extension LoadContext {
  func openProxySection(_ line: ConfigLine, _ kind: SectionKind) {
    current = .none
    if kind == .defaults { openDefaults(line) } else { openProxy(line, kind) }
  }

  /// Letters, digits and `-_.:`, as names of proxies must be made; else the first scalar that is none of them.
  static func invalidNameScalar(_ name: String) -> Unicode.Scalar? {
    name.unicodeScalars.first { scalar in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", ":": false
      default: true
      }
    }
  }

  private func openDefaults(_ line: ConfigLine) {
    var name = line[1]
    var source = ""
    if line[1] == "from" && !line[2].isEmpty {
      name = ""
      source = line[2]
    } else if line[2] == "from" {
      source = line[3]
      if source.isEmpty { return alert("character '\0' is not permitted in defaults section name ''.") }
    }
    var settings = ProxySettings(name: name, location: location, capabilities: .defaults)
    sectionName = name.isEmpty ? "defaults" : name
    if !source.isEmpty {
      guard let parent = namedDefaults(source, wantedBy: "defaults", name) else { return }
      if !mayInherit(from: parent, as: .defaults) { return }
      settings = inherited(from: defaults[parent].settings, name: name, capabilities: .defaults)
    }
    defaults.append(DefaultsSection(settings: settings))
    current = .defaults(defaults.count - 1)
  }

  private func openProxy(_ line: ConfigLine, _ kind: SectionKind) {
    let name = line[1]
    if name.isEmpty { return abort("'\(kind.rawValue)' expects an <id> argument") }
    sectionName = name
    if let bad = Self.invalidNameScalar(name) {
      alert("character '\(bad)' is not permitted in '\(kind.rawValue)' name '\(name)'.")
    }
    let capabilities: ProxyCapabilities =
      switch kind {
      case .frontend: .frontend
      case .backend: .backend
      default: .listen
      }
    let twins = proxiesByName[name] ?? []
    if let index = twins.first(where: { clash(model.proxies[$0].capabilities, capabilities) }) {
      let twin = model.proxies[index]
      alertPlain(
        "Parsing [\(line.file):\(line.number)]: \(Self.word(capabilities)) '\(name)' has the same name as "
          + "\(Self.word(twin.capabilities)) '\(twin.name)' declared at \(twin.location.file):\(twin.location.line).")
    }
    if kind != .backend, let twin = model.logForwards.first(where: { $0.name == name }) {
      alertPlain(
        "Parsing [\(line.file):\(line.number)]: \(Self.word(capabilities)) '\(name)' has the same name as log forward "
          + "section '\(name)' declared at \(twin.location.file):\(twin.location.line).")
    }
    var hasSource = line[2] == "from" && !line[3].isEmpty
    if hasSource && !line[4].isEmpty {
      alert("'\(kind.rawValue)' cannot handle unexpected argument '\(line[4])'.")
      if kind == .backend { return }
      hasSource = false
    }
    var parent: Int?
    if hasSource {
      parent = namedDefaults(line[3], wantedBy: kind.rawValue, name)
      if parent == nil { return }
      defaults[parent ?? 0].isReferenced = true
    } else {
      parent = defaults.indices.last
    }
    checkAmbiguity(parent, isExplicit: hasSource)
    let extra = hasSource ? "" : line[2]
    if !extra.isEmpty && kind != .backend {
      return alertContinuing("please use the 'bind' keyword for listening addresses.")
    }
    if let parent, !mayInherit(from: parent, as: capabilities) { return }
    let base = parent.map { defaults[$0].settings }
    model.proxies.append(
      base.map { inherited(from: $0, name: name, capabilities: capabilities) }
        ?? ProxySettings(name: name, location: location, capabilities: capabilities))
    let index = model.proxies.count - 1
    proxiesByName[name, default: []].append(index)
    current = .proxy(index)
    defaultsOfProxy[index] = parent
  }

  /// Whether two proxies of one name cannot stand side by side: a `frontend` and a `backend` can, and so can a
  /// `backend` and a later `listen`.
  private func clash(_ old: ProxyCapabilities, _ new: ProxyCapabilities) -> Bool {
    new.contains(.frontend) ? old.contains(.frontend) : old.contains(.backend)
  }

  static func word(_ capabilities: ProxyCapabilities) -> String {
    capabilities == .listen ? "proxy" : capabilities == .frontend ? "frontend" : "backend"
  }

  /// The `defaults` section called `name`; an error where there is none, or more than one.
  private func namedDefaults(_ name: String, wantedBy kind: String, _ wanting: String) -> Int? {
    let found = defaults.indices.filter { defaults[$0].settings.name == name }
    guard let last = found.last else {
      abort("defaults section '\(name)' not found for \(kind) '\(wanting)'.")
      return nil
    }
    let place = defaults[last].settings.location
    if let bad = Self.invalidNameScalar(name) {
      alert(
        "character '\(bad)' is not permitted in defaults section name '\(name)' when designated by its name "
          + "(section found at \(place.file):\(place.line)).")
    }
    if found.count > 1, let first = found.dropLast().last {
      let other = defaults[first].settings.location
      alert(
        "ambiguous defaults section name '\(name)' referenced by \(kind) '\(wanting)' exists at least at "
          + "\(other.file):\(other.line) and \(place.file):\(place.line).")
    }
    return last
  }

  private func checkAmbiguity(_ parent: Int?, isExplicit: Bool) {
    guard let parent else { return }
    if !isExplicit { defaults[parent].isImplicit = true }
    guard defaults[parent].isImplicit && defaults[parent].isReferenced else { return }
    let place = defaults[parent].settings.location
    alertContinuing(
      "defaults section '\(defaults[parent].settings.name)' (declared at \(place.file):\(place.line)) is explicitly "
        + "referenced by another proxy and implicitly used here. To avoid any ambiguity don't mix both usage. Add a "
        + "last defaults section not explicitly used or always use explicit references.")
  }

  private func inherited(
    from parent: ProxySettings, name: String, capabilities: ProxyCapabilities
  ) -> ProxySettings {
    inheritedProxy(from: parent, name: name, location: location, capabilities: capabilities)
  }
}
