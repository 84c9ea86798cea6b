"""The cache: which answers are kept, which requests are answered from it, and how."""
from harness import Answer, Case, ok

H = b"Host: a\r\n"


def get(extra=b"", target=b"/", method=b"GET", version=b"1.1"):
    return b"%s %s HTTP/%s\r\nHost: a\r\n%s\r\n" % (method, target, version, extra)


def reply(extra=b"", status=b"200 OK", body=b"hello"):
    return Answer([(0, b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), extra, body))])


AGE = b"Cache-Control: max-age=60\r\n"
TAG = AGE + b"ETag: \"abc\"\r\n"
DATED = AGE + b"Last-Modified: Tue, 15 Nov 1994 12:45:26 GMT\r\n"
OTHER = reply(b"X: second\r\n", body=b"other")


def twice():
    """name -> (first answer, first request, second request, settings of the cache)"""
    def of(answer, second=b"", first=b"", **cache):
        return answer, get(first), get(second), cache

    # Which answers are kept.
    for name, headers in {
            "max-age": AGE, "s-maxage": b"Cache-Control: s-maxage=60\r\n", "max-age 0": b"Cache-Control: max-age=0\r\n",
            "max-age 0, s-maxage": b"Cache-Control: max-age=0, s-maxage=10\r\n", "s-maxage 0": b"Cache-Control: s-maxage=0, max-age=10\r\n",
            "public": b"Cache-Control: public\r\n", "public with age": b"Cache-Control: public, max-age=5\r\n",
            "private": b"Cache-Control: private, max-age=60\r\n", "no-store": b"Cache-Control: no-store, max-age=60\r\n",
            "no-cache": b"Cache-Control: no-cache, max-age=60\r\n", "no-cache set-cookie": b"Cache-Control: no-cache=\"set-cookie\", max-age=60\r\n",
            "upper case": b"CACHE-CONTROL: MAX-AGE=60\r\n", "quoted age": b"Cache-Control: max-age=\"60\"\r\n",
            "age that is no number": b"Cache-Control: max-age=x\r\n",
            "nothing": b"", "etag": b"ETag: \"x\"\r\n", "weak etag": b"ETag: W/\"x\"\r\n", "last-modified": b"Last-Modified: Tue, 15 Nov 1994 12:45:26 GMT\r\n",
            "expires": b"Expires: Tue, 15 Nov 2094 12:45:26 GMT\r\n", "expires in the past": b"Expires: Tue, 15 Nov 1994 12:45:26 GMT\r\n",
            "expires of junk": b"Expires: 0\r\n", "pragma": AGE + b"Pragma: no-cache\r\n", "set-cookie": AGE + b"Set-Cookie: a=b\r\n",
            "vary": AGE + b"Vary: Accept-Encoding\r\n", "vary everything": AGE + b"Vary: *\r\n", "age": AGE + b"Age: 10\r\n",
            "too old": AGE + b"Age: 100\r\n", "age of junk": AGE + b"Age: x\r\n", "warning": AGE + b"Warning: 1\r\nConnection: foo\r\nFoo: 1\r\n",
            "many headers": TAG + DATED + b"Date: Tue, 15 Nov 1994 12:45:26 GMT\r\nContent-Type: text/plain\r\nX-Y: 1\r\nX-Y: 2\r\n",
            }.items():
        yield "kept: " + name, of(reply(headers))
    for status in (b"201 Created", b"203 N", b"204 No", b"206 P", b"301 M", b"302 F", b"404 No", b"410 Gone", b"500 X"):
        yield "status " + status.decode(), of(reply(AGE, status, b"" if status[:3] == b"204" else b"hello"))
    yield "chunked", of(Answer([(0, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n%s\r\n5\r\nhello\r\n0\r\n\r\n" % AGE)]))
    yield "empty", of(reply(AGE, body=b""))
    yield "1.0 answer", of(Answer([(0, b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n%s\r\nhello" % AGE)]))
    yield "other reason", of(reply(AGE, b"200 Fine"))
    yield "too large", of(reply(AGE, body=b"x" * 5000))
    yield "as large as allowed", of(reply(AGE, body=b"x" * 3500))
    yield "larger allowed", of(reply(AGE, body=b"x" * 50000), max_object_size=100000)
    # Which requests are answered from it.
    for name, headers in {
            "authorization": b"Authorization: Basic x\r\n", "cookie": b"Cookie: a=b\r\n", "no-cache": b"Cache-Control: no-cache\r\n",
            "no-store": b"Cache-Control: no-store\r\n", "max-age": b"Cache-Control: max-age=10\r\n", "max-stale": b"Cache-Control: max-stale\r\n",
            "only-if-cached": b"Cache-Control: only-if-cached\r\n", "pragma": b"Pragma: no-cache\r\n",
            "pragma beside": b"Cache-Control: foo\r\nPragma: no-cache\r\n", "range": b"Range: bytes=0-1\r\n", "other host": b"Host: b\r\n",
            "close": b"Connection: close\r\n", "expect": b"Expect: 100-continue\r\n"}.items():
        if name != "other host":
            yield "asked with " + name, of(reply(AGE), headers)
            yield "first asked with " + name, of(reply(AGE), b"", headers)
    for name, second in {"HEAD": get(method=b"HEAD"), "POST": get(b"Content-Length: 0\r\n", method=b"POST"), "1.0": get(version=b"1.0"),
                         "OPTIONS": get(method=b"OPTIONS"), "other query": get(target=b"/?x"), "absolute": get(target=b"http://a/"),
                         "other host": b"GET / HTTP/1.1\r\nHost: b\r\n\r\n", "host in upper case": b"GET / HTTP/1.1\r\nHost: A\r\n\r\n"}.items():
        yield "then " + name, (reply(AGE), get(), second, {})
        yield "first " + name, (reply(AGE, body=b"" if name == "HEAD" else b"hello"), second, get(), {})
    # What is told of what has not changed.
    for name, headers in {
            "same tag": b"If-None-Match: \"abc\"\r\n", "other tag": b"If-None-Match: \"abd\"\r\n", "any tag": b"If-None-Match: *\r\n",
            "weak tag": b"If-None-Match: W/\"abc\"\r\n", "list": b"If-None-Match: \"x\", \"abc\"\r\n", "without quotes": b"If-None-Match: abc\r\n",
            "tag and date": b"If-None-Match: \"x\"\r\nIf-Modified-Since: Tue, 15 Nov 2094 12:45:26 GMT\r\n"}.items():
        yield "304: " + name, of(reply(TAG + b"Content-Type: text/plain\r\nX-Y: 1\r\nExpires: Tue, 15 Nov 2094 12:45:26 GMT\r\nContent-Location: /x\r\n"), headers)
    for name, date in {"same": b"Tue, 15 Nov 1994 12:45:26 GMT", "later": b"Wed, 16 Nov 1994 12:45:26 GMT",
                       "earlier": b"Mon, 14 Nov 1994 12:45:26 GMT", "junk": b"x"}.items():
        yield "304: date " + name, of(reply(DATED), b"If-Modified-Since: " + date + b"\r\n")
    yield "304: by date header", of(reply(AGE + b"Date: Tue, 15 Nov 1994 12:45:26 GMT\r\n"), b"If-Modified-Since: Tue, 15 Nov 1994 12:45:27 GMT\r\n")
    yield "304: no date", of(reply(AGE), b"If-Modified-Since: Tue, 15 Nov 1994 12:45:27 GMT\r\n")
    yield "304: no tag", of(reply(AGE), b"If-None-Match: \"abc\"\r\n")
    yield "304: HEAD", (reply(TAG), get(), get(b"If-None-Match: \"abc\"\r\n", method=b"HEAD"), {})
    # Vary
    gzip = AGE + b"Vary: Accept-Encoding\r\nContent-Encoding: gzip\r\n"
    plain = AGE + b"Vary: Accept-Encoding\r\n"
    for name, headers, first, second in (
            ("same", gzip, b"gzip", b"gzip"), ("more", gzip, b"gzip", b"br, gzip"), ("none", gzip, b"gzip", b""), ("star", gzip, b"gzip", b"*"),
            ("star but not it", gzip, b"gzip", b"*, gzip;q=0"), ("other", gzip, b"gzip", b"br"), ("refused", gzip, b"gzip", b"gzip;q=0"),
            ("weight", gzip, b"gzip", b"gzip;q=0.5"), ("identity", plain, b"gzip", b""), ("identity named", plain, b"gzip", b"identity"),
            ("identity refused", plain, b"gzip", b"identity;q=0"), ("all refused", plain, b"gzip", b"*;q=0"), ("upper case", gzip, b"gzip", b"GZIP"),
            ("unknown", AGE + b"Vary: Accept-Encoding\r\nContent-Encoding: foo\r\n", b"foo", b"foo"), ("unknown asked", gzip, b"foo, gzip", b"gzip"),
            ("two", AGE + b"Vary: Accept-Encoding\r\nContent-Encoding: gzip, br\r\n", b"gzip, br", b"br, gzip"), ("no first", plain, b"", b"br")):
        line = lambda text: b"Accept-Encoding: " + text + b"\r\n" if text else b""
        yield "vary: encoding " + name, of(reply(headers), line(second), line(first), process_vary="on")
    referer = AGE + b"Vary: Referer\r\n"
    for name, first, second in (("same", b"Referer: x\r\n", b"Referer: x\r\n"), ("other", b"Referer: x\r\n", b"Referer: y\r\n"),
                                ("none", b"Referer: x\r\n", b""), ("both none", b"", b"")):
        yield "vary: referer " + name, of(reply(referer), second, first, process_vary="on")
    yield "vary: other header", of(reply(AGE + b"Vary: User-Agent\r\n"), process_vary="on")
    yield "vary: star", of(reply(AGE + b"Vary: *\r\n"), process_vary="on")
    yield "vary: both", of(reply(AGE + b"Vary: referer, accept-encoding\r\n"), process_vary="on")
    yield "vary: both in two lines", of(reply(AGE + b"Vary: referer\r\nVary: accept-encoding\r\n"), process_vary="on")
    yield "vary: none", of(reply(AGE), process_vary="on")
    yield "vary: empty", of(reply(AGE + b"Vary:\r\n"), process_vary="on")


def cases(number=0):
    for name, (answer, first, second, cache) in twice():
        number += 1
        lines = ["total-max-size 4", f"max-object-size {cache.pop('max_object_size', 4000)}"]
        lines += [f"{key.replace('_', '-')} {value}" for key, value in cache.items()]
        use = (f"http-request cache-use k{number}", f"http-response cache-store k{number}",
               "http-response set-header x-hit %[res.cache_hit]:%[res.cache_name]")
        yield Case("cache: " + name, [first, "read", second, "read", second], [answer, OTHER, OTHER], backend=use,
                   sections=(f"cache k{number}", *lines))
