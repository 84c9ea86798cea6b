import COpenSSL
import Glibc
import Memory

/// The OCSP response that is stapled to one certificate. Shared by all contexts with the certificate.
public final class CertificateStatus: Sendable {
  private struct Held {
    var bytes: [UInt8] = []
    /// Seconds since 1970 from which on it is not stapled.
    var expiry = 0
  }
  /// The certificate's OCSP identifier in its binary form.
  public let identifier: [UInt8]
  /// The certificate's file, for messages.
  public let path: String
  private let held = Lock(Held())

  init(identifier: [UInt8], path: String) {
    self.identifier = identifier
    self.path = path
  }

  /// What to staple: nothing once its time is over.
  var current: [UInt8]? {
    held.withLock { $0.bytes.isEmpty || time(nil) >= $0.expiry ? nil : $0.bytes }
  }
  /// The response as it is, valid or not.
  public var response: [UInt8] { held.withLock { $0.bytes } }

  /// Takes a response that belongs to the certificate; the text says why it is none.
  func take(_ bytes: [UInt8]) throws(CertificateError) {
    let expiry = try Self.check(bytes, identifier)
    held.withLock { $0 = Held(bytes: bytes, expiry: expiry) }
  }

  /// The identifier of a certificate and its issuer.
  static func identifier(of certificate: CertificateReference, issuer: CertificateReference) -> [UInt8]? {
    defer { ERR_clear_error() }
    guard let id = unsafe OCSP_cert_to_id(nil, certificate.raw, issuer.raw) else { return nil }
    defer { unsafe OCSP_CERTID_free(id) }
    return unsafe binary(id)
  }
  @unsafe static func binary(_ id: OpaquePointer) -> [UInt8] {
    let count = unsafe Int(i2d_OCSP_CERTID(id, nil))
    if count <= 0 { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    unsafe _ = bytes.withUnsafeMutableBufferPointer { room in
      var at = room.baseAddress
      return unsafe i2d_OCSP_CERTID(id, &at)
    }
    return bytes
  }

  /// When the response ends to be valid. `identifier` nil: any certificate's.
  static func check(_ bytes: [UInt8], _ identifier: [UInt8]?) throws(CertificateError) -> Int {
    defer { ERR_clear_error() }
    guard let response = unsafe decode(bytes) else { throw CertificateError("Unable to parse OCSP response") }
    defer { unsafe OCSP_RESPONSE_free(response) }
    guard unsafe OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL else {
      throw CertificateError("OCSP response status not successful")
    }
    guard let basic = unsafe OCSP_response_get1_basic(response) else {
      throw CertificateError("Failed to get basic response from OCSP Response")
    }
    defer { unsafe OCSP_BASICRESP_free(basic) }
    let count = unsafe OCSP_resp_count(basic)
    guard count == 1 else {
      throw CertificateError("OCSP response ignored because contains multiple single responses (\(count))")
    }
    guard let single = unsafe OCSP_resp_get0(basic, 0) else {
      throw CertificateError("Failed to get OCSP single response")
    }
    guard let id = unsafe OCSP_SINGLERESP_get0_id(single) else {
      throw CertificateError("OCSP single response: Certificate ID does not match")
    }
    if let identifier, unsafe binary(id) != identifier {
      throw CertificateError("OCSP single response: Certificate ID does not match certificate and issuer")
    }
    return try unsafe expiry(of: single)
  }

  @unsafe private static func decode(_ bytes: [UInt8]) -> OpaquePointer? {
    unsafe bytes.withUnsafeBufferPointer { room in
      var at = room.baseAddress
      return unsafe d2i_OCSP_RESPONSE(nil, &at, room.count)
    }
  }

  @unsafe private static func expiry(of single: OpaquePointer) throws(CertificateError) -> Int {
    var next: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
    var reason: Int32 = 0
    var this: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
    let status = unsafe OCSP_single_get0_status(single, &reason, nil, &this, &next)
    if status != V_OCSP_CERTSTATUS_GOOD && status != V_OCSP_CERTSTATUS_REVOKED {
      throw CertificateError("OCSP single response: certificate status is unknown")
    }
    guard let next = unsafe next else { throw CertificateError("OCSP single response: missing nextupdate") }
    if unsafe OCSP_check_validity(this, next, skew, -1) != 1 {
      throw CertificateError("OCSP single response: no longer valid.")
    }
    var parts = unsafe tm()
    guard unsafe ASN1_TIME_to_tm(next, &parts) == 1 else {
      throw CertificateError("OCSP single response: nextUpdate does not conform")
    }
    // A client's clock may be ahead of ours.
    return unsafe Int(timegm(&parts)) - skew
  }
  /// Seconds by which clocks may differ.
  private static let skew = 300
}
