// swift-tools-version: 6.2
import PackageDescription

// Fuzzers of the parsers, by libFuzzer. They stand in a package of their own, so that a plain build of Weir does not
// build them; `scripts/fuzz` builds and runs them. To add one: a folder in Sources with a `main.swift` that calls
// `fuzz`, its name in `fuzzers`, and seeds in Corpus/NAME.
let fuzzers = [
  "RequestHead", "ResponseHead", "Chunks", "ConfigLines", "ConfigFile", "Expressions", "ProxyHeader", "LogFormats",
]

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "weir", path: "..")],
  targets: [
    .target(name: "FuzzSupport", dependencies: [.product(name: "WeirParsers", package: "weir")])
  ]
    + fuzzers.map {
      .executableTarget(
        name: $0, dependencies: ["FuzzSupport", .product(name: "WeirParsers", package: "weir")])
    }
)
