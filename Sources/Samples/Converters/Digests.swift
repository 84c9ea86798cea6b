// The one place of this target that touches OpenSSL, and with it one of the two where `unsafe` may stand.
import COpenSSL
import Memory

/// A message digest of OpenSSL, found by name when the configuration is read.
@safe struct Digest: Sendable {
  nonisolated(unsafe) fileprivate let method: OpaquePointer
  init?(name: String) {
    guard !name.isEmpty, let found = unsafe EVP_get_digestbyname(name) else { return nil }
    unsafe method = found
  }
}

/// A public key that web tokens are verified with.
@safe final class PublicKey: Sendable {
  nonisolated(unsafe) fileprivate let key: OpaquePointer

  /// Reads a public key in PEM form; nil where there is none in it. (HAProxy takes no certificate either.)
  init?(pem: [UInt8]) {
    guard let bio = unsafe BIO_new_mem_buf(pem, Int32(clamping: pem.count)) else { return nil }
    defer { unsafe BIO_free(bio) }
    guard let found = unsafe PEM_read_bio_PUBKEY(bio, nil, nil, nil) else {
      ERR_clear_error()
      return nil
    }
    unsafe key = found
  }
  deinit { unsafe EVP_PKEY_free(key) }
}

/// One worker's contexts for digests and ciphers: results go into an arena.
@safe final class Digester {
  private let context: OpaquePointer?
  private let cipher: OpaquePointer?

  init() {
    unsafe context = EVP_MD_CTX_new()
    unsafe cipher = EVP_CIPHER_CTX_new()
  }
  deinit {
    unsafe EVP_MD_CTX_free(context)
    unsafe EVP_CIPHER_CTX_free(cipher)
  }

  func hash(_ digest: Digest, _ text: Bytes, _ arena: ByteArena) -> Bytes? {
    if arena.room < Int(EVP_MAX_MD_SIZE) { return nil }
    arena.begin()
    let length = unsafe arena.appendUnsafe(limit: Int(EVP_MAX_MD_SIZE)) { out in
      unsafe text.withUnsafeBytes { bytes in
        var length: UInt32 = 0
        guard unsafe EVP_DigestInit_ex(context, digest.method, nil) == 1,
          unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1,
          unsafe EVP_DigestFinal_ex(context, out.baseAddress?.assumingMemoryBound(to: UInt8.self), &length) == 1
        else { return 0 }
        return Int(length)
      }
    }
    return length > 0 ? arena.finish() : nil
  }

  func mac(_ digest: Digest, key: Bytes, _ text: Bytes, _ arena: ByteArena) -> Bytes? {
    if arena.room < Int(EVP_MAX_MD_SIZE) { return nil }
    arena.begin()
    let length = unsafe arena.appendUnsafe(limit: Int(EVP_MAX_MD_SIZE)) { out in
      unsafe text.withUnsafeBytes { bytes in
        unsafe key.withUnsafeBytes { key in
          var length: UInt32 = 0
          let made = unsafe HMAC(
            digest.method, key.baseAddress, Int32(clamping: key.count),
            bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count,
            out.baseAddress?.assumingMemoryBound(to: UInt8.self), &length)
          return unsafe made == nil ? 0 : Int(length)
        }
      }
    }
    return length > 0 ? arena.finish() : nil
  }

  /// Whether `signature` over `text` was made by the owner of `key`. Signatures of elliptic curves come as the two
  /// numbers side by side (RFC 7518 section 3.4).
  /// Nil where that form is broken.
  func verify(_ digest: Digest, _ key: PublicKey, _ text: Bytes, _ signature: Bytes, isCurve: Bool) -> Bool? {
    var form = signature.array
    if isCurve {
      guard let made = Digester.sequence(form) else { return nil }
      form = made
    }
    defer { ERR_clear_error() }
    return unsafe text.withUnsafeBytes { bytes in
      // What is left of another key would spoil the context.
      _ = unsafe EVP_MD_CTX_reset(context)
      guard unsafe EVP_DigestVerifyInit(context, nil, digest.method, nil, key.key) == 1 else { return false }
      return unsafe EVP_DigestVerify(
        context, form, form.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count) == 1
    }
  }

  /// The two numbers of a signature as the ASN.1 sequence that OpenSSL reads.
  private static func sequence(_ pair: [UInt8]) -> [UInt8]? {
    if pair.isEmpty || pair.count % 2 != 0 || pair.count > 132 { return nil }
    var body: [UInt8] = []
    for half in [pair.prefix(pair.count / 2), pair.suffix(pair.count / 2)] {
      var digits = Array(half.drop { $0 == 0 })
      if digits.isEmpty || digits[0] & 0x80 != 0 { digits.insert(0, at: 0) }
      body += [2, UInt8(digits.count)] + digits
    }
    return (body.count < 128 ? [0x30, UInt8(body.count)] : [0x30, 0x81, UInt8(body.count)]) + body
  }

  /// AES in Galois/Counter mode; nil where the tag does not fit or an argument has a wrong length.
  func decryptGCM(bits: Int64, nonce: Bytes, key: Bytes, tag: Bytes, _ text: Bytes, _ arena: ByteArena) -> Bytes? {
    let method =
      unsafe bits == 128 ? EVP_aes_128_gcm() : bits == 192 ? EVP_aes_192_gcm() : EVP_aes_256_gcm()
    guard Int64(key.count) * 8 == bits, tag.count <= 16, !tag.isEmpty, !nonce.isEmpty, arena.room >= text.count + 16
    else {
      return nil
    }
    defer { ERR_clear_error() }
    var isGood = false
    arena.begin()
    let length = unsafe arena.appendUnsafe { out in
      unsafe text.withUnsafeBytes { bytes in
        unsafe key.withUnsafeBytes { key in
          unsafe nonce.withUnsafeBytes { nonce in
            unsafe tag.withUnsafeBytes { tag in
              var (first, last): (Int32, Int32) = (0, 0)
              let room = unsafe out.baseAddress?.assumingMemoryBound(to: UInt8.self)
              guard unsafe EVP_DecryptInit_ex(cipher, method, nil, nil, nil) == 1,
                unsafe EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_IVLEN, Int32(nonce.count), nil) == 1,
                unsafe EVP_DecryptInit_ex(
                  cipher, nil, nil, key.baseAddress?.assumingMemoryBound(to: UInt8.self),
                  nonce.baseAddress?.assumingMemoryBound(to: UInt8.self)) == 1,
                unsafe EVP_DecryptUpdate(
                  cipher, room, &first, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                  Int32(clamping: bytes.count)) == 1,
                unsafe EVP_CIPHER_CTX_ctrl(
                  cipher, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count),
                  UnsafeMutableRawPointer(mutating: tag.baseAddress)) == 1,
                unsafe EVP_DecryptFinal_ex(cipher, room.map { unsafe $0 + Int(first) }, &last) == 1
              else { return 0 }
              isGood = true
              return Int(first) + Int(last)
            }
          }
        }
      }
    }
    _ = length
    return isGood ? arena.finish() : nil
  }
}
