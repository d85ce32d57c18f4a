"""What arrives: which messages are read, which are passed over, and which are left at the broker.

mosquitto 2.0.11 keeps to the receive maximum only until the first acknowledgement; each brings as many messages more
(eclipse-mosquitto/mosquitto#2301), so that of a backlog everything comes at once. What there is no room for is
therefore left without an acknowledgement, and all of QoS 1 behind it for the sake of the order. When everything before
it is done the link parts from the broker and comes back, and the broker sends again what was left. Not to read from the
socket would not do: there the broker also acknowledges what the agent publishes, without which no room comes free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.matcher import MQTTMatcher

from agent.connection import MARK, News, Settings
from agent.core.message import Message
from agent.inbox import Inbox
from agent.ledger import Delivery, Ledger

_SHAPES = {"/interpretation/": b'{"schema":1,"topic":', "/event/": b'{"schema":1,"at":'}


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
        self._told_full = False
        self.left = 0
        """Messages of the present connection that were left at the broker."""

    def begin(self, again: bool) -> None:
        """A connection begins; `again`: to fetch what was left at the broker."""
        self.left = 0
        self._told_full = self._told_full and again

    def on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        """Take in a message, as paho's callback."""
        try:
            topic = message.topic
        except UnicodeDecodeError as error:
            # No broker should pass such a topic on. Core refuses it with a reason, so let it come that far.
            topic = error.object.decode("utf-8", "surrogateescape")
        prefix = self._settings.prefix
        if topic == self._settings.probe_topic:
            self._tell(News.PROVED, "the agent may speak, and hears")
            self._pass_over(message)
        elif topic in self._settings.requests or self._settings.heard_anyway(topic):
            self._deliver(Message(topic, bytes(message.payload), self._clock(), message.qos, message.retain), message)
        elif topic == prefix or topic.startswith(f"{prefix}/"):
            self._pass_over(message, "own")
        elif _published_by_an_agent(topic, message):
            self._pass_over(message, "of_other_agents")
        elif self._settings.ignore and any(self._ignore.iter_match(topic)):  # type: ignore[no-untyped-call]
            self._pass_over(message, "ignored")
        else:
            arrived = Message(
                topic, bytes(message.payload), self._clock(), message.qos, message.retain, message.dup, message.mid
            )
            self._deliver(arrived, message)

    def _deliver(self, arrived: Message, message: paho.MQTTMessage) -> None:
        if not message.qos:
            self._inbox.put(Delivery(arrived))
        elif not self.left and self._ledger.recognises(message.mid, arrived):
            return
        elif not self._leave(message):
            # Before what still waits of an earlier connection comes only what is older.
            older = message.dup and self._ledger.awaits_former
            self._inbox.put(Delivery(arrived, self._ledger.received(message.mid, arrived)), again=older)

    def _pass_over(self, message: paho.MQTTMessage, counter: str | None = None) -> None:
        if message.qos:
            if self._leave(message):
                return
            self._ledger.passed_over(message.mid)
        if counter is not None:
            self._counters[counter] += 1

    def _leave(self, message: paho.MQTTMessage) -> bool:
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


def _published_by_an_agent(topic: str, message: paho.MQTTMessage) -> bool:
    """Whether another agent has published the message, under a prefix of its own."""
    marks = getattr(message.properties, "UserProperty", ()) if message.properties is not None else ()
    if any(name == MARK for name, _ in marks):
        return True
    # MQTT 3.1.1 has no user properties, but two agents must not talk each other to death there either.
    return any(part in topic and message.payload.startswith(shape) for part, shape in _SHAPES.items())
