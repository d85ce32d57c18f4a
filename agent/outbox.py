"""What the agent publishes, until the broker has it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from agent.connection import MARK, News, Settings, advised
from agent.core.message import Publication
from agent.ledger import Delivery, Ledger, Output
from agent.paho_client import Client, Outgoing, fixed

Answer: TypeAlias = tuple[Delivery, Sequence[Publication]]
"""A message, and what came of it."""
RETRY_S = 1.0
"""After which the broker is asked again to take what it had no room for."""


class Outbox:
    """The publications of one client."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        ledger: Ledger,
        counters: Counter[str],
        tell: Callable[[News, str], None],
    ) -> None:
        """`tell` passes news on."""
        self._settings = settings
        self._client = client
        self._ledger = ledger
        self._counters = counters
        self._tell = tell
        self._mark = _marked(settings.prefix) if client.protocol is MQTTProtocolVersion.MQTTv5 else None
        self._refused = False
        self._broker_full = False
        self._again_at = 0.0

    def begin(self) -> None:
        """A connection begins, on which everything is told anew."""
        self._refused = self._broker_full = False

    @property
    def room(self) -> int:
        """How many messages may be answered before the broker must have some of the answers."""
        ledger, settings = self._ledger, self._settings
        full = ledger.under_way >= settings.outbox_messages or ledger.under_way_bytes >= settings.outbox_bytes
        if full or ledger.postponed:
            return 0
        room = settings.unacknowledged - ledger.at_stake
        # Not one by one, since the model reads many at once for little more.
        return room if 2 * room >= settings.unacknowledged else 0

    def publish(self, publications: Iterable[Publication]) -> None:
        """Hand publications to paho, which keeps them over a lost connection until the broker has them.

        Raises:
            ValueError: one of them cannot be published; then none is.
        """
        self._send([Output(publication, None) for publication in publications])

    def answer(self, answers: Sequence[Answer]) -> None:
        """Publish what came of messages. Each is acknowledged as soon as the broker has all that came of it.

        Raises:
            ValueError: something cannot be published; then nothing is.
        """
        self._send(
            [Output(publication, told.receipt) for told, publications in answers for publication in publications]
        )
        self._ledger.answered([told.receipt for told, _ in answers if told.receipt is not None])

    def publish_postponed(self) -> None:
        """Publish again what the broker had no room for, when it has had time to make some."""
        if self._ledger.postponed and time.monotonic() >= self._again_at:
            self._resend(self._ledger.again())

    def taken(self, mids: Sequence[int]) -> None:
        """The broker has publications; called on the network thread."""
        self._ledger.delivered(mids)

    def told(self, mid: int, reason: ReasonCode) -> None:
        """What the broker has to say of a publication; called on the network thread."""
        if reason.getName() == "Quota exceeded":
            self._postpone()
            self._ledger.delivered((mid,), taken=False)
            if not self._broker_full:
                self._broker_full = True
                self._tell(News.BROKER_FULL, "its quota is exceeded; what it did not take is published again")
            return
        self._ledger.delivered((mid,))
        if reason.is_failure:
            self._counters["publications_refused"] += 1
            if not self._refused:
                self._refused = True
                self._tell(News.PUBLICATION_REFUSED, f"{advised(reason.getName())}: {self._missing_rule()}")

    def _send(self, outputs: Sequence[Output]) -> None:
        messages = self._messages(outputs)
        self._ledger.owed(outputs)
        self._hand_over(outputs, messages)

    def _resend(self, outputs: Sequence[Output]) -> None:
        self._hand_over(outputs, self._messages(outputs))

    def _messages(self, outputs: Iterable[Output]) -> list[Outgoing]:
        return [
            Outgoing(output.publication.topic, output.publication.payload, output.publication.retain, self._mark)
            for output in outputs
        ]

    def _hand_over(self, outputs: Sequence[Output], messages: Sequence[Outgoing]) -> None:
        # All by one QoS: paho tells by the same callback that it has written a message of QoS 0 and that the broker
        # has acknowledged one of QoS 1, and packet identifiers are used again.
        mids = self._client.send(messages)
        if None in mids:
            # All 65,535 packet identifiers are in use: a few messages made thousands of events each.
            self._postpone()
        self._ledger.sent(mids, outputs)

    def _postpone(self) -> None:
        self._again_at = time.monotonic() + random.uniform(RETRY_S / 2, RETRY_S)
        self._counters["publications_postponed"] += 1

    def _missing_rule(self) -> str:
        prefix, discovery = self._settings.prefix, self._settings.discovery_prefix
        return (
            f"the agent publishes below {prefix} and, unless discovery.mode is off, {discovery}; "
            f"mosquitto: topic write {prefix}/# and topic write {discovery}/#"
        )


def _marked(prefix: str) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.UserProperty = (MARK, prefix)
    return fixed(properties)
