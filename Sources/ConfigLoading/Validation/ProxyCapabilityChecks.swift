import ConfigSyntax
import Configuration

extension ProxyCapabilities {
  /// How messages call a section of these capabilities.
  var typeName: String {
    if contains(.defaults) { return "defaults" }
    if isSuperset(of: .listen) { return "proxy" }
    return contains(.frontend) ? "frontend" : "backend"
  }
  var name: String { contains(.frontend) ? "frontend" : "backend" }
}

extension ProxySettings {
  /// Whether settings of `capability` mean something here: `defaults` take all.
  func accepts(_ capability: ProxyCapabilities) -> Bool {
    self.capabilities.contains(.defaults) || !self.capabilities.isDisjoint(with: capability)
  }
  /// `frontend 'x'` and the like, as messages name it.
  var title: String { "\(self.capabilities.typeName) '\(self.name)'" }
}

extension LoadContext {
  /// Warns that `keyword` is ignored where it has no effect in this proxy. It is read all the same, and its errors told.
  func requires(_ capability: ProxyCapabilities, _ keyword: String, hint: String? = nil) {
    if proxy.accepts(capability) { return }
    warning("\(ignoredText(capability, keyword))\(hint.map { " \($0)" } ?? "")")
  }
  /// HAProxy's sentence about a keyword without effect.
  func ignoredText(_ capability: ProxyCapabilities, _ keyword: String) -> String {
    "'\(keyword)' ignored because \(proxy.title) has no \(capability.name) capability."
  }
  /// Whether the section is no `defaults`; else an error.
  func forbidsDefaults(_ keyword: String, tight: Bool = false) -> Bool {
    if !isInDefaults { return true }
    let text = "'\(keyword)' not allowed in 'defaults' section."
    if tight { alertTight(text) } else { alert(text) }
    return false
  }
  /// A form of a known keyword that Weir does not have yet.
  func refuse(_ what: String) {
    alert("'\(what)' in section '\(section?.rawValue ?? "")' is not implemented by Weir yet.")
  }
  /// `[file:line] : text`: how messages about servers begin.
  func alertAtPlace(_ text: String) { alertPlain("[\(line.file):\(line.number)] : \(text)") }
}
