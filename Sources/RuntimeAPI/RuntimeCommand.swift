/// The commands of the runtime API (management guide section 9.3) in the order of `help`.
enum RuntimeCommand: CaseIterable {
  case abortSSLCAFile, abortSSLCert, abortSSLCRLFile, addSSLCrtList
  case commitSSLCAFile, commitSSLCert, commitSSLCRLFile
  case delSSLCAFile, delSSLCert, delSSLCRLFile, delSSLCrtList
  case newSSLCAFile, newSSLCert, newSSLCRLFile
  case setSSLCAFile, setSSLCert, setSSLCRLFile, setSSLOCSPResponse, setSSLTLSKey
  case showSSLCAFile, showSSLCert, showSSLCRLFile, showSSLCrtList, showSSLOCSPResponse, showSSLProviders, showTLSKeys
  case addACL, addMap, addServer
  case clearACL, clearCounters, clearMap, clearTable
  case commitACL, commitMap
  case delACL, delMap, delServer
  case experimentalMode, expertMode
  case disableAgent, disableDynamicCookie, disableFrontend, disableHealth, disableServer
  case enableAgent, enableDynamicCookie, enableFrontend, enableHealth, enableServer
  case getACL, getMap, getVar, getWeight
  case operatorLevel
  case prepareACL, prepareMap
  case setDynamicCookieKey, setMap, setMaxconnFrontend, setMaxconnGlobal, setMaxconnServer, setRateLimit, setServer,
    setSeverityOutput,
    setTable,
    setTimeout,
    setWeight
  case setProfiling, showCache, showProfiling, showSchema, showStartupLogs, showTrace, trace
  case showACL, showActivity, showBackend, showCLILevel, showCLISockets, showEnv, showErrors, showEvents, showFD,
    showInfo,
    showLibs, showMap,
    showResolvers, showServersConn, showServersState, showSess, showStat, showTable, showThreads, showVersion
  case showPools, showTasks, showPeers
  case setVar
  case debugBug, debugCheck, debugClose, debugDelay, debugExit, debugFD, debugHex, debugLog, debugLoop, debugPanic,
    debugSched, debugStream, debugSym, debugTkill, debugWarn, debugWrite, httpClient
  case shutdownFrontend, shutdownSessionsServer, shutdownSession
  case userLevel
  case help, prompt, quit

