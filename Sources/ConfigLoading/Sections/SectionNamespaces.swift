import ConfigSyntax
import Configuration
import System

/// `namespace_list` sections: namespaces that a PROXY header may name though no `bind` or `server` line does. HAProxy's
/// manual leaves the section out; what it says to it is what is said here.
extension LoadContext {
  /// Other words than `namespace` are passed over, as in HAProxy.
  func readInNamespaceList(_ line: ConfigLine) {
    if line.keyword != "namespace" { return }
    var place = 1
    while !line[place].isEmpty {
      let name = line[place]
      if let bad = Self.invalidNameScalar(name) {
        return alertTight("character '\(bad)' is not permitted in 'namespace' name '\(name)'.")
      }
      if model.namespaces.contains(name) { return alertTight("Namespace '\(name)' is already added.") }
      if !addNamespace(name) { return alertTight("Cannot open namespace '\(name)'.") }
      place += 1
    }
  }

  /// Opens it, for a chroot would hide it later. False where there is no such namespace.
  func addNamespace(_ name: String) -> Bool {
    if model.namespaces.contains(name) { return true }
    if NetworkNamespace.named(name) == nil { return false }
    model.namespaces.append(name)
    return true
  }
}
