public import HTTP
public import Memory

/// HAProxy's built-in answers, byte for byte, for where the configuration names no `errorfile` of its own.
///
/// They go out in two forms. What a stream answers (a deny rule, no server, a failed server) passes through the message,
/// so that its header names are in lower case: `fill` and `body`. What the connection itself answers to a request that
/// never became one (400, 408, 413, 422) is written as it stands: `write`.
public enum H1ErrorAnswers {
  /// The statuses that have a built-in answer, in order.
  public static let statuses = [
    200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504,
  ]

  /// The reason phrase of the built-in answer; that of 500 for a status without one.
  public static func reason(_ status: Int) -> StaticString {
    switch status {
    case 200: "OK"
    case 400: "Bad request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 407: "Unauthorized"
    case 408: "Request Time-out"
    case 410: "Gone"
    case 413: "Payload Too Large"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 425: "Too Early"
    case 429: "Too Many Requests"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Time-out"
    default: "Internal Server Error"
    }
  }

  /// The body; that of 500 for a status without one.
  public static func body(_ status: Int) -> Bytes {
    switch status {
    case 200: Bytes("<html><body><h1>200 OK</h1>\nService ready.\n</body></html>\n")
    case 400: Bytes("<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>\n")
    case 401:
      Bytes(
        "<html><body><h1>401 Unauthorized</h1>\nYou need a valid user and password to access this content.\n</body></html>\n"
      )
    case 403: Bytes("<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>\n")
    case 404: Bytes("<html><body><h1>404 Not Found</h1>\nThe resource could not be found.\n</body></html>\n")
    case 405:
      Bytes(
        "<html><body><h1>405 Method Not Allowed</h1>\nA request was made of a resource using a request method not supported by that resource\n</body></html>\n"
      )
    case 407:
      Bytes(
        "<html><body><h1>407 Unauthorized</h1>\nYou need a valid user and password to access this content.\n</body></html>\n"
      )
    case 408:
      Bytes(
        "<html><body><h1>408 Request Time-out</h1>\nYour browser didn't send a complete request in time.\n</body></html>\n"
      )
    case 410:
      Bytes(
        "<html><body><h1>410 Gone</h1>\nThe resource is no longer available and will not be available again.\n</body></html>\n"
      )
    case 413:
      Bytes(
        "<html><body><h1>413 Payload Too Large</h1>\nThe request entity exceeds the maximum allowed.\n</body></html>\n"
      )
    case 421:
      Bytes(
        "<html><body><h1>421 Misdirected Request</h1>\nRequest sent to a non-authoritative server.\n</body></html>\n"
      )
    case 422:
      Bytes(
        "<html><body><h1>422 Unprocessable Content</h1>\nThe server cannot process the contained instructions.\n</body></html>\n"
      )
    case 425: Bytes("<html><body><h1>425 Too Early</h1>\nYour browser sent early data.\n</body></html>\n")
    case 429:
      Bytes(
        "<html><body><h1>429 Too Many Requests</h1>\nYou have sent too many requests in a given amount of time.\n</body></html>\n"
      )
    case 501:
      Bytes(
        "<html><body><h1>501 Not Implemented</h1>\n.The server does not support the functionality required to fulfill the request.\n</body></html>\n"
      )
    case 502:
      Bytes(
        "<html><body><h1>502 Bad Gateway</h1>\nThe server returned an invalid or incomplete response.\n</body></html>\n"
      )
    case 503:
      Bytes(
        "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n"
      )
    case 504: Bytes("<html><body><h1>504 Gateway Time-out</h1>\nThe server didn't respond in time.\n</body></html>\n")
    default:
      Bytes("<html><body><h1>500 Internal Server Error</h1>\nAn internal server error occurred.\n</body></html>\n")
    }
  }

  /// The length of the body, as text.
  static func length(_ status: Int) -> StaticString {
    switch status {
    case 200: "58"
    case 400: "90"
    case 401, 407: "112"
    case 403: "93"
    case 404: "83"
    case 405: "146"
    case 408: "110"
    case 410: "114"
    case 413: "106"
    case 421: "104"
    case 422: "116"
    case 425: "80"
    case 429: "117"
    case 501: "136"
    case 502, 503: "107"
    case 504: "92"
    default: "97"
    }
  }

  /// Whether the connection is closed behind this answer, whatever else was agreed.
  public static func closes(_ status: Int) -> Bool { status == 400 || status == 408 }

  /// Puts the head of the answer into a message; the body is `body(status)`, and `closes` says about the connection.
  public static func fill(_ message: inout HTTPMessage, status: Int) {
    let known = statuses.contains(status) ? status : 500
    message.reset(.response)
    message.setStatus(known, reason: Bytes(reason(known)))
    message.add(.contentLength, Bytes(length(known)))
    message.add(.cacheControl, Bytes("no-cache"))
    message.add(.contentType, Bytes("text/html"))
  }

  /// Appends the answer in the form that the connection itself gives; nothing and false where it does not fit.
  public static func write(status: Int, to buffer: inout Buffer) -> Bool {
    let known = statuses.contains(status) ? status : 500
    let start = buffer.count
    var fits = buffer.append("HTTP/1.1 ") && buffer.append(decimal: UInt64(known)) && buffer.append(" ")
    fits = fits && buffer.append(reason(known)) && buffer.append("\r\nContent-length: ") && buffer.append(length(known))
    fits = fits && buffer.append("\r\nCache-Control: no-cache\r\n")
    if closes(known) { fits = fits && buffer.append("Connection: close\r\n") }
    fits = fits && buffer.append("Content-Type: text/html\r\n\r\n") && buffer.append(body(known))
    if !fits { buffer.truncate(to: start) }
    return fits
  }
}
