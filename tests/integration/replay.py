"""Serves recorded answers on loopback, cut the way networks cut them.

A path names what is wanted: /CASE/SPLIT/... Splits:
  whole  one write
  bytes  one byte a write
  seams  event streams with CRLF line ends, cut between each CR and LF and inside every character of
         more than one byte
  gzip   compressed, in pieces of 7 bytes
"""

import gzip

from loopback_server import LoopbackServer

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


class ReplayServer(LoopbackServer):
    """`answers`: {case: Answer}."""

    def __init__(self, answers):
        self.answers = answers
        super().__init__()

    async def answer(self, path, writer):
        _, case, split, *_ = path.split("/")
        await self._replay(writer, self.answers[case], split)

    async def _replay(self, writer, answer, split):
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
