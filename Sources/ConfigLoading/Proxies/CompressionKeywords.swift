import Compression
import ConfigSyntax
import Configuration

/// `compression` and `filter` (manual section 4.2).
let compressionKeywords: [KeywordEntry] = [
  KeywordEntry("compression", .proxies) { context, line in
    switch line[1] {
    case "algo": readAlgorithms(context, line)
    case "type":
      if line[2].isEmpty { return context.alert("'compression' expects <type>.") }
      var settings = context.proxy.compression ?? CompressionSettings()
      var at = 2
      while !line[at].isEmpty {
        settings.types.insert(line[at].lowercased(), at: 0)
        at += 1
      }
      context.proxy.compression = settings
    case "offload":
      if context.isInDefaults {
        return context.warning("'compression' : 'offload' ignored in 'defaults' section.")
      }
      var settings = context.proxy.compression ?? CompressionSettings()
      settings.offloads = true
      context.proxy.compression = settings
    default: context.alert("'compression' expects 'algo', 'type' or 'offload'")
    }
  },
  KeywordEntry("filter", .proxies) { context, line in
    let place = "parsing [\(line.file):\(line.number)] : "
    if context.isInDefaults { return context.alert("\(place)filter is not allowed in a 'default' section.") }
    switch line[1] {
    case "": context.alert("\(place)missing argument for 'filter' in proxy '\(context.proxy.name)'.")
    case "compression":
      if context.proxy.hasCompressionFilter {
        return context.alert("'filter' : '\(context.proxy.name): Proxy supports only one compression filter\n'")
      }
      if !line[2].isEmpty { return context.alert("'filter compression' : unknown keyword '\(line[2])'.") }
      context.proxy.hasCompressionFilter = true
    case "cache":
      context.readCacheFilter(line)
    case "spoe":
      if line[2].isEmpty { return context.alert("'filter' : ''spoe' : missing config file'") }
      context.refuse("filter spoe")
    case "trace", "fcgi-app", "opentracing": context.refuse("filter \(line[1])")
    default:
      context.alert(
        "'filter' : unknown keyword '\(line[1])'. Registered keywords :\n    [CACHE] cache\n    [COMP] compression\n"
          + "    [FCGI] fcgi-app\n    [  OT] opentracing\n    [SPOE] spoe\n    [TRACE] trace")
    }
  },
]

private func readAlgorithms(_ context: LoadContext, _ line: ConfigLine) {
  if line[2].isEmpty {
    return context.alert("parsing [\(line.file):\(line.number)] : 'compression' expects <algorithm>.")
  }
  var settings = context.proxy.compression ?? CompressionSettings()
  var at = 2
  while !line[at].isEmpty {
    let form: CompressionForm
    switch line[at] {
    case "identity": form = .identity
    case "gzip": form = .gzip
    case "deflate": form = .deflate
    case "raw-deflate": form = .rawDeflate
    default: return context.alert("'compression' : '\(line[at])' is not a supported algorithm.")
    }
    settings.forms.insert(form, at: 0)
    at += 1
  }
  context.proxy.compression = settings
}
