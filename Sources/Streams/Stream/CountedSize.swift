import HTTP

extension HTTPMessage {
  /// Names and values alone: how trailers are counted.
  var countedFields: UInt64 {
    var size = 0
    var i = nextField(from: 0)
    while let at = i {
      size += self[at].name.count + self[at].value.count
      i = nextField(from: at + 1)
    }
    return UInt64(size)
  }
  /// The size of a head as statistics and `%B` count it: HAProxy counts its own form of a message, which holds the start
  /// line with 20 bytes of its own, names and values without their separators, and one byte for the end. Numbers of
  /// both proxies can so be compared.
  var countedSize: UInt64 {
    var size = 20 + 1 + 8 + droppedSize
    if kind == .request { size += methodName.count + target.count } else { size += 3 + reason.count }
    var i = nextField(from: 0)
    while let at = i {
      let field = self[at]
      size += field.name.count + field.value.count
      i = nextField(from: at + 1)
    }
    return UInt64(size)
  }
}