  /// The words that name it, its arguments as `help` shows them, and what it does.
  var form: (words: String, arguments: String, text: String) {
    switch self {
    case .addACL: ("add acl", "[@<ver>] <acl> <pattern>", "add a pattern to an ACL")
    case .addMap: ("add map", "[@<ver>] <map> <key> <val>", "add an entry to a map, or those of a payload")
    case .addServer: ("add server", "<bk>/<srv>", "add a server to a backend")
    case .clearACL: ("clear acl", "[@<ver>] <acl>", "remove all patterns of an ACL")
    case .clearMap: ("clear map", "[@<ver>] <map>", "remove all entries of a map")
    case .commitACL: ("commit acl", "@<ver> <acl>", "use a prepared version of an ACL from now on")
    case .commitMap: ("commit map", "@<ver> <map>", "use a prepared version of a map from now on")
    case .delACL: ("del acl", "<acl> [<key>|#<ref>]", "remove patterns from an ACL")
    case .delMap: ("del map", "<map> [<key>|#<ref>]", "remove entries from a map")
    case .delServer: ("del server", "<bk>/<srv>", "delete a server that is in maintenance")
    case .getACL: ("get acl", "<acl> <value>", "tell what of an ACL a value matches")
    case .getMap: ("get map", "<acl> <value>", "tell what a map has for a value")
    case .prepareACL: ("prepare acl", "<acl>", "begin a new version of an ACL")
    case .prepareMap: ("prepare map", "<acl>", "begin a new version of a map")
    case .setDynamicCookieKey: ("set dynamic-cookie-key backend", "<bk> <k>", "change the key of dynamic cookies")
    case .setMap: ("set map", "<map> [<key>|#<ref>] <value>", "change an entry of a map")
    case .showACL: ("show acl", "[@<ver>] <acl>]", "list the ACLs, or the patterns of one")
    case .showMap: ("show map", "[@ver] [map]", "list the maps, or the entries of one")
    case .abortSSLCAFile, .abortSSLCert, .abortSSLCRLFile, .addSSLCrtList, .commitSSLCAFile, .commitSSLCert,
      .commitSSLCRLFile, .delSSLCAFile, .delSSLCert, .delSSLCRLFile, .delSSLCrtList, .newSSLCAFile, .newSSLCert,
      .newSSLCRLFile, .setSSLCAFile, .setSSLCert, .setSSLCRLFile, .setSSLOCSPResponse, .setSSLTLSKey, .showSSLCAFile,
      .showSSLCert, .showSSLCRLFile, .showSSLCrtList, .showSSLOCSPResponse, .showSSLProviders, .showTLSKeys:
      tlsForm
    case .clearCounters: ("clear counters", "[all]", "reset the highest values (or all counters)")
    case .clearTable: ("clear table", "<table> [<filter>]*", "remove entries of a stick table (filter: data, key)")
    case .disableAgent: ("disable agent", "", "stop the agent checks of a server")
    case .disableDynamicCookie: ("disable dynamic-cookie backend", "<bk>", "give servers no dynamic cookies any more")
    case .disableFrontend: ("disable frontend", "<frontend>", "pause the listeners of a frontend")
    case .disableHealth: ("disable health", "", "stop the health checks of a server")
    case .disableServer: ("disable server", "(DEPRECATED)", "put a server into maintenance (see 'set server')")
    case .enableAgent: ("enable agent", "", "resume the agent checks of a server")
    case .enableDynamicCookie:
      ("enable dynamic-cookie backend", "<bk>", "give the servers of a backend dynamic cookies")
    case .enableFrontend: ("enable frontend", "<frontend>", "resume the listeners of a frontend")
    case .enableHealth: ("enable health", "", "resume the health checks of a server")
    case .enableServer: ("enable server", " (DEPRECATED)", "end a server's maintenance (see 'set server')")
    case .getVar: ("get var", "<name>", "tell the value of a variable of the process")
    case .setProfiling: ("set profiling", "<what> {auto|on|off}", "switch the measuring of tasks or memory")
    case .showCache: ("show cache", "", "tell what caches hold")
    case .showProfiling: ("show profiling", "[<what>|<#lines>|byaddr]*", "tell what tasks and memory cost")
    case .showSchema: ("show schema json", "", "tell the JSON schema of the statistics")
    case .showStartupLogs: ("show startup-logs", "", "tell what was said at start")
    case .showTrace: ("show trace", "[<module>]", "tell the state of traces")
    case .trace: ("trace", "[<module>|0] [cmd [args...]]", "list the sources of traces, or stop all (0)")
    case .getWeight: ("get weight", "<bk>/<srv>", "tell the weight of a server")
    case .operatorLevel: ("operator", "", "go down to level operator in this session")
    case .setMaxconnFrontend: ("set maxconn frontend", "<frontend> <value>", "change the maxconn of a frontend")
    case .setMaxconnGlobal: ("set maxconn global", "<value>", "change the maxconn of the process")
    case .setMaxconnServer: ("set maxconn server", "<bk>/<srv>", "change the maxconn of a server")
    case .setRateLimit: ("set rate-limit", "<setting> <value>", "change a rate limit")
    case .setServer: ("set server", "<bk>/<srv> [opts]", "change state, weight or address of a server")
    case .setSeverityOutput: ("set severity-output", "[none|number|string]", "show the severity of messages")
    case .setTable: ("set table", "<table> key <k> [data.* <v>]*", "make or change an entry of a stick table")
    case .setTimeout: ("set timeout", "[cli] <delay>", "change a timeout")
    case .setWeight: ("set weight", "<bk>/<srv>  (DEPRECATED)", "change the weight of a server (see 'set server')")
    case .experimentalMode: ("experimental-mode", "[on|off]", "let this session use experimental commands")
    case .expertMode: ("expert-mode", "[on|off]", "let this session use commands for experts")
    case .showActivity: ("show activity", "", "tell what each thread has done")
    case .showEvents: ("show events", "[<sink>] [-w] [-n]", "tell the lines of a ring")
    case .showFD: ("show fd", "[num]", "list the descriptors in use, or one of them")
    case .showLibs: ("show libs", "", "list the object files and libraries loaded")
    case .showResolvers: ("show resolvers", "[id]", "tell what the name servers of resolvers sections answered")
    case .showSess: ("show sess", "[id]", "list the sessions, or tell all about one")
    case .showTable: ("show table", "<table> [<filter>]*", "tell of stick tables, or of one and its entries")
    case .showThreads: ("show threads", "", "tell the state of each thread")
    case .shutdownSession: ("shutdown session", "[id]", "end one session")
    case .showBackend: ("show backend", "", "list the backends")
    case .showCLILevel: ("show cli level", "", "tell the level of this session")
    case .showCLISockets: ("show cli sockets", "", "list the sockets of the runtime API")
    case .showEnv: ("show env", "[var]", "list the environment of the process")
    case .showErrors: ("show errors", "[<px>] [request|response]", "tell the last invalid messages of each proxy")
    case .showInfo: ("show info", "[desc|json|typed|float]*", "report information about the running process")
    case .showServersConn: ("show servers conn", "[<backend>]", "tell the connections to servers")
    case .showServersState: ("show servers state", "[<backend>]", "tell the state of servers, to be loaded later")
    case .showStat: ("show stat", "[desc|json|no-maint|typed|up]*", "tell the counters of each proxy and server")
    case .showVersion: ("show version", "", "tell the version of the process")
    case .shutdownFrontend: ("shutdown frontend", "<frontend>", "stop a frontend for good")
    case .shutdownSessionsServer: ("shutdown sessions server", "<bk>/<srv>", "end the sessions of a server")
    case .showPools: ("show pools", "", "tell what the pools of memory hold")
    case .showTasks: ("show tasks", "", "tell what is about to run")
    case .showPeers: ("show peers", "[dict|-] [section]", "tell of peers sections, their peers and shared tables")
    case .setVar: ("set var", "<name> [fmt|expr] {<fmt>|<expr>}", "set a variable of the process")
    case .debugBug, .debugCheck, .debugClose, .debugDelay, .debugExit, .debugFD, .debugHex, .debugLog, .debugLoop,
      .debugPanic, .debugSched, .debugStream, .debugSym, .debugTkill, .debugWarn, .debugWrite, .httpClient:
      expertForm
    case .userLevel: ("user", "", "go down to level user in this session")
    case .help: ("help", "[<command>]", "list the commands, all or those that match")
    case .prompt: ("prompt", "", "toggle the interactive mode")
    case .quit: ("quit", "", "disconnect")
    }
  }
  /// The words that name it.
  static let names: [(command: RuntimeCommand, words: [String])] = allCases.map { command in
    (command, command.form.words.split(separator: " ").map(String.init))
  }.sorted { $0.words.lexicographicallyPrecedes($1.words) }
  /// What `help` tells a session of, in its order.
  static func entries(of access: SessionAccess) -> [CommandHelp.Entry] {
    listed.filter { access.isOn($0.mode) }.map(\.entry)
  }
  private static let listed = names.filter { $0.command != .expertMode && $0.command != .experimentalMode }.map {
    name in
    let form = name.command.form
    return (
      mode: name.command.mode,
      entry: CommandHelp.Entry(
        form.arguments.isEmpty ? form.words : "\(form.words) \(form.arguments)", form.text, words: name.words,
        isBasic: [.help, .prompt, .quit].contains(name.command))
    )
  }

  /// The command that these words name, and how many of them do.
  static func find(_ words: [String]) -> (RuntimeCommand, Int)? {
    for (command, name) in names where words.starts(with: name) { return (command, name.count) }
    return nil
  }
}
