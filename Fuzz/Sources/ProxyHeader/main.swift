import Connections
import FuzzSupport
import Glibc
import Memory

/// A header that is whole is so with everything behind it too, and needs all of its bytes; its texts lie within it.
exit(
  fuzz { data, count in
    let input = unsafe Bytes(base: data, count: min(count, 16384))
    guard case .complete(let header) = ProxyHeader.parse(input) else { return 0 }
    check(header.length > 0 && header.length <= input.count, "length")
    if case .complete(let again) = ProxyHeader.parse(input.prefix(header.length)) {
      check(again.length == header.length && again.isBad == header.isBad, "its own bytes")
      check(again.source == header.source && again.destination == header.destination, "its addresses")
    } else {
      check(false, "whole with more behind it only")
    }
    if case .complete = ProxyHeader.parse(input.prefix(header.length - 1)) { check(false, "whole without its end") }
    check((header.authority?.count ?? 0) <= ProxyHeader.authorityLimit, "authority")
    check((header.uniqueID?.count ?? 0) <= ProxyHeader.uniqueIDLimit, "unique ID")
    return 0
  })
