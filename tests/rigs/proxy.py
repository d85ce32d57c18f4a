"""A TCP proxy before the broker that can fall silent: nothing passes any more, and nobody is told (no FIN, no RST).

It can also change what the broker says, packet by packet."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress


class Proxy:
    """Passes bytes between its clients and a port of this machine."""

    def __init__(self, port: int, said: Callable[[bytes], bytes] | None = None) -> None:
        """`said` gives what passes in the place of a packet of the broker's."""
        self._behind = port
        self._said = said
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self.connections = 0
        """Clients that have come."""
        self._cut = threading.Event()
        # Held, so that neither side learns of the cut by their being closed.
        self._silent: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Fall silent on the connections that there are; later ones work."""
        self._cut.set()
        self._cut = threading.Event()

    def close(self) -> None:
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                self.connections += 1
                behind = socket.create_connection(("127.0.0.1", self._behind))
                answers = _blocks(behind) if self._said is None else map(self._said, _packets(behind))
                for blocks, source, sink in ((_blocks(client), client, behind), (answers, behind, client)):
                    threading.Thread(target=self._pass, args=(blocks, source, sink, self._cut), daemon=True).start()

    def _pass(self, blocks: Iterator[bytes], source: socket.socket, sink: socket.socket, cut: threading.Event) -> None:
        with suppress(OSError):
            for block in blocks:
                if cut.is_set():
                    break
                sink.sendall(block)
        if cut.is_set():
            self._silent += [source, sink]
        else:
            with suppress(OSError):
                sink.shutdown(socket.SHUT_WR)


def _blocks(source: socket.socket) -> Iterator[bytes]:
    while block := source.recv(65_536):
        yield block


def _packets(source: socket.socket) -> Iterator[bytes]:
    """Whole MQTT packets. The length behind the first byte has seven bits a byte (MQTT 5, section 1.5.5)."""
    with source.makefile("rb") as stream:
        while head := stream.read(1):
            length = shift = 0
            while True:
                byte = stream.read(1)
                head += byte
                length |= (byte[0] & 127) << shift
                shift += 7
                if byte[0] < 128:
                    break
            yield head + stream.read(length)
