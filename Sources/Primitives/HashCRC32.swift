extension Hash {
  /// The checksum of Ethernet, gzip and PNG (polynomial 04C11DB7, reflected).
  public static func crc32(_ bytes: some ByteView) -> UInt32 { crc(bytes, ethernetTable) }
  /// The Castagnoli checksum (polynomial 1EDC6F41, reflected), as in the PROXY protocol.
  public static func crc32c(_ bytes: some ByteView) -> UInt32 { crc(bytes, castagnoliTable) }

  private static let ethernetTable = table(reflected: 0xedb8_8320)
  private static let castagnoliTable = table(reflected: 0x82f6_3b78)

  private static func table(reflected polynomial: UInt32) -> [UInt32] {
    (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ polynomial : crc >> 1 }
    }
  }

  private static func crc(_ bytes: some ByteView, _ table: [UInt32]) -> UInt32 {
    var crc = UInt32.max
    for i in 0..<bytes.count { crc = crc >> 8 ^ table[Int((crc ^ UInt32(bytes[i])) & 0xff)] }
    return ~crc
  }
}
