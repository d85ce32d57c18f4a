"""What the log is told of the work: changes of the connection, refusals, bugs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.connection import Change, News
from agent.core.memo import Memo
from agent.core.message import Message, Outcome, Refusal
from agent.log import LEVELS

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_REFUSALS = 1_000
"""Topics and reasons of which it is known that they were told."""


class Diary:
    """Writes the log, and remembers what need not be told again."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self.log = log
        """Where it is written; it may be replaced."""
        self._refusals: Memo[bool] = Memo(_REFUSALS)

    def changed(self, change: Change, broker: str, protocol: str) -> None:
        """The connection fares differently."""
        level, event = _EVENTS[change.news]
        self.log.log(LEVELS[level], event, broker=broker, protocol=protocol, detail=change.detail)

    def answered(self, message: Message, outcome: Outcome) -> None:
        """A message is done with."""
        if outcome.refusal is not None:
            self._refused(message, outcome.refusal)
        if outcome.answer is not None:
            self.log.info("request_answered", ok=outcome.answer.ok, detail=outcome.answer.detail)

    def failed(self, message: Message) -> None:
        """A message tripped the bug whose exception is being handled."""
        self.log.exception("message_failed", topic=_shown(message.topic), bytes=len(message.payload))

    def _refused(self, message: Message, refusal: Refusal) -> None:
        """Once for each topic and reason, since a device sends the same for ever."""
        topic = _shown(message.topic)
        known = f"{refusal.reason} {topic}"
        level = "info" if self._refusals.get(known) is None else "debug"
        self._refusals.put(known, True)
        self.log.log(LEVELS[level], "message_refused", topic=topic, reason=refusal.reason, detail=refusal.detail)


_EVENTS = {
    News.CONNECTED: ("info", "connected"),
    News.SUBSCRIBED: ("info", "subscribed"),
    News.FILTER_REFUSED: ("error", "subscription_refused"),
    News.REFUSED: ("error", "connection_refused"),
    News.UNSUPPORTED: ("warning", "protocol_refused"),
    News.HUNG_UP: ("warning", "connection_failed"),
    News.UNREACHABLE: ("warning", "connection_failed"),
    News.LOST: ("warning", "connection_lost"),
    News.FELL_BACK: ("warning", "protocol_changed"),
    News.PUBLICATION_REFUSED: ("error", "publication_refused"),
    News.BROKER_FULL: ("warning", "broker_full"),
    News.INBOX_FULL: ("warning", "inbox_full"),
    News.FETCHED: ("debug", "fetched"),
    News.SESSION_LOST: ("warning", "session_lost"),
    News.TAKEN_OVER: ("error", "client_id_in_use"),
    News.PROVED: ("info", "proved"),
    News.DEAF: ("error", "nothing_heard"),
    News.DIED: ("error", "network_thread_died"),
}


def _shown(topic: str) -> str:
    return topic[:256].encode("utf-8", "replace").decode()
