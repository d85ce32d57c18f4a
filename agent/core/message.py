"""The values that travel from one step to the next, from the broker and back to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


# Nobody changes one. But frozen a dataclass takes three to five times as long to make, and of those that are not frozen
# one is made for every message, or for every field of one.
@dataclass(slots=True)
class Message:
    """One message as the broker delivered it."""

    topic: str
    payload: bytes
    received_at: float
    """Seconds since the Unix epoch, UTC."""
    qos: int = 0
    retained: bool = False
    """True when the broker sent it from its store: state that was, not news."""
    redelivered: bool = False
    """Whether the broker says that it has tried to deliver the message before (MQTT's DUP)."""
    mid: int = 0
    """Packet identifier, the same when it comes again; means nothing with QoS 0."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a message that could not be taken as it stood, while the rest could."""

    path: str
    """JSON pointer to the place."""
    reason: str
    """A word for counting: not_finite."""
    detail: str
    """A sentence for a person."""


@dataclass(slots=True)
class Report:
    """A decoded message."""

    topic: str
    tree: Any
    """JSON value: dict, list, str, int, float, bool or None."""
    at: float
    """Seconds since the Unix epoch, UTC."""
    retained: bool = False
    truncated: bool = False
    """Whether the message held more than is read."""


@dataclass(frozen=True, slots=True)
class Field:
    """One leaf of a report in its context, ready to be encoded."""

    path: str
    """JSON pointer into the payload; "" for a scalar payload."""
    keys: tuple[str, ...]
    """Keys and indices from the root to the leaf, unescaped."""
    value: str | int | float | bool | None
    topic: tuple[str, ...]
    """Levels of the source topic."""
    siblings: tuple[tuple[str, Any], ...]
    """Neighbouring (key, value), nearest first: the same object's, then those of the enclosing ones.
    The value is None for anything but a scalar. In an array the nearest stand in order, around a mark."""
    named: tuple[str, ...] = ()
    """Texts beside it in the same member of an array, which often say what that is: `[{"name": "Humidity", …}]`."""
    among: int = 0
    """Members of the array that it is itself a member of; 0 when it is in none."""


@dataclass(slots=True)
class Reading:
    """What one leaf means."""

    path: str
    label: str | None
    """A label of the ontology; None when the agent does not know."""
    value: Any
    """The leaf's value, parsed; for binaries True means the label's state."""
    unit: str | None
    confidence: float
    """Calibrated probability that the label is right, 0 to 1."""
    source: str
    """model, declared or override."""
    raw: Any
    """The leaf as it was sent."""
    polarity: str | None = None
    """Binaries only: "inverted" when a true-like raw value means the opposite of the label's state."""


@dataclass(slots=True)
class DeviceRef:
    """The device that a message speaks of."""

    id: str
    """Stable slug, made of the topic and, where several devices share one, of what tells them apart."""
    name: str
    type: str | None
    area: str | None
    levels: int = field(default=0, compare=False)
    """Levels at the topic's beginning that name the device; 0 where nobody said."""


@dataclass(slots=True)
class Interpretation:
    """What one message means."""

    topic: str
    at: float
    """Seconds since the Unix epoch, UTC: when the message arrived."""
    retained: bool
    device: DeviceRef
    kind: str
    """state, telemetry, event, availability, command, config, log or unknown."""
    readings: tuple[Reading, ...]
    summary: str
    model: str
    problems: tuple[Problem, ...] = ()
    truncated: bool = False
    """Whether the message held more than was read."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that could not be interpreted, and why."""

    topic: str
    at: float
    """Seconds since the Unix epoch, UTC."""
    reason: str
    """A word for counting: empty, not_utf8, malformed_json, duplicate_key, too_deep, ..."""
    detail: str
    """A sentence for a person."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, told by a change between two messages of a device."""

    device: DeviceRef
    at: float
    """Seconds since the Unix epoch, UTC."""
    kind: str
    """opened, closed, motion, leak, turned_on, button, ..."""
    severity: str
    """info, notice, warning or critical."""
    label: str
    path: str
    value: Any
    topic: str
    text: str
    """One sentence in plain words."""
    evidence: tuple[tuple[str, float], ...] = ()
    """By what it was told, where it was not by the message alone: names and numbers."""


@dataclass(slots=True)
class DeviceReading:
    """The latest reading of one quantity of a device, whichever topic it came from."""

    key: str
    """Stable slug, unique in the device: the label and, where another has it already, words of path or topic."""
    label: str
    value: Any
    unit: str | None
    confidence: float
    source: str
    topic: str
    path: str
    at: float
    """Seconds since the Unix epoch, UTC."""


@dataclass(slots=True)
class Device:
    """What is known of a device: all of its topics together."""

    id: str
    name: str
    type: str | None
    area: str | None
    seen_at: float
    """Seconds since the Unix epoch, UTC: when it was last heard."""
    readings: tuple[DeviceReading, ...]
    """In the order in which they were first heard."""


@dataclass(slots=True)
class Publication:
    """A message for the broker."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request to the agent."""

    ok: bool
    detail: str
    """A sentence for a person."""
    publications: tuple[Publication, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What came of one message."""

    interpretation: Interpretation | None
    refusal: Refusal | None
    events: tuple[Event, ...]
    publications: tuple[Publication, ...]
    answer: Answer | None = None
    """Where the message was a request to the agent."""
