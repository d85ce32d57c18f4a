"""The agent's own log: past facts with keys, on stderr, for a person or a machine."""

from __future__ import annotations

from typing import Any, TextIO

import structlog
from structlog.typing import FilteringBoundLogger, Processor

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def logger(level: str, form: str, stream: TextIO) -> FilteringBoundLogger:
    """A logger that writes to the stream; `form` is console, json, or auto: console on a terminal, json elsewhere.

    It is handed to whoever logs; nothing global is set up, so that two agents in one process do not share it.
    """
    terminal = stream.isatty()
    bound: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=_console(terminal) if form == "console" or (form == "auto" and terminal) else _json(),
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
    )
    return bound


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
