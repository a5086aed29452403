"""Serves recorded answers on loopback, cut the way networks cut them.

A path names what is wanted: /CASE/SPLIT/... Splits:
  whole  one write
  bytes  one byte a write
  seams  event streams with CRLF line ends, cut between each CR and LF and inside every character of
         more than one byte
  gzip   compressed, in pieces of 7 bytes
"""

import asyncio
import gzip
import socket
import threading

SPLITS = ("whole", "bytes", "seams", "gzip")


def pieces(body, split, event_stream):
    if split == "bytes":
        return [body[i:i + 1] for i in range(len(body))]
    if split == "gzip":
        packed = gzip.compress(body)
        return [packed[i:i + 7] for i in range(0, len(packed), 7)]
    if split == "seams":
        if event_stream:
            body = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        cuts = [i + 1 for i in range(len(body) - 1)
                if body[i:i + 2] == b"\r\n" or (body[i] >= 0xC0 and body[i + 1] >= 0x80)]
        edges = [0, *cuts, len(body)]
        return [body[a:b] for a, b in zip(edges, edges[1:])]
    return [body]


class Answer:
    def __init__(self, head_lines, body, cut=False):
        self.status_line, *self.fields = head_lines
        self.body = body
        self.cut = cut  # the connection dies after the last byte, without the last chunk

    def event_stream(self):
        return any(f.lower().startswith("content-type: text/event-stream") for f in self.fields)

    def has_length(self):
        return any(f.lower().startswith("content-length:") for f in self.fields)


class ReplayServer:
    """Answers: {case: Answer}. Runs on a thread of its own until close()."""

    def __init__(self, answers):
        self.answers = answers
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self.ready.wait(10)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.server = self.loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.server.close()
        self.loop.close()

    async def _serve(self, reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = 0
            for line in head.split("\r\n"):
                if line.lower().startswith("content-length:"):
                    length = int(line.split(":")[1])
            await reader.readexactly(length)
            _, case, split, *_ = head.split(" ")[1].split("/")
            await self._answer(writer, self.answers[case], split)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer, answer, split):
        fields = list(answer.fields)
        if split == "gzip" and not answer.has_length():
            fields.append("Content-Encoding: gzip")
        chunked = not answer.has_length()
        fields.append("Transfer-Encoding: chunked" if chunked else "Connection: close")
        head = "\r\n".join([answer.status_line, *fields, "", ""]).encode("latin-1")
        writer.write(head)
        for piece in pieces(answer.body, split if chunked else "whole", answer.event_stream()):
            if piece:
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
                await writer.drain()
        if chunked and not answer.cut:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
