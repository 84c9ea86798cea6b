/// The JSON schema of the statistics and of the process's information (`;json-schema`, `show schema json`).
public enum StatisticsSchema {
  /// Objects by their members in order: the text is the same each time.
  private indirect enum Node {
    case object([(String, Node)])
    case list([Node])
    case text(String)
    case number(Int)

    var json: String {
      switch self {
      case .object(let members): "{" + members.map { "\"\($0)\":\($1.json)" }.joined(separator: ",") + "}"
      case .list(let nodes): "[" + nodes.map(\.json).joined(separator: ",") + "]"
      case .text(let text): "\"\(text)\""
      case .number(let number): "\(number)"
      }
    }
  }

  public static let json: String =
    Node.object([
      ("$schema", .text("http://json-schema.org/draft-04/schema#")),
      ("oneOf", .list([information, statistics, error])),
      ("definitions", definitions),
    ]).json

  private static func reference(_ name: String) -> Node { .object([("$ref", .text("#/definitions/\(name)"))]) }
  private static func words(_ words: [String]) -> Node { .list(words.map { .text($0) }) }
  private static func integer(_ least: Int, _ most: Int? = nil) -> Node {
    .object(
      [("type", .text("integer")), ("minimum", .number(least))] + (most.map { [("maximum", .number($0))] } ?? []))
  }
  private static func array(_ title: String, _ properties: [(String, Node)], _ required: [String]) -> Node {
    .object([
      ("title", .text(title)), ("type", .text("array")),
      (
        "items",
        .object([
          ("title", .text("InfoItem")), ("type", .text("object")), ("properties", .object(properties)),
          ("required", words(required)),
        ])
      ),
    ])
  }

  private static let information = array(
    "Info",
    [
      ("field", reference("field")), ("processNum", reference("processNum")), ("tags", reference("tags")),
      ("value", reference("typedValue")),
    ], ["field", "processNum", "tags", "value"])

  private static let statistics = array(
    "Stat",
    [
      ("objType", .object([("enum", words(["Frontend", "Backend", "Listener", "Server", "Unknown"]))])),
      ("proxyId", integer(0)), ("id", integer(0)), ("field", reference("field")),
      ("processNum", reference("processNum")), ("tags", reference("tags")), ("typedValue", reference("typedValue")),
    ], ["objType", "proxyId", "id", "field", "processNum", "tags", "value"])

  private static let error = Node.object([
    ("title", .text("Error")), ("type", .text("object")),
    ("properties", .object([("errorStr", .object([("type", .text("string"))]))])), ("required", words(["errorStr"])),
  ])

  private static func choice(_ list: [String]) -> Node {
    .object([("type", .text("string")), ("enum", words(list))])
  }
  private static let definitions = Node.object([
    (
      "field",
      .object([
        ("type", .text("object")), ("pos", integer(0)), ("name", .object([("type", .text("string"))])),
        ("required", words(["pos", "name"])),
      ])
    ),
    ("processNum", integer(1)),
    (
      "tags",
      .object([
        ("type", .text("object")),
        ("origin", choice(["Metric", "Status", "Key", "Config", "Product", "Unknown"])),
        (
          "nature",
          choice([
            "Gauge", "Limit", "Min", "Max", "Rate", "Counter", "Duration", "Age", "Time", "Name", "Output", "Avg",
            "Unknown",
          ])
        ),
        ("scope", choice(["Cluster", "Process", "Service", "System", "Unknown"])),
        ("required", words(["origin", "nature", "scope"])),
      ])
    ),
    ("typedValue", typedValue),
  ])

  private static func value(_ kind: String, _ value: Node) -> (String, Node) {
    (
      kind + "Value",
      .object([
        ("properties", .object([("type", choice([kind])), ("value", value)])), ("required", words(["type", "value"])),
      ])
    )
  }
  private static let typedValue = Node.object([
    ("type", .text("object")),
    (
      "oneOf",
      .list(["s32", "s64", "u32", "u64", "str"].map { reference("typedValue/definitions/\($0)Value") })
    ),
    (
      "definitions",
      .object([
        value("s32", integer(-2_147_483_648, 2_147_483_647)),
        value("s64", integer(-9_007_199_254_740_991, 9_007_199_254_740_991)),
        value("u32", integer(0, 4_294_967_295)), value("u64", integer(0, 9_007_199_254_740_991)),
        value("str", .object([("type", .text("string"))])),
        (
          "unknownValue",
          .object([
            ("properties", .object([("type", integer(0)), ("value", choice(["unknown"]))])),
            ("required", words(["type", "value"])),
          ])
        ),
      ])
    ),
  ])
}
