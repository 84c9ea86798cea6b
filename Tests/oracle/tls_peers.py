"""TLS for the client and the origin of a comparison, with a hold on how each end of it is told: by an alert, or not."""
import asyncio
import os
import ssl


class TLSPeer:
    """reads and writes through TLS over a stream, in the place of both reader and writer"""

    def __init__(self, reader, writer, context, server_side, name=None):
        self.reader, self.writer = reader, writer
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=server_side, server_hostname=name)
        self.buffer, self.ended, self.notified, self.transport = b"", False, False, writer.transport

    def push(self):
        if self.outgoing.pending:
            self.writer.write(self.outgoing.read())

    async def pull(self):
        part = await self.reader.read(65536)
        if part:
            self.incoming.write(part)
        else:
            self.incoming.write_eof()
        return bool(part)

    async def handshake(self, cut=None):
        """`cut`: of the last flight only that many bytes are sent, then the direction ends"""
        while True:
            try:
                self.tls.do_handshake()
                if cut is not None:
                    self.writer.write(self.outgoing.read()[:cut])
                    self.writer.write_eof()
                return self.push()
            except ssl.SSLWantReadError:
                self.push()
                if not await self.pull():
                    raise ConnectionResetError("closed in the handshake")
            except ssl.SSLError:
                self.push()
                raise

    async def read(self, n):
        while not self.buffer and not self.ended:
            try:
                part = self.tls.read(65536)
                self.ended = self.notified = not part
                self.buffer = part
            except ssl.SSLWantReadError:
                self.push()
                await self.pull()
            except ssl.SSLZeroReturnError:
                self.ended = self.notified = True
            except ssl.SSLEOFError:
                self.ended = True
        if n < 0:
            n = len(self.buffer)
        part, self.buffer = self.buffer[:n], self.buffer[n:]
        return part

    async def readexactly(self, n):
        found = b""
        while len(found) < n:
            part = await self.read(n - len(found))
            if not part:
                raise asyncio.IncompleteReadError(found, n)
            found += part
        return found

    async def readline(self):
        found = b""
        while not found.endswith(b"\n"):
            part = await self.read(1)
            if not part:
                break
            found += part
        return found

    def write(self, data):
        self.tls.write(data)
        self.push()

    def write_raw(self, data):
        self.writer.write(data)

    async def drain(self):
        await self.writer.drain()

    def notify(self):
        """the alert that ends our direction"""
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            pass
        self.push()

    def write_eof(self):
        self.notify()
        self.writer.write_eof()

    def cut(self):
        """the end of the connection without the alert"""
        self.writer.close()

    def close(self):
        if not self.writer.is_closing():
            self.notify()
        self.writer.close()

    def get_extra_info(self, name):
        return self.writer.get_extra_info(name)


def origin_context(certificates, **more):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(certificates, more.get("certificate", "a.pem")))
    if "version" in more:
        context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, more["version"])
    return context


def client_context(certificates, certificate=None, version=None, ciphers=None, alpn=(), **more):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(os.path.join(certificates, certificate))
    if version:
        context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
    if ciphers:
        context.set_ciphers(ciphers)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context
