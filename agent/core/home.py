"""The home around its devices: what it declares, what its owner decides, and what Home Assistant is told of it.

Messages that are no device's word about its state end here; of all others the pipeline asks what is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.core.corrections import Correction, Corrections
from agent.core.declared import Declarations
from agent.core.devices import News
from agent.core.discovery import Decisions, Discovery
from agent.core.discovery.gate import Gate
from agent.core.knowledge import Knowledge
from agent.core.message import Answer, Device, Message, Publication
from agent.core.publish import Publisher
from agent.core.requests import Desk


@dataclass(frozen=True, slots=True)
class Owner:
    """What the owner of the home has decided; it outlives restarts."""

    corrections: tuple[Correction, ...] = ()
    """The latest first."""
    decisions: Decisions = field(default_factory=Decisions)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a message that is no device's."""

    publications: tuple[Publication, ...] = ()
    answer: Answer | None = None
    """Where it was a request."""


class Home:
    """Knowledge, discovery and requests together."""

    def __init__(
        self,
        publisher: Publisher,
        gate: Gate,
        *,
        discovery_prefix: str,
        single: bool = False,
        owner: Owner | None = None,
        topics: int = 20_000,
        random: Callable[[], float],
    ) -> None:
        """`single`: announce entity by entity. `topics`: of so many is known what their last message looked like.
        `random`: numbers from 0 to 1."""
        declarations = Declarations(discovery_prefix)
        owner = owner or Owner()
        self._corrections = Corrections(owner.corrections, topics)
        self._discovery = Discovery(
            gate,
            declarations,
            prefix=publisher.prefix,
            discovery_prefix=discovery_prefix,
            single=single,
            decisions=owner.decisions,
            random=random,
        )
        self._publisher = publisher
        self._desk = Desk(self._corrections, self._discovery, publisher)
        self.knowledge = Knowledge(declarations, self._corrections)

    @property
    def revision(self) -> int:
        """Rises when `owner` changes."""
        return self._corrections.revision + self._discovery.revision

    @property
    def owner(self) -> Owner:
        """What is to be kept for the next run."""
        return Owner(tuple(self._corrections), self._discovery.decisions)

    def concerns(self, message: Message) -> bool:
        """Whether a message is for the agent, or about devices, rather than of one."""
        topic = message.topic
        return self._desk.concerns(topic) or self._discovery.is_birth(topic) or self.knowledge.concerns(topic)

    def hear(self, message: Message) -> Heard:
        """Take in such a message."""
        if self._desk.concerns(message.topic):
            answer = self._desk.answer(message)
            return Heard(answer.publications, answer)
        if self._discovery.is_birth(message.topic):
            if message.payload == b"online":
                self._discovery.born(message.received_at)
            return Heard()
        self.knowledge.hear(message)
        return Heard(tuple(self._discovery.adopt(message.topic, message.payload)))

    def tell(
        self, device: Device, news: Sequence[News], silent_after_s: Callable[[str], float | None], *, live: bool
    ) -> list[Publication]:
        """What to publish after a message of a device, which told its readings in `news`; `live`: no retained one.

        `silent_after_s`: how long a device must be quiet to be silent.
        """
        return self._discovery.consider(device, news, silent_after_s, live=live)

    def forget(self, device_ids: Sequence[str]) -> list[Publication]:
        """What to publish when devices are no more."""
        return [publication for device_id in device_ids for publication in self._discovery.remove(device_id)]

    def connected(self, at: float) -> None:
        """The broker may have forgotten what it was told: it is told anew."""
        self._discovery.born(at)

    @property
    def announced(self) -> list[str]:
        """Identifiers of the devices that Home Assistant was told of."""
        return self._discovery.withdrawable()

    def tick(self, now: float) -> list[Publication]:
        """What is due."""
        return self._discovery.tick(now)

    def statistics(self) -> dict[str, Any]:
        """Counters."""
        return {**self.knowledge.statistics(), "discovery": self._discovery.statistics()}
