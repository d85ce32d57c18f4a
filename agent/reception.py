"""What arrives: which messages are read, which are passed over, and which are left at the broker.

mosquitto 2.0.11 keeps to the receive maximum only until the first acknowledgement; each brings as many messages more
(eclipse-mosquitto/mosquitto#2301), so that of a backlog everything comes at once. What there is no room for is
therefore left without an acknowledgement, and all of QoS 1 behind it for the sake of the order. When everything before
it is done the link parts from the broker and comes back, and the broker sends again what was left. Not to read from the
socket would not do: there the broker also acknowledges what the agent publishes, without which no room comes free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from enum import Enum, auto
from functools import lru_cache
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.matcher import MQTTMatcher

from agent.connection import MARK, News, Settings
from agent.core.message import Message
from agent.inbox import Inbox
from agent.ledger import Delivery, Ledger

_SHAPES = {"/interpretation/": b'{"schema":1,"topic":', "/event/": b'{"schema":1,"at":'}
_TOPIC = 256
"""Characters of a topic of which it is remembered what it is."""


class _Lot(Enum):
    """What is done with the messages of a topic."""

    PROBE = auto()
    READ = auto()
    """Whoever has published them."""
    READ_OF_OTHERS = auto()
    """Unless an agent has published them."""
    OWN = auto()
    IGNORED = auto()


class Reception:
    """Sorts the messages of one client, on its network thread."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        inbox: Inbox[Any],
        counters: Counter[str],
        *,
        tell: Callable[[News, str], None],
        clock: Callable[[], float],
    ) -> None:
        """`tell` passes news on; `clock` stamps messages."""
        self._settings = settings
        self._ledger = ledger
        self._inbox = inbox
        self._counters = counters
        self._tell = tell
        self._clock = clock
        self._ignore = MQTTMatcher()  # type: ignore[no-untyped-call]
        for topic_filter in settings.ignore:
            self._ignore[topic_filter] = True
        self._probe_topic, self._requests = settings.probe_topic, frozenset(settings.requests)
        # A home says everything on the same few topics, and to look at one costs as much as to read a message.
        self._known_lot = lru_cache(4_096)(self._lot)
        self._told_full = False
        self.left = 0
        """Messages of the present connection that were left at the broker."""

    def begin(self, again: bool) -> None:
        """A connection begins; `again`: to fetch what was left at the broker."""
        self.left = 0
        self._told_full = self._told_full and again

    def on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        """Take in a message that has properties, as paho's callback."""
        try:
            topic = message.topic
        except UnicodeDecodeError as error:
            # No broker should pass such a topic on. Core refuses it with a reason, so let it come that far.
            topic = error.object.decode("utf-8", "surrogateescape")
        arrived = Message(
            topic, bytes(message.payload), self._clock(), message.qos, message.retain, message.dup, message.mid
        )
        self.take_in((arrived,), marked=_is_marked(message))

    def take_in(self, messages: Iterable[Message], *, marked: bool = False) -> None:
        """Take in messages; `marked` when an agent has put its mark on them."""
        deliveries: list[tuple[Delivery, bool]] = []
        for message in messages:
            topic = message.topic
            lot, shape = self._known_lot(topic) if len(topic) <= _TOPIC else self._lot(topic)
            if lot is _Lot.READ:
                self._deliver(message, deliveries)
            elif lot is _Lot.PROBE:
                self._tell(News.PROVED, "the agent may speak, and hears")
                self._pass_over(message)
            elif lot is _Lot.OWN:
                self._pass_over(message, "own")
            elif marked or (shape and message.payload.startswith(shape)):
                # MQTT 3.1.1 has no marks, but two agents must not talk each other to death there either.
                self._pass_over(message, "of_other_agents")
            elif lot is _Lot.IGNORED:
                self._pass_over(message, "ignored")
            else:
                self._deliver(message, deliveries)
        if deliveries:
            self._inbox.put(deliveries)

    def _lot(self, topic: str) -> tuple[_Lot, tuple[bytes, ...]]:
        """What is done with the messages of a topic, and how those of them begin that an agent has published."""
        prefix = self._settings.prefix
        shape = tuple(begins for part, begins in _SHAPES.items() if part in topic)
        if topic == self._probe_topic:
            return _Lot.PROBE, shape
        if topic in self._requests or self._settings.heard_anyway(topic):
            return _Lot.READ, shape
        if topic == prefix or topic.startswith(f"{prefix}/"):
            return _Lot.OWN, shape
        if self._settings.ignore and any(self._ignore.iter_match(topic)):  # type: ignore[no-untyped-call]
            return _Lot.IGNORED, shape
        return _Lot.READ_OF_OTHERS, shape

    def _deliver(self, message: Message, deliveries: list[tuple[Delivery, bool]]) -> None:
        if not message.qos:
            deliveries.append((Delivery(message), False))
        elif not self.left and self._ledger.recognises(message.mid, message):
            return
        elif not self._leave(message):
            # Before what still waits of an earlier connection comes only what is older.
            older = message.redelivered and self._ledger.awaits_former
            deliveries.append((Delivery(message, self._ledger.received(message.mid, message)), older))

    def _pass_over(self, message: Message, counter: str | None = None) -> None:
        if message.qos:
            if self._leave(message):
                return
            self._ledger.passed_over(message.mid)
        if counter is not None:
            self._counters[counter] += 1

    def _leave(self, message: Message) -> bool:
        """Whether a message of QoS 1 is left at the broker, for want of room."""
        settings, ledger = self._settings, self._ledger
        if not settings.keeps_session:
            # It would not come again.
            return False
        # A lone message is kept whatever its size, so that it can be refused with a reason.
        too_long = ledger.open > 0 and ledger.open_bytes + len(message.payload) > settings.inbox_bytes
        if not self.left and not too_long and ledger.open < settings.inbox_messages:
            return False
        if not self._told_full:
            self._told_full = True
            self._tell(News.INBOX_FULL, f"{ledger.open} messages of QoS 1 wait; the rest is left there until later")
        self.left += 1
        self._counters["left_at_broker"] += 1
        return True


def _is_marked(message: paho.MQTTMessage) -> bool:
    marks = getattr(message.properties, "UserProperty", ()) if message.properties is not None else ()
    return any(name == MARK for name, _ in marks)
