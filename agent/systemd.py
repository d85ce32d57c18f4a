"""What the agent tells systemd: sd_notify(3), one datagram a message. Without systemd nothing is sent."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress

_START_S = 30
_DATAGRAM = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
_TRIES = 5
"""For what must not get lost; the next sign of life makes up for one that was."""
_RETRY_S = 0.02


class Notifier:
    """Tells the service manager how the agent fares."""

    def __init__(self, address: str | None, watchdog_s: float | None = None) -> None:
        """`address` is $NOTIFY_SOCKET; `watchdog_s` the time within which systemd wants a sign of life."""
        self._address = address
        self._beat_s = watchdog_s / 3 if watchdog_s else None
        self._ready = False
        self._beat_at = -1e9

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Notifier:
        """The notifier that the environment asks for."""
        watchdog = environ.get("WATCHDOG_USEC", "")
        ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        return cls(environ.get("NOTIFY_SOCKET"), int(watchdog) / 1e6 if ours and watchdog.isdigit() else None)

    def ready(self, status: str) -> None:
        """The agent does its work."""
        self._ready = True
        self._send("READY=1", f"STATUS={status}", tries=_TRIES)

    def status(self, status: str) -> None:
        """One line for `systemctl status`."""
        self._send(f"STATUS={status}")

    def reloading(self) -> None:
        """The configuration is being read again."""
        if self._ready:
            self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}", tries=_TRIES)

    def reloaded(self) -> None:
        """It was read, whether it could be used or not. An agent that was not ready before is not so now either."""
        if self._ready:
            self._send("READY=1", tries=_TRIES)

    def stopping(self) -> None:
        """The agent is about to end."""
        self._send("STOPPING=1", tries=_TRIES)

    def beat(self, now: float) -> None:
        """A sign of life, to be called by the working loop as often as it likes; `now` in monotonic seconds."""
        if not self._ready:
            # The broker may come up long after the agent; a start that waits for it has not failed.
            if now - self._beat_at >= _START_S / 3:
                self._beat_at = now
                self._send(f"EXTEND_TIMEOUT_USEC={_START_S}000000")
        elif self._beat_s is not None and now - self._beat_at >= self._beat_s:
            self._beat_at = now
            self._send("WATCHDOG=1")

    def _send(self, *lines: str, tries: int = 1) -> None:
        if not self._address:
            return
        # A leading @ stands for the null byte of an abstract socket.
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        # Never blocks: a manager that is slow to read its mail must not hold up the home's.
        with suppress(OSError), socket.socket(socket.AF_UNIX, _DATAGRAM) as sender:
            for left in reversed(range(tries)):
                try:
                    sender.sendto("\n".join(lines).encode(), address)
                    return
                except BlockingIOError:
                    time.sleep(_RETRY_S if left else 0)
