"""A TCP proxy before the broker that can fall silent: nothing passes any more, and nobody is told (no FIN, no RST)."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Proxy:
    """Passes bytes between its clients and a port of this machine."""

    def __init__(self, port: int) -> None:
        self._behind = port
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
                for source, sink in ((client, behind), (behind, client)):
                    threading.Thread(target=self._pass, args=(source, sink, self._cut), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, cut: threading.Event) -> None:
        with suppress(OSError):
            while block := source.recv(65_536):
                if cut.is_set():
                    break
                sink.sendall(block)
        if cut.is_set():
            self._silent += [source, sink]
        else:
            with suppress(OSError):
                sink.shutdown(socket.SHUT_WR)
