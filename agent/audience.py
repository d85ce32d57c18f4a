"""Who watches what the agent publishes: a person at a terminal, a person reading lines, or a program reading JSON."""

from __future__ import annotations

import io
import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live

from agent.view import State, clock, picture

PICTURE_SIZE = (112, 48)
"""Columns and lines of the picture that is written to a file."""
_REFRESH_S = 0.2
_PAGE_S = 6.0


class Audience:
    """Hears what the agent publishes and keeps the State of it; what is shown of that is for the heirs."""

    def __init__(self, state: State) -> None:
        self.state = state

    def hear(self, topic: str, payload: bytes) -> None:
        """Take in one message; `topic` is below the agent's prefix."""
        what = topic.partition("/")[0]
        if what == "interpretation":
            shape = json.loads(payload)
            self.state.interpretation(shape, time.monotonic())
            self.told(shape, payload.decode())
        elif what == "event":
            shape = json.loads(payload)
            self.state.event(shape)
            self.happened(shape)
        elif what == "device":
            self.state.device(topic.partition("/")[2], json.loads(payload) if payload else None, time.monotonic())
        elif topic == "stats":
            self.state.stats(json.loads(payload))
        elif topic == "status":
            self.state.online = payload == b"online"

    def told(self, shape: dict[str, Any], text: str) -> None:
        """An Interpretation, or the refusal in its place, has come; `text` is it as published."""

    def happened(self, shape: dict[str, Any]) -> None:
        """An Event has come."""

    def refresh(self) -> None:
        """Called many times a second, whether something came or not."""


class JsonLines(Audience):
    """Interpretations as they are published, one a line."""

    def told(self, shape: dict[str, Any], text: str) -> None:
        print(text, flush=True)


class PlainLines(Audience):
    """A sentence for each message and event, for a stdout that is no terminal."""

    def told(self, shape: dict[str, Any], text: str) -> None:
        said = f"not read: {shape['error']['detail']}" if "error" in shape else shape["summary"]
        print(f"{clock(shape['at'])}  {shape['topic']}: {said}", flush=True)

    def happened(self, shape: dict[str, Any]) -> None:
        print(f"{clock(shape['at'])}  {shape['severity'].upper()} {shape['text']}", flush=True)


class LiveView(Audience):
    """The picture of the State, kept up to date on the whole terminal."""

    def __init__(self, state: State, live: Live) -> None:
        super().__init__(state)
        self._live = live
        self._due = 0.0

    def refresh(self) -> None:
        now = time.monotonic()
        if now >= self._due:
            self._due = now + _REFRESH_S
            width, height = self._live.console.size
            self._live.update(picture(self.state, width, height, now, int(now / _PAGE_S)), refresh=True)


@contextmanager
def audience(as_json: bool, picture_file: Path | None, title: str = "dragoman") -> Iterator[Audience]:
    """Whoever fits the options and stdout. At the end the last view is written to `picture_file`, as titled SVG."""
    state = State()
    try:
        if as_json:
            yield JsonLines(state)
        elif sys.stdout.isatty():
            with Live(console=Console(), screen=True, auto_refresh=False) as live:
                yield LiveView(state, live)
        else:
            yield PlainLines(state)
    finally:
        if picture_file is not None:
            _write_picture(state, picture_file, title)


def _write_picture(state: State, file: Path, title: str) -> None:
    width, height = PICTURE_SIZE
    console = Console(
        record=True, file=io.StringIO(), width=width, height=height, force_terminal=True, color_system="truecolor"
    )
    console.print(picture(state, width, height, time.monotonic(), 0))
    # Without the web fonts that rich asks for: a picture in a repository should fetch nothing.
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title=title), flags=re.DOTALL)
    file.write_text(drawn, encoding="utf-8")
