"""systemd's journal, by its own protocol: entries with fields, so that `journalctl DRAGOMAN_TOPIC=...` finds them.

One datagram an entry; a field is `NAME=value`, or its length in binary where the value has several lines
(https://systemd.io/JOURNAL_NATIVE_PROTOCOL).
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from structlog.typing import EventDict


SOCKET = "/run/systemd/journal/socket"
PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
"""Of syslog."""
_OWN = "DRAGOMAN_"
_NAME_CHARACTERS = 64


def behind(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether the journal is at the other end of the stream, which $JOURNAL_STREAM names (systemd.exec(5))."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def prioritised(level: str, text: str) -> str:
    """The text with its priority before each line, which the journal takes off a stream (sd-daemon(3))."""
    return "\n".join(f"<{PRIORITIES[level]}>{line}" for line in text.splitlines())


class Journal:
    """Writes entries. What the journal does not take goes to the stream that ends in it, without its fields."""

    def __init__(self, stream: TextIO, address: str) -> None:
        self._stream = stream
        self._address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def msg(self, event: EventDict) -> None:
        """Write what structlog has collected, `event` and `level` among it."""
        fields = entry(event)
        try:
            self._socket.sendto(datagram(fields), self._address)
        except OSError:
            # Too long for a datagram, or nobody listens.
            print(prioritised(event["level"], fields["MESSAGE"]), file=self._stream, flush=True)

    debug = info = warning = error = critical = msg


def entry(event: EventDict) -> dict[str, str]:
    """Fields of the journal: the line for people, its priority, and each key of the event as DRAGOMAN_<KEY>."""
    keys = {key: _text(value) for key, value in event.items() if key not in ("event", "level", "exception")}
    line = " ".join([str(event["event"]), *(f"{key}={_quoted(text)}" for key, text in keys.items())])
    return {
        "MESSAGE": "\n".join([line, *([event["exception"]] if "exception" in event else [])]),
        "PRIORITY": str(PRIORITIES[event["level"]]),
        "SYSLOG_IDENTIFIER": "dragoman",
        f"{_OWN}EVENT": str(event["event"]),
        **{_name(key): text for key, text in keys.items()},
    }


def datagram(fields: Mapping[str, str]) -> bytes:
    """The fields as the journal reads them."""
    parts = []
    for name, text in fields.items():
        value = text.encode("utf-8", "replace")
        if b"\n" in value:
            parts.append(b"%s\n%s%s\n" % (name.encode(), len(value).to_bytes(8, "little"), value))
        else:
            parts.append(b"%s=%s\n" % (name.encode(), value))
    return b"".join(parts)


def _name(key: str) -> str:
    return (_OWN + re.sub(r"[^A-Z0-9]", "_", key.upper()))[:_NAME_CHARACTERS]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[^\s\"=]+", text) else json.dumps(text, ensure_ascii=False)
