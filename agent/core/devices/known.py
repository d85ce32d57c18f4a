"""What is known of one device: the state of its fields, over all its topics, each by a key of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent.core.devices.series import Series
from agent.core.message import Device, DeviceReading
from agent.core.ontology import LABELS, Nature
from agent.core.slug import slug
from agent.core.votes import Votes

READINGS = 512
"""Fields of one device; what comes beyond is interpreted and not kept."""
_OF_NO_DEVICE = frozenset(("identifier", "metadata", "firmware", "config_setting", "timestamp", "other", "error_code"))


@dataclass(slots=True)
class Known:
    """A device."""

    id: str
    name: str
    types: Votes = field(default_factory=Votes)
    areas: Votes = field(default_factory=Votes)
    seen_at: float = 0.0
    roots: set[tuple[str, ...]] = field(default_factory=set)
    """Beginnings of its topics."""
    series: dict[tuple[str, str], Series] = field(default_factory=dict)
    """By topic and path."""
    readings: dict[str, DeviceReading] = field(default_factory=dict)
    """By key."""

    def device(self) -> Device:
        """What others get to see of it."""
        return Device(
            self.id, self.name, self.types.leader, self.areas.leader, self.seen_at, tuple(self.readings.values())
        )

    def key_for(self, topic: str, path: str, label: str) -> str:
        """A key for a field: that of the same condition on another side of the device, else one of its own."""
        # A device of one side alone may have hundreds of fields.
        several = len(self.roots) > 1 and is_condition(label)
        for (other, other_path), series in self.series.items() if several else ():
            held = self.readings.get(series.key)
            if held is None or (other, other_path) == (topic, path):
                continue
            sides = root_of(other, self.roots) != root_of(topic, self.roots)
            if sides and held.label == label and leaf(other, other_path) == leaf(topic, path):
                return series.key
        if label not in self.readings:
            return label
        words = [word for word in (*below(topic, self.roots), *path.split("/")[1:]) if word]
        for count in range(1, len(words) + 1):
            key = slug(f"{label}_{'_'.join(words[-count:])}")
            if key not in self.readings:
                return key
        return next(key for number in range(2, READINGS + 3) if (key := f"{label}_{number}") not in self.readings)

    def release(self, spot: tuple[str, str]) -> None:
        """The field gives up its key; the reading goes when no other field has it."""
        key = self.series[spot].key
        if not any(series.key == key for other, series in self.series.items() if other != spot):
            self.readings.pop(key, None)


def is_condition(label: str) -> bool:
    """Whether the label is of a state that a device is in, rather than of an amount or of itself."""
    return LABELS[label].nature is not Nature.MEASUREMENT and label not in _OF_NO_DEVICE


def root_of(topic: str, roots: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Which of the beginnings the topic has; all its levels where it has none of them."""
    levels = tuple(topic.split("/"))
    return next((root for root in roots if levels[: len(root)] == root), levels)


def below(topic: str, roots: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The topic's levels below the beginning that it has."""
    levels = tuple(topic.split("/"))
    return next((levels[len(root) :] for root in roots if levels[: len(root)] == root), levels)


def leaf(topic: str, path: str) -> str:
    """The name of a field: its innermost key, or the last level of a topic that has but one field."""
    return (path or topic).rpartition("/")[2]
