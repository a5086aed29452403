"""A name server: dns_server.py ADDRESS FILE. The file has lines "NAME ADDRESS" and is read again for
every question; what is not in it does not exist."""

import pathlib
import socket
import struct
import sys

A, IN, NXDOMAIN = 1, 1, 3


def answer(query, names):
    """RFC 1035 §4.1, for one question."""
    end = query.index(b"\0", 12) + 5
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    address = names.get(".".join(labels).lower())
    wants_a = struct.unpack("!H", query[end - 4:end - 2]) == (A,)
    records = b""
    if address and wants_a:
        records = struct.pack("!HHHIH", 0xC00C, A, IN, 0, 4) + socket.inet_aton(address)
    flags = 0x8580 | (0 if address else NXDOMAIN)
    return query[:2] + struct.pack("!HHHHH", flags, 1, bool(records), 0, 0) + query[12:end] + records


def main(address, file):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))
        print("ready", flush=True)
        while True:
            query, client = server.recvfrom(512)
            names = dict(line.split() for line in pathlib.Path(file).read_text().splitlines())
            server.sendto(answer(query, names), client)


main(*sys.argv[1:])
