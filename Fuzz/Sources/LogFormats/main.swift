import FuzzSupport
import Glibc
import LogFormat
import Samples

let site = ExpressionSite(file: "f", line: 1, proxy: "p")

/// The first byte chooses the options, the rest is a format string.
exit(
  fuzz { data, count in
    guard count > 0 else { return 0 }
    let text = String(
      String.UnicodeScalarView((1..<count).map { Unicode.Scalar(data[$0]) }))
    // No files and no host names.
    if text.contains("map") || text.contains("jwt_verify") { return 0 }
    let compiler = SampleCompiler()
    let options = data[0]
    _ = try? LogFormat(
      text, flags: options & 1 == 0 ? .logLine : .mergeSpaces, isHTTP: options & 2 == 0,
      places: CheckPoints(options & 4 == 0 ? .log : .frontendRequestHeader), site: site, compiler: compiler)
    _ = compiler.takeWarnings()
    return 0
  })
