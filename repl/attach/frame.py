"""What goes through the socket: frames, each a kind, a length and as many bytes."""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import asdict, dataclass

# From the terminal: who it is, keys, a new size, the wish to leave. To the terminal: output, the end.
HELLO, KEYS, SIZE, LEAVE = b"h", b"k", b"s", b"l"
OUTPUT, END = b"o", b"e"
# Who wants no prompt but the Observer says so instead, and with which options; he is told its address.
OBSERVE, ADDRESS = b"v", b"a"

_HEAD = struct.Struct("!cI")
LONGEST = 1024 * 1024


@dataclass(frozen=True)
class Hello:
    """What a terminal says of itself."""

    columns: int
    rows: int
    term: str
    has_colours: bool
    # Whether it is to show the Observer, and no prompt.
    observes: bool = False

    def encoded(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @staticmethod
    def decoded(data: bytes) -> Hello:
        """Raises `ValueError` for anything else."""
        try:
            said = json.loads(data)
            size = int(said["columns"]), int(said["rows"])
            return Hello(*size, str(said["term"]), bool(said["has_colours"]), bool(said.get("observes")))
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a terminal: {error}") from None


def send(connection: socket.socket, kind: bytes, data: bytes = b"") -> None:
    for start in range(0, max(len(data), 1), LONGEST):
        piece = data[start : start + LONGEST]
        connection.sendall(_HEAD.pack(kind, len(piece)) + piece)


def receive(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """The next frame; None at the end. Raises `ValueError` for what is no frame."""
    head = _exactly(connection, _HEAD.size)
    if head is None:
        return None
    kind, length = _HEAD.unpack(head)
    if length > LONGEST:
        raise ValueError(f"a frame of {length} bytes")
    data = _exactly(connection, length)
    return None if data is None else (kind, data)


def packed_size(columns: int, rows: int) -> bytes:
    return struct.pack("!HH", columns, rows)


def unpacked_size(data: bytes) -> tuple[int, int]:
    """Columns and rows."""
    columns, rows = struct.unpack("!HH", data)
    return columns, rows


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    pieces = bytearray()
    while len(pieces) < size:
        piece = connection.recv(size - len(pieces))
        if not piece:
            return None
        pieces += piece
    return bytes(pieces)
