"""The agent's own log: past facts with keys, on stderr, for a person or a machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
# Of syslog, as sd-daemon(3) writes them before a line.
_PRIORITIES = {"debug": "<7>", "info": "<6>", "warning": "<4>", "error": "<3>", "critical": "<2>"}


def logger(level: str, form: str, stream: TextIO, *, priorities: bool = False) -> FilteringBoundLogger:
    """A logger that writes to the stream; `form` is console, json, or auto: console on a terminal, json elsewhere.

    With `priorities` each line begins by one, which the journal takes off and files the entry under.

    It is handed to whoever logs; nothing global is set up, so that two agents in one process do not share it.
    """
    terminal = stream.isatty()
    lines = _console(terminal) if form == "console" or (form == "auto" and terminal) else _json()
    bound: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[*lines[:-1], _Prioritised(lines[-1])] if priorities else lines,
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
    )
    return bound


def goes_to_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether systemd's journal is at the other end of the stream, which $JOURNAL_STREAM names (systemd.exec(5))."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


class _Prioritised:
    """A renderer's line behind its priority; each further line of a traceback needs one too."""

    def __init__(self, renderer: Processor) -> None:
        self._renderer = renderer

    def __call__(self, wrapped: WrappedLogger, name: str, event: EventDict) -> str:
        priority = _PRIORITIES[event["level"]]
        rendered = self._renderer(wrapped, name, event)
        return "\n".join(f"{priority}{line}" for line in str(rendered).splitlines())


def _console(colours: bool) -> list[Processor]:
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
        # The default shows the local variables of every frame, and with them payloads and passwords.
        structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback),
    ]


def _json() -> list[Processor]:
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=_text),
    ]


def _text(value: Any) -> str:
    return str(value)
