"""What the home says about itself: messages in which a device, a bridge or Home Assistant tells what others mean.

Each dialect of declaration has a file here, which turns one message into a Declaration. Here they are kept, and put
together for the topic that they are about. What is declared wins over the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from agent.core.claim import Claim, merged
from agent.core.declared import homeassistant, homie, statestream, tasmota, zigbee2mqtt
from agent.core.declared.declaration import About, Declaration
from agent.core.decode import DecodeError, Limits, decode
from agent.core.message import Message

LIMITS = Limits(payload_bytes=4 * 2**20, leaves=200_000)
"""A bridge lists hundreds of devices in one message."""
CAPACITY = 50_000
"""Claims kept; one is a few hundred bytes."""


class Declarations:
    """What the home has declared so far, at most `capacity` claims; later declarations beyond that are not kept."""

    def __init__(self, discovery_prefix: str, capacity: int = CAPACITY) -> None:
        """`discovery_prefix`: where Home Assistant's discovery messages come, mostly `homeassistant`."""
        self._prefix = discovery_prefix
        self._capacity = capacity
        # Home Assistant's discovery says the most, Homie no more than units: the order is that of trust.
        self._dialects: tuple[Callable[[tuple[str, ...], Any], Declaration | None], ...] = (
            partial(homeassistant.declaration, prefix=discovery_prefix),
            zigbee2mqtt.declaration,
            tasmota.Tasmota().declaration,
            homie.declaration,
            statestream.declaration,
        )
        self._heard: dict[str, tuple[int, Declaration]] = {}
        # Topics that are spoken of, with those that speak of them.
        self._speakers: dict[str, set[str]] = {}
        self._known: dict[str, Mapping[str, Claim]] = {}
        self._size = 0
        self.revision = 0
        """Rises when what is declared changes."""
        self.dropped = 0
        """Declarations that did not fit."""

    def __len__(self) -> int:
        return self._size

    def concerns(self, topic: str) -> bool:
        """Whether what comes on the topic is a declaration, and so no word of a device about its state."""
        return concerns(topic, self._prefix)

    def hear(self, message: Message) -> frozenset[str]:
        """Take in what a message declares, in place of what its topic declared before; an empty one takes that back.

        Topics about which something else is known now.
        """
        found = self._read(message)
        # A Tasmota device speaks in two messages, which say together what it says.
        speaker = tasmota.speaker(message.topic) if tasmota.is_discovery(message.topic) else message.topic
        before = self._heard.get(speaker)
        if found == before:
            return frozenset()
        self.revision += 1
        changed: frozenset[str] = frozenset()
        if before is not None:
            changed |= self._forget(speaker, before[1])
        if found is not None:
            changed |= self._keep(speaker, *found)
        for topic in changed:
            self._known.pop(topic, None)
        return changed

    def claims(self, topic: str) -> Mapping[str, Claim]:
        """What is declared of the messages on the topic, by pointer."""
        if topic not in self._speakers:
            return _NOTHING
        known = self._known.get(topic)
        if known is None:
            known = self._known[topic] = self._together(topic)
        return known

    def device(self, topic: str) -> About | None:
        """The device that speaks on the topic; None where nothing is said, or where several do."""
        if topic not in self._speakers:
            return None
        told = [declaration.devices[topic] for declaration in self._about(topic) if topic in declaration.devices]
        if len({about.name for about in told}) != 1:
            return None
        return next((about for about in told if about.area), told[0])

    def announced(self, topic: str, path: str) -> bool:
        """Whether Home Assistant shows the field without our help."""
        # Asked of every reading of a device, and few topics are spoken of.
        return topic in self._speakers and any(
            declaration.announced and path in declaration.claims.get(topic, ()) for declaration in self._about(topic)
        )

    def _together(self, topic: str) -> Mapping[str, Claim]:
        found: dict[str, Claim] = {}
        for declaration in self._about(topic):
            for path, claim in declaration.claims.get(topic, _NOTHING).items():
                found[path] = merged(found[path], claim) if path in found else claim
        return found

    def _about(self, topic: str) -> list[Declaration]:
        """Declarations that speak of the topic, the most telling first."""
        heard = [self._heard[speaker] for speaker in sorted(self._speakers.get(topic, ()))]
        return [declaration for _, declaration in sorted(heard, key=lambda ranked: ranked[0])]

    def _read(self, message: Message) -> tuple[int, Declaration] | None:
        """None when the topic is one on which nothing is declared."""
        levels = tuple(message.topic.split("/"))
        try:
            tree = decode(message, LIMITS).tree
        except DecodeError:
            # An empty message takes back what was said, and what cannot be read says nothing.
            tree = None
        declarations = (dialect(levels, tree) for dialect in self._dialects)
        return next(((rank, found) for rank, found in enumerate(declarations) if found is not None), None)

    def _keep(self, speaker: str, rank: int, declaration: Declaration) -> frozenset[str]:
        if self._size + declaration.size > self._capacity:
            self.dropped += 1
            return frozenset()
        topics = declaration.topics()
        if topics:
            self._heard[speaker] = (rank, declaration)
            self._size += declaration.size
        for topic in topics:
            self._speakers.setdefault(topic, set()).add(speaker)
        return topics

    def _forget(self, speaker: str, declaration: Declaration) -> frozenset[str]:
        del self._heard[speaker]
        self._size -= declaration.size
        for topic in declaration.topics():
            speakers = self._speakers[topic]
            speakers.discard(speaker)
            if not speakers:
                del self._speakers[topic]
        return declaration.topics()


_NOTHING: Mapping[str, Claim] = {}


_ENDS = (
    *homeassistant.ENDS,
    *zigbee2mqtt.ENDS,
    *tasmota.ENDS,
    *homie.ENDS,
    *statestream.ENDS,
)


def concerns(topic: str, discovery_prefix: str) -> bool:
    """Whether what comes on the topic is a declaration."""
    # Asked of every message; nearly all topics end otherwise.
    return topic.endswith(_ENDS) and (
        homeassistant.is_discovery(topic, discovery_prefix)
        or zigbee2mqtt.is_device_list(topic)
        or tasmota.is_discovery(topic)
        or homie.is_attribute(topic)
        or statestream.is_attribute(topic)
    )
