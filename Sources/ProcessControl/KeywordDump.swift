/// The lists that `-dK` prints.
enum KeywordDump {
  static func texts(classes: [String]) -> [String] { [] }
}
