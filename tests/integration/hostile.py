"""A provider gone bad: one path a misdeed, on loopback."""

import asyncio
import gzip

from loopback_server import LoopbackServer

EVENT_STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(text, finish="null"):
    return ('data: {"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,'
            '"delta":{"content":"%s"},"finish_reason":%s}]}\n\n' % (text, finish)).encode()


GOOD_BODY = event("pong") + event("", '"stop"') + b"data: [DONE]\n\n"
GOOD = (EVENT_STREAM + f"Content-Length: {len(GOOD_BODY)}\r\n\r\n").encode() + GOOD_BODY


# Made once: the server is one thread, and its other guests must not wait.
BOMB = gzip.compress(b"a" * (256 << 20), 1)
MANY_HEADERS = b"".join(b"X-Padding-%d: %s\r\n" % (i, b"y" * 40) for i in range(200_000))


class HostileServer(LoopbackServer):
    """Answers by the first path segment: the name of a method here, or cut-N for GOOD cut at N."""

    async def answer(self, path, writer):
        name = path.split("/")[1]
        if name.startswith("cut-"):
            writer.write(GOOD[:int(name[4:])])
        else:
            await getattr(self, name.replace("-", "_"))(writer)

    async def good(self, w):
        w.write(GOOD)

    async def garbage(self, w):
        w.write(bytes(range(256)) * 40)

    async def html(self, w):
        w.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><b>It works!</b></html>")

    async def endless_line(self, w):
        w.write(EVENT_STREAM.encode() + b"\r\ndata: ")
        while True:
            w.write(b"x" * 65536)
            await w.drain()

    async def gzip_bomb(self, w):
        w.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
                b"Content-Length: %d\r\n\r\n" % len(BOMB) + BOMB)

    async def many_headers(self, w):
        w.write(b"HTTP/1.1 200 OK\r\n" + MANY_HEADERS)

    async def endless_header(self, w):
        w.write(b"HTTP/1.1 200 OK\r\nX-Endless: ")
        while True:
            w.write(b"z" * 65536)
            await w.drain()

    async def never_ending_stream(self, w):
        w.write(EVENT_STREAM.encode() + b"\r\n")
        while True:
            w.write(event("and "))
            await w.drain()
            await asyncio.sleep(0.05)

    async def only_comments(self, w):
        w.write(EVENT_STREAM.encode() + b"\r\n")
        while True:
            w.write(b": still here\n\n")
            await w.drain()
            await asyncio.sleep(0.05)

    async def nul_bytes(self, w):
        w.write(EVENT_STREAM.encode() + b"\r\ndata: {\"choices\":\x00[]}\n\n")

    async def invalid_utf8(self, w):
        w.write(EVENT_STREAM.encode() + b"\r\n" + event("x").replace(b"x", b"\xc3\x28"))

    async def numbers_out_of_range(self, w):
        w.write(EVENT_STREAM.encode() + b"\r\n" + event("pong", '"stop"') +
                b'data: {"choices":[],"usage":{"prompt_tokens":1e999,"completion_tokens":-5}}\n\n')

    async def deep_json(self, w):
        w.write(EVENT_STREAM.encode() + b"\r\ndata: " + b"[" * 100_000 + b"\n\n")

    async def redirect_loop(self, w):
        w.write(b"HTTP/1.1 302 Found\r\nLocation: /redirect-loop/x\r\nContent-Length: 0\r\n\r\n")

    async def error_then_silence(self, w):
        w.write(EVENT_STREAM.encode() +
                b'\r\ndata: {"error":{"message":"boom","type":"server_error"}}\n\n')
        await w.drain()
        await asyncio.sleep(60)

    async def hang_up(self, w):
        pass
