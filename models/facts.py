"""What a training source states about a device: the values that the source parsers write and the simulator reads.

One line of a facts file is one `Device`: a set of fields that occur together. A fact says only what its source
says; `None` means "not stated" and is masked in training, which is different from "stated to be absent".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Values:
    """What a field's values look like in the source's own messages."""

    type: str
    """One of: number, integer, binary, enum, text, timestamp, list, object, unknown."""
    min: float | None = None
    max: float | None = None
    step: float | None = None
    options: tuple[str, ...] = ()
    """Raw values of an enumeration, as sent."""
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What people who speak a language (by its code) call those values."""
    true: Any = None
    """Raw value that stands for true, as sent (`"ON"`, `1`, `true`); None when not stated."""
    false: Any = None
    examples: tuple[Any, ...] = ()
    """Raw values seen in the source."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What a source states about one field."""

    path: tuple[str, ...]
    """Key path inside the payload, outermost first, in the source's own spelling."""
    values: Values
    label: str | None = None
    """A label of the ontology; None when the source does not establish one."""
    unit: str | None = None
    """Home Assistant's spelling; "" when the source states that there is none; None when not stated."""
    polarity: str | None = None
    """"normal" or "inverted" for binaries: does a true-like raw value mean the label's state; else None."""
    names: dict[str, str] = field(default_factory=dict)
    """Human names by language code ("en", "de", "zh-Hans")."""
    topic: tuple[str, ...] | None = None
    """Topic levels (last ones) on which the source says the field is published; None when not stated."""
    platform: str | None = None
    """Home Assistant platform or the source's nearest notion: sensor, binary_sensor, switch, number, select, ..."""
    category: str | None = None
    """"config", "diagnostic" or None."""
    basis: str = ""
    """What established the label: device_class, role, expose, unit, platform, ..."""


@dataclass(frozen=True, slots=True)
class Device:
    """Fields that one device reports together, as one source states them."""

    source: str
    """Package the statement comes from."""
    ecosystem: str
    """The unit that evaluation leaves out as a whole: "zigbee", "shelly", "ha:sensibo", ..."""
    name: str
    facts: tuple[Fact, ...]
    vendor: str | None = None
    model: str | None = None
    type: str | None = None
    """Device type of the ontology; None when not stated."""
    payloads: tuple[Any, ...] = ()
    """Whole payloads that the source's own code produces for this device, when it can be run."""


def write_devices(path: Path, devices: Iterable[Device]) -> int:
    """Number of devices written to `path` as JSON Lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8") as lines:
        for device in devices:
            lines.write(json.dumps(asdict(device), ensure_ascii=False) + "\n")
            count += 1
    return count


def read_devices(path: Path) -> Iterator[Device]:
    """Devices of a facts file, in its order."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            facts = tuple(_fact(fact) for fact in raw.pop("facts"))
            yield Device(facts=facts, payloads=tuple(raw.pop("payloads")), **raw)


def _fact(raw: dict[str, Any]) -> Fact:
    values = raw.pop("values")
    values["options"] = tuple(values["options"])
    values["words"] = {language: tuple(words) for language, words in values["words"].items()}
    values["examples"] = tuple(values["examples"])
    topic = raw.pop("topic")
    return Fact(
        path=tuple(raw.pop("path")),
        values=Values(**values),
        topic=None if topic is None else tuple(topic),
        **raw,
    )
