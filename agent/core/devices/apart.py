"""One topic, several devices, as of a gateway: what a message names tells whose it is.

A top-level identifier that changes and comes back tells them apart; one that never comes back is a serial number of
messages. An object that holds the key it stands under as an identifier is a device of its own at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from agent.core.listing import IDENTIFIER, own_name
from agent.core.message import Interpretation, Reading

_ONE_SHOT = 24
"""Values of an identifier, none of which came back, that make it a number of messages."""
_RISES = 4
"""Rises in a row that do the same for a whole number."""
_NAME = 64
"""Characters of a name that is taken from a payload."""


@dataclass(slots=True)
class Identifier:
    """A field that may tell apart the devices of one topic."""

    values: dict[str, None] = field(default_factory=dict)
    last: Any = None
    rises: int = 0
    splits: bool | None = None
    """Whether it does; None while that is open."""

    def hear(self, value: Any) -> None:
        """Take in the value of one message."""
        text = str(value)
        if self.splits is None and value != self.last:
            rises = isinstance(value, int) and isinstance(self.last, int) and value > self.last
            self.rises = self.rises + 1 if rises else 0
            if text in self.values:
                self.splits = True
            elif self.rises >= _RISES or len(self.values) >= _ONE_SHOT:
                self.splits = False
            self.last = value
        if self.splits is None:
            self.values[text] = None
        else:
            self.values.clear()


@dataclass(slots=True)
class Topic:
    """What a topic was found to be."""

    device: str
    """Identifier of the device that the topic alone names."""
    root: tuple[str, ...]
    belongs: str | None = None
    """Identifier of the device of its latest message, which knows the root."""
    alike: set[str] | None = None
    """Identifiers of its device and of those whose topics differ in the first level alone; None where it is in none."""
    identifiers: dict[str, Identifier] = field(default_factory=dict)
    """By path."""

    def record(self) -> list[Any]:
        """Device, levels of the root, and what was decided of the identifiers, as a JSON value."""
        decided = {path: found.splits for path, found in self.identifiers.items() if found.splits is not None}
        return [self.device, len(self.root), decided]


def part_of(topic: Topic, readings: Iterable[Reading]) -> str | None:
    """What tells the message's device from others on the topic: "" for nothing, None while it is not clear."""
    named = [reading for reading in readings if reading.label == IDENTIFIER and _is_name(reading.value)]
    if not named and not topic.identifiers:
        return ""
    own = {str(reading.value) for reading in named if own_name(reading) is not None}
    if len(own) == 1:
        return own.pop()
    top = [reading for reading in named if reading.path.count("/") == 1 and not reading.path[1:].isdecimal()]
    for reading in top:
        topic.identifiers.setdefault(reading.path, Identifier()).hear(reading.value)
    if any(identifier.splits for identifier in topic.identifiers.values()):
        # Decided for good, or a device would get another identifier when one more field turns out to differ.
        for identifier in topic.identifiers.values():
            identifier.splits = bool(identifier.splits)
        return " ".join(str(reading.value) for reading in top if topic.identifiers[reading.path].splits)
    undecided = (topic.identifiers[reading.path] for reading in top)
    return None if any(found.splits is None and len(found.values) > 1 for found in undecided) else ""


def called(interpretation: Interpretation, part: str) -> str:
    """What the message calls the device, and by what it is told from others of its make."""
    names = [
        reading.value
        for reading in interpretation.readings
        if reading.label == "metadata" and isinstance(reading.value, str) and 0 < len(reading.value) <= _NAME
    ]
    return f"{names[0] if names else interpretation.device.name} {part}"


def _is_name(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and 0 < len(str(value)) <= _NAME
