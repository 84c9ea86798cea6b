/// The list of commands that `-dKcli` prints, in HAProxy's layout: those that are implemented here.
public enum CommandListing {
  /// `ofMaster`: the commands that the master's socket has.
  public static func text(ofMaster: [String]) -> String {
    var marks = ["_getsocks": "[WORKER] "]
    for name in ofMaster { marks[name] = "[MASTER] " }
    for (_, words) in RuntimeCommand.names { marks[words.joined(separator: " "), default: ""] += "[WORKER] " }
    let lines = marks.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return "# List of registered CLI keywords:\n" + lines.map { "\($0.key) \($0.value)\n" }.joined()
  }
}
