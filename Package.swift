// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled in Swift 6 mode with strict memory safety. Outside the few targets that are allowed
/// to write `unsafe` (see ARCHITECTURE.md) each warning of either kind is an error.
let common: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableExperimentalFeature("Lifetimes"),
  .treatWarning("StrictMemorySafety", as: .error),
  // Exclusive access is checked at run time in debug builds, which all tests and sanitizers run; here it would cost a
  // twentieth of a request.
  .unsafeFlags(["-cross-module-optimization", "-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

func target(_ name: String, _ dependencies: [String]) -> Target {
  .target(name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, swiftSettings: common)
}

func tests(_ name: String, _ dependencies: [String], exclude: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: ([name] + dependencies).map { .init(stringLiteral: $0) }, exclude: exclude,
    swiftSettings: common)
}

let bytes: [Target] = [
  .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
  .systemLibrary(name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
  .target(name: "CLinux", linkerSettings: [.linkedLibrary("crypt")]),
  target("Primitives", []),
  target("Memory", ["CLinux", "Primitives"]),
  target("System", ["CLinux", "Primitives", "Memory"]),
  target("EventLoop", ["System", "Memory", "Primitives"]),
]

let wire: [Target] = [
  target("TLS", ["COpenSSL", "System", "Memory", "Primitives"]),
  target("HTTP", ["Memory", "Primitives"]),
  target("DNS", ["Primitives"]),
  target("Compression", ["CZlib", "Memory"]),
  target("Cache", ["HTTP", "Memory", "Primitives"]),
  target("HTTP1", ["HTTP", "Memory", "Primitives"]),
  target("HTTP2", ["CNGHTTP2", "HTTP", "HTTP1", "Memory", "Primitives"]),
  target("Connections", ["TLS", "EventLoop", "System", "Memory", "Primitives", "HTTP", "HTTP1"]),
]

let policy: [Target] = [
  target("Samples", ["HTTP", "Memory", "Primitives", "System", "CPCRE2", "COpenSSL"]),
  target("TLSFetches", ["Samples", "TLS", "Memory"]),
  target("LogFormat", ["Samples", "HTTP", "System", "Memory", "Primitives"]),
  target("StickTables", ["Samples", "Memory", "Primitives"]),
  target("Rules", ["Samples", "LogFormat", "StickTables", "HTTP", "Memory", "Primitives"]),
]

let config: [Target] = [
  target("ConfigSyntax", ["Primitives", "System"]),
  target(
    "Configuration",
    [
      "Rules", "Cache", "Compression", "LogFormat", "Samples", "StickTables", "HTTP", "TLS", "Memory", "Primitives",
      "ConfigSyntax",
    ]),
  target(
    "ConfigLoading",
    [
      "Cache", "Configuration", "ConfigSyntax", "Rules", "LogFormat", "Samples", "StickTables", "HTTP", "HTTP1", "TLS",
      "System",
      "Compression", "Memory", "Primitives",
    ]),
]

let proxy: [Target] = [
  target("LoadBalancing", ["Configuration", "Memory", "Primitives"]),
  target(
    "Proxies", ["Cache", "LoadBalancing", "Configuration", "StickTables", "TLS", "System", "Memory", "Primitives"]),
  target(
    "Observability",
    [
      "Proxies", "Configuration", "EventLoop", "LogFormat", "Samples", "HTTP", "TLS", "System", "Memory", "Primitives",
    ]),
  target("Resolution", ["Proxies", "Configuration", "DNS", "EventLoop", "System", "Memory", "Primitives"]),
  target(
    "Peers",
    [
      "Proxies", "StickTables", "Configuration", "Connections", "EventLoop", "TLS", "System", "Memory", "Primitives",
    ]),
  target(
    "LogForwarding",
    [
      "Observability", "Proxies", "Configuration", "Connections", "EventLoop", "TLS", "System", "Memory", "Primitives",
    ]),
  target("StatsPage", ["Observability", "Proxies", "Configuration", "Memory", "Primitives"]),
  target(
    "Prometheus",
    ["Observability", "Proxies", "StickTables", "LoadBalancing", "Configuration", "Memory", "Primitives"]),
  target(
    "HealthChecks",
    [
      "Observability", "Proxies", "Configuration", "Connections", "EventLoop", "HTTP", "HTTP1", "HTTP2", "LogFormat",
      "Samples", "TLS", "TLSFetches", "System", "Memory", "Primitives",
    ]),
  target(
    "Streams",
    [
      "Cache", "Compression",
      "Prometheus", "StatsPage", "Observability", "Proxies", "LoadBalancing", "Configuration", "Connections",
      "EventLoop", "HTTP",
      "HTTP1", "HTTP2",
      "Rules",
      "LogFormat", "Samples", "StickTables", "TLS", "TLSFetches", "System", "Memory", "Primitives",
    ]),
  target(
    "RuntimeAPI",
    [
      "Cache", "Streams", "Resolution", "HealthChecks", "Observability", "Proxies", "LoadBalancing", "ConfigLoading",
      "Configuration", "ConfigSyntax", "Connections", "EventLoop", "System", "Samples", "StickTables", "TLS", "Memory",
      "Primitives",
    ]),
  target(
    "ProcessControl",
    [
      "RuntimeAPI", "Resolution", "Peers", "LogForwarding", "Streams", "HealthChecks", "Observability", "Proxies",
      "ConfigLoading",
      "Configuration",
      "ConfigSyntax", "EventLoop", "TLS", "System", "Memory", "Primitives",
    ]),
  .executableTarget(name: "weir", dependencies: ["ProcessControl"], swiftSettings: common),
]

let testTargets: [Target] = [
  .testTarget(name: "ArchitectureTests", swiftSettings: [.swiftLanguageMode(.v6)]),
  tests("Primitives", []),
  tests("Memory", ["Primitives"]),
  tests("System", ["Memory", "Primitives"]),
  tests("EventLoop", ["System", "Memory", "Primitives"]),
  tests("TLS", ["System", "Memory", "Primitives"]),
  tests("DNS", ["Primitives"]),
  tests("HTTP1", ["HTTP", "Memory", "Primitives"]),
  tests("Samples", ["HTTP", "Memory", "Primitives", "System"], exclude: ["Tables"]),
  tests("Cache", ["HTTP", "Memory"]),
  tests("StickTables", ["Samples", "Memory", "Primitives"]),
  tests("LogFormat", ["Samples", "HTTP", "Memory", "Primitives"]),
  tests("Rules", ["Samples", "HTTP", "Memory", "Primitives"]),
  tests("ConfigSyntax", ["Primitives"]),
  tests("ConfigLoading", ["Configuration", "ConfigSyntax", "Primitives", "Rules"]),
  tests("LoadBalancing", ["Configuration", "Memory", "Primitives"]),
  tests("Proxies", ["Configuration", "System", "Memory", "Primitives"]),
  tests("LogForwarding", ["Observability", "Memory"]),
  tests("HealthChecks", ["Proxies", "Configuration", "Memory"]),
  tests("RuntimeAPI", ["Observability", "Proxies", "Configuration", "EventLoop", "System", "Memory", "Primitives"]),
  tests("StatsPage", ["Observability", "Proxies", "Configuration", "Memory", "Primitives", "System"]),
  tests("Prometheus", ["Observability", "Proxies", "Configuration", "Memory", "Primitives", "System"]),
  tests("Observability", ["Proxies", "Configuration", "LogFormat", "Samples", "System", "Memory", "Primitives"]),
]

let package = Package(
  name: "weir",
  products: [
    .executable(name: "weir", targets: ["weir"]),
    // For the packages under Fuzz and Benchmarks, which stand apart so that a plain build does not build them.
    .library(
      name: "WeirParsers",
      targets: [
        "HTTP1", "HTTP", "Memory", "Primitives", "ConfigSyntax", "ConfigLoading", "Connections", "Samples", "LogFormat",
      ]),
  ],
  targets: bytes + wire + policy + config + proxy + testTargets
)
