import HTTP
import Memory
import System

extension SampleCompiler {
  /// Checks the arguments of a fetch as it wants them and compiles them. Names that stand for other parts of the
  /// configuration are left out; they are filled in later.
  func fetchArguments(_ descriptor: FetchDescriptor, _ parsed: [ParsedArgument]) throws(SampleError) -> Arguments {
    var arguments = Arguments()
    for (i, argument) in parsed.enumerated() {
      switch argument {
      case .integer(let value): arguments[i] = .integer(value)
      case .string(let text): arguments[i] = .text(keep(text))
      case .ipv4(let address): arguments[i] = .mask(address.bits)
      case .ipv6(let address): arguments[i] = .mask6(address)
      default: continue
      }
    }
    let text = parsed.string(0)
    switch descriptor.id {
    case .bool: arguments.first = .integer(try SampleCompiler.boolean(text) ? 1 : 0)
    case .bin:
      // HAProxy has no words for this.
      if text.isEmpty { throw SampleError("(null)") }
      do { arguments.first = .text(keep(try Pattern.binary(Bytes(permanent: text)))) } catch {
        throw SampleError(error.message)
      }
    case .variable:
      do { arguments.first = .variable(try variables.register(String(bytes: text))) } catch {
        throw SampleError(error.message)
      }
    case .env:
      arguments.first = OwnProcess.environment(String(bytes: text)).map { .text(keep($0.bytes)) } ?? .none
    case .hdr, .reqHdr, .reqFhdr, .resHdr, .resFhdr, .reqHdrIp, .reqHdrVal, .resHdrIp, .resHdrVal:
      if let occurrence = parsed.integer(1), occurrence < -10 {
        throw SampleError("header occurrence must be >= -10")
      }
      arguments.first = headerArgument(parsed)
    case .reqHdrCnt, .reqFhdrCnt, .resHdrCnt, .resFhdrCnt: arguments.first = headerArgument(parsed)
    case .date:
      arguments.second = .integer(try SampleCompiler.timeUnit(parsed.string(1), default: 0))
    case .uuid:
      if let version = parsed.integer(0), version != 4 { throw SampleError("Unsupported UUID version: '\(version)'") }
    case .fcRtt, .fcRttvar, .fcUnacked, .fcSacked, .fcRetrans, .fcFackets, .fcLost, .fcReordering:
      switch String(bytes: text) {
      case "": arguments.first = .integer(0)
      case "us": arguments.first = .integer(1)
      case "ms": arguments.first = .integer(0)
      default: throw SampleError("expects 'us' or 'ms', got '\(String(bytes: text))'")
      }
    case .payloadLv, .reqPayloadLv, .resPayloadLv: try payloadArguments(parsed, &arguments)
    case .distccBody, .distccParam:
      if text.count != 4 { throw SampleError("token name must be exactly 4 characters") }
    case .meth: arguments.first = .text(keep(text))
    case .internalHtxBlkType, .internalHtxBlkSize, .internalHtxBlkData, .internalHtxBlkHdrname, .internalHtxBlkHdrval,
      .internalHtxBlkStartLine:
      arguments.first = .integer(try SampleCompiler.blockPosition(text))
    case .sslCIDn, .sslCSDn, .sslFIDn, .sslFSDn, .sslSIDn, .sslSSDn:
      let format = String(bytes: parsed.string(2))
      if format != "" && format != "rfc2253" {
        throw SampleError("only rfc2253 or a blank value are currently supported as the format argument.")
      }
    default: break
    }
    return arguments
  }

  /// The name of a header. An empty text, which is not the same as no argument, stands for any.
  private func headerArgument(_ parsed: [ParsedArgument]) -> Argument {
    guard let name = parsed.first?.string else { return .none }
    return name.isEmpty ? .text(Bytes()) : .header(HTTPHeaderName(permanent: keep(name)))
  }

  static func boolean(_ text: [UInt8]) throws(SampleError) -> Bool {
    switch String(bytes: text).lowercased() {
    case "true", "1": return true
    case "false", "0": return false
    default: throw SampleError("Expects 'true', 'false', '0' or '1'")
    }
  }

  /// 0 for seconds, 1 for milliseconds, 2 for microseconds.
  static func timeUnit(_ text: [UInt8], default value: Int64) throws(SampleError) -> Int64 {
    switch String(bytes: text) {
    case "": return value
    case "s": return 0
    case "ms": return 1
    case "us": return 2
    default: throw SampleError("expects 's', 'ms' or 'us', got '\(String(bytes: text))'")
    }
  }

  /// Offset and length of a length, and where the payload starts: absolute, or (marked in the fourth argument) relative
  /// to the end of the length. HAProxy halves an absolute place, and takes an odd one for relative; so do we.
  private func payloadArguments(_ parsed: [ParsedArgument], _ arguments: inout Arguments) throws(SampleError) {
    if parsed.integer(1) == 0 { throw SampleError("payload length must be > 0") }
    let offset = parsed.string(2)
    if offset.isEmpty {
      arguments.third = .none
      return
    }
    guard let value = ArgumentParser.integer(offset) else { throw SampleError("payload offset2 is not a number") }
    let isSigned = offset[0] == UInt8(ascii: "+") || offset[0] == UInt8(ascii: "-")
    if isSigned, let start = parsed.integer(0), let length = parsed.integer(1), start &+ length &+ value < 0 {
      throw SampleError("payload offset2 too negative")
    }
    arguments.third = .integer(isSigned ? value : value >> 1)
    arguments.fourth = .integer(isSigned || value & 1 != 0 ? 1 : 0)
  }

  /// A block of a message by number, or by one of the names `head` (-1), `tail` (-2), `first` (-3).
  private static func blockPosition(_ text: [UInt8]) throws(SampleError) -> Int64 {
    switch String(bytes: text) {
    case "":
      throw SampleError("a block position is expected (> 0) or a special block name (head, tail, first)")
    case "head": return -1
    case "tail": return -2
    case "first": return -3
    default:
      guard let position = ArgumentParser.integer(text), position >= 0 else {
        throw SampleError("invalid block position")
      }
      return position
    }
  }
}
