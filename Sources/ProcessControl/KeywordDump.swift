import ConfigLoading
import RuntimeAPI

/// The lists that `-dK` prints once the configuration is read.
enum KeywordDump {
  /// The texts of the named classes, in their order; what is no class is passed over, as HAProxy does.
  static func texts(classes: [String]) -> [String] {
    var texts: [String] = []
    for name in classes {
      switch name {
      case "help": texts.append(KeywordListing.help)
      case "support": texts.append(SupportPage.text)
      case "all": texts += KeywordListing.classes.compactMap { text(ofClass: $0) }
      default: text(ofClass: name).map { texts.append($0) }
      }
    }
    return texts
  }

  private static func text(ofClass name: String) -> String? {
    name == "cli" ? CommandListing.text(ofMaster: MasterCommand.names) : KeywordListing.text(ofClass: name)
  }
}
