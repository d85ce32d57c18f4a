"""The lasting connection to the broker: Messages in, Publications out, and news of how the connection fares."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from paho.mqtt.enums import MQTTProtocolVersion

from agent.connection import Change, News, Settings
from agent.core.message import Publication
from agent.credentials import tls_context
from agent.inbox import Inbox
from agent.ledger import Delivery
from agent.link import Link
from agent.outbox import Answer

PROOF_S = 5.0
"""Within which the agent must hear what it says to itself, or anything else."""
LONG_PROOF_S = 600.0
"""The same with MQTT 3.1.1 while other messages come: what has waited at the broker comes first, and may be much."""
LOOK_S = 0.02
"""Between two looks whether what was left at the broker can be fetched."""
_HANG_UPS = 2
"""Times in a row that a broker hangs up on one version of MQTT before the other is tried."""
_MQTT5 = MQTTProtocolVersion.MQTTv5
_MQTT3 = MQTTProtocolVersion.MQTTv311


class Transport:
    """One lasting connection to the broker, over whichever version of MQTT it speaks. For one thread alone."""

    def __init__(self, settings: Settings, will: Publication, clock: Callable[[], float] = time.time) -> None:
        """`will` is what the broker publishes when the agent goes without a word; `clock` stamps messages.

        Raises:
            CredentialError: a certificate or key cannot be used.
        """
        self._settings = settings
        self._will = will
        self._clock = clock
        self._tls = tls_context(settings.broker.tls) if settings.broker.tls.enabled else None
        self._inbox: Inbox[tuple[Link, Change]] = Inbox(settings.inbox_messages, settings.inbox_bytes)
        self._version = _MQTT3 if settings.broker.protocol == "3.1.1" else _MQTT5
        self._hang_ups = 0
        self._past: Counter[str] = Counter()
        self._subscribed = False
        self._proof_due: float | None = None
        self._proof_began = 0.0
        self._link = self._new_link(failures=0)

    @property
    def settings(self) -> Settings:
        """What the connection is made from."""
        return self._settings

    @property
    def protocol(self) -> str:
        """The version of MQTT in use, "5" or "3.1.1"."""
        return "5" if self._version is _MQTT5 else "3.1.1"

    @property
    def subscribed(self) -> bool:
        """Whether the broker has acknowledged a subscription on the present connection."""
        return self._subscribed

    def open(self) -> None:
        """Begin to connect and go on until closed. Returns at once; what comes of it is told by `take`."""
        self._link.open()

    def take(self, limit: int, timeout_s: float) -> tuple[list[Delivery], list[Change]]:
        """Up to `limit` of the messages that wait, and what happened to the connection.

        Waits until there is something, at most for the timeout. While the broker is slow to take what the agent
        publishes, no messages are handed out.
        """
        self._link.outbox.publish_postponed()
        self._fetch_left()
        if self._link.left:
            timeout_s = min(timeout_s, LOOK_S)
        deliveries, told = self._inbox.take(lambda: min(limit, self._room()), timeout_s)
        changes: list[Change] = []
        for link, change in told:
            if link is self._link:
                changes += self._after(change)
        if self._proof_due is not None:
            now = time.monotonic()
            if (deliveries or len(self._inbox)) and self._may_wait_on(now):
                self._proof_due = now + PROOF_S
            elif now >= self._proof_due:
                self._proof_due = None
                changes.append(Change(News.DEAF, self._missing_rules()))
        return deliveries, changes

    def _room(self) -> int:
        """How many messages may be handed out."""
        return 0 if self._may_fetch else self._link.outbox.room

    @property
    def _may_fetch(self) -> bool:
        """Whether everything is done that came before what was left at the broker."""
        return bool(self._link.left) and not self._link.ledger.open and self._subscribed

    def _fetch_left(self) -> None:
        if self._may_fetch and not self._link.ledger.under_way:
            self._link.fetch_left()

    def answer(self, answers: Sequence[Answer]) -> None:
        """Publish what came of messages, each of which is acknowledged when the broker has all of that.

        Raises:
            ValueError: something cannot be published; then nothing is.
        """
        self._link.outbox.answer(answers)

    def publish(self, publications: Iterable[Publication]) -> None:
        """Hand publications over. They outlive a lost connection.

        Raises:
            ValueError: one of them cannot be published; then none is.
        """
        self._link.outbox.publish(publications)

    def close(self, last: Publication, timeout_s: float) -> bool:
        """Whether the broker acknowledged all that was published, and `last` after it, before the connection ended.

        That ends within the timeout in any case, and by a goodbye, so that the broker does not publish the will.
        """
        deadline = time.monotonic() + timeout_s
        if self._subscribed:
            self._link.outbox.publish([last])
            # The goodbye needs a moment of its own.
            while self._link.ledger.under_way and self._link.alive and time.monotonic() < deadline - timeout_s / 4:
                time.sleep(0.005)
        self._subscribed = False
        flushed = self._link.ledger.under_way == 0
        self._link.end(deadline - time.monotonic())
        return flushed

    def statistics(self) -> dict[str, Any]:
        """Counters since the connection was first opened, and what is under way."""
        counters = self._past + self._link.counters
        return {
            "protocol": self.protocol,
            "waiting": len(self._inbox),
            "unacknowledged": self._link.ledger.under_way,
            "unanswered": self._link.ledger.open,
            "acknowledged": self._past["acknowledged"] + self._link.ledger.acknowledged,
            "redelivered": self._past["redelivered"] + self._link.ledger.recognised,
            "left_at_broker": counters["left_at_broker"],
            "dropped": self._inbox.dropped.total(),
            "dropped_by_topic": dict(self._inbox.dropped),
            "ignored": counters["ignored"],
            "own": counters["own"],
            "of_other_agents": counters["of_other_agents"],
            "publications_refused": counters["publications_refused"],
            "publications_postponed": counters["publications_postponed"],
        }

    def _new_link(self, failures: int) -> Link:
        return Link(
            self._settings, self._version, self._will, self._tls, self._inbox, clock=self._clock, failures=failures
        )

    def _after(self, change: Change) -> list[Change]:
        """The change, and what the transport does about it."""
        if change.news is News.CONNECTED:
            self._hang_ups = 0
        elif change.news is News.SUBSCRIBED:
            self._subscribed = True
            self._proof_began = time.monotonic()
            self._proof_due = self._proof_began + PROOF_S
            self._link.prove()
        elif change.news is News.PROVED:
            if self._proof_due is None:
                # Another copy, of an overlapping subscription, or one that was under way when the link broke.
                return []
            self._proof_due = None
        elif change.news in (News.LOST, News.TAKEN_OVER):
            self._subscribed = False
            self._proof_due = None
        elif change.news is News.PUBLICATION_REFUSED:
            # It is known by now why nothing comes back.
            self._proof_due = None
        elif change.news is News.HUNG_UP:
            self._hang_ups += 1
        if self._settings.broker.protocol == "auto" and self._doubtful(change):
            return [change, self._change_version()]
        return [change]

    def _doubtful(self, change: Change) -> bool:
        # A broker that does not know MQTT 5 should say so, but some just hang up, as one does that is going down.
        unsupported = change.news is News.UNSUPPORTED and self._version is _MQTT5
        return unsupported or (change.news is News.HUNG_UP and self._hang_ups >= _HANG_UPS)

    def _may_wait_on(self, now: float) -> bool:
        """Whether there is no reason for alarm while other messages come."""
        # With MQTT 5 the broker would have said that the agent may not speak.
        return self._version is _MQTT5 or now < self._proof_began + LONG_PROOF_S

    def _missing_rules(self) -> str:
        read = " and ".join(f"topic read {name}" for name in self._settings.subscribe)
        rules = f'"{read}"'
        if self._version is _MQTT3:
            # Only MQTT 5 says so when the broker refuses a publication.
            rules += f' or "topic write {self._settings.prefix}/#"'
        return (
            f"what the agent published on {self._settings.probe_topic} did not come back within {PROOF_S:.0f} s, "
            f"though the broker granted the subscription: its access rules lack {rules} (as mosquitto writes it)"
        )

    def _change_version(self) -> Change:
        self._version = _MQTT3 if self._version is _MQTT5 else _MQTT5
        self._hang_ups = 0
        ledger = self._link.ledger
        self._past += self._link.counters + Counter(acknowledged=ledger.acknowledged, redelivered=ledger.recognised)
        self._link.end(0)
        self._link = self._new_link(self._link.failures)
        self._link.open()
        return Change(News.FELL_BACK, f"MQTT {self.protocol} is tried")
