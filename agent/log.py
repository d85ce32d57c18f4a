"""The agent's own log: past facts with keys, on stderr, for a person or a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from agent.journal import Journal, prioritised
from agent.structlog_alone import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def logger(level: str, form: str, stream: TextIO, *, journal: str | None = None) -> FilteringBoundLogger:
    """A logger that writes to the stream; `form` is console, json, or auto: console on a terminal, json elsewhere.

    `journal` is the address of systemd's journal where the stream ends in it. auto then means entries with fields; the
    other forms have the priority before each line, which the journal takes off and files the entry under.

    It is handed to whoever logs; nothing global is set up, so that two agents in one process do not share it.
    """
    terminal = stream.isatty()
    sink: WrappedLogger = structlog.PrintLogger(stream)
    steps = _console(terminal) if form == "console" or (form == "auto" and terminal) else _json()
    if journal is not None and form == "auto":
        sink = Journal(stream, journal)
        steps = _entry()
    elif journal is not None:
        steps = [*steps[:-1], _Prioritised(steps[-1])]
    bound: FilteringBoundLogger = structlog.wrap_logger(
        sink, processors=steps, wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level])
    )
    return bound


class _Prioritised:
    """A renderer's line behind its priority; each further line of a traceback needs one too."""

    def __init__(self, renderer: Processor) -> None:
        self._renderer = renderer

    def __call__(self, wrapped: WrappedLogger, name: str, event: EventDict) -> str:
        level = event["level"]
        return prioritised(level, str(self._renderer(wrapped, name, event)))


def _entry() -> list[Processor]:
    return [structlog.processors.add_log_level, structlog.processors.format_exc_info, _whole]


def _whole(wrapped: WrappedLogger, name: str, event: EventDict) -> tuple[tuple[EventDict], dict[str, Any]]:
    return (event,), {}


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
