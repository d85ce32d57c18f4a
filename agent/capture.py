"""Captures: messages as JSON Lines, the form that `dragoman interpret` reads too."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.core.message import Message


def line(message: Message) -> str:
    """One line of a capture, without its end."""
    shape: dict[str, Any] = {"topic": message.topic}
    try:
        shape["payload"] = message.payload.decode()
    except UnicodeDecodeError:
        shape["payload_b64"] = base64.b64encode(message.payload).decode()
    shape |= {"at": round(message.received_at, 3), "qos": message.qos, "retained": message.retained}
    return json.dumps(shape, ensure_ascii=False).encode("utf-8", "replace").decode()


def message(text: str) -> Message:
    """The message of one line. Raises ValueError."""
    try:
        shape = json.loads(text)
        payload = base64.b64decode(shape["payload_b64"]) if "payload_b64" in shape else shape["payload"].encode()
        return Message(
            str(shape["topic"]),
            payload,
            float(shape.get("at", 0)),
            int(shape.get("qos", 0)),
            shape.get("retained") is True,
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"no message of a capture: {error!r}") from None


def messages(path: Path) -> Iterator[Message]:
    """The messages of a capture. Raises ValueError with the number of a line that is none, and OSError."""
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            try:
                yield message(text)
            except ValueError as error:
                raise ValueError(f"{path}:{number}: {error}") from None


def mend(path: Path) -> int:
    """How many messages a capture has that is to be gone on with; half a line at its end is cut off."""
    if not path.exists():
        return 0
    whole = lines = 0
    with path.open("rb") as file:
        for text in file:
            if text.endswith(b"\n"):
                lines += 1
                whole += len(text)
    os.truncate(path, whole)
    return lines
