import CLinux

/// Looking for bytes in heap arrays: for the control plane.
public enum ArraySearch {
  /// Whether `part` stands somewhere in `text`; nothing stands everywhere.
  public static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    unsafe text.withUnsafeBytes { text in
      unsafe part.withUnsafeBytes { part in
        unsafe part.isEmpty || weir_memmem(text.baseAddress, text.count, part.baseAddress, part.count) != nil
      }
    }
  }
}
