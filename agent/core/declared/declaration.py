"""The value that one declaring message comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.core.claim import Claim
from agent.core.ontology import LABELS, UNITS, Nature, accepts_unit
from agent.core.units import spelled_unit
from agent.core.values import truth


@dataclass(frozen=True, slots=True)
class About:
    """What is said about the device behind a topic."""

    name: str
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What one message says about the messages of others."""

    claims: Mapping[str, Mapping[str, Claim]] = field(default_factory=dict)
    """By topic and, in it, JSON pointer."""
    devices: Mapping[str, About] = field(default_factory=dict)
    """By topic."""
    announced: bool = False
    """Whether Home Assistant shows what is declared without anybody's help."""

    def topics(self) -> frozenset[str]:
        """All topics about which something is said."""
        return frozenset((*self.claims, *self.devices))

    @property
    def size(self) -> int:
        """Things said."""
        return len(self.devices) + sum(map(len, self.claims.values()))


NOTHING = Declaration()


def gathered(claims: Iterable[tuple[str, str, Claim]]) -> dict[str, dict[str, Claim]]:
    """(topic, pointer, claim) as a Declaration keeps them; of two about one field the first."""
    found: dict[str, dict[str, Claim]] = {}
    for topic, path, claim in claims:
        found.setdefault(topic, {}).setdefault(path, claim)
    return found


def unit_of(text: object) -> str | None:
    """Home Assistant's spelling of a declared unit; "" for none, None for one that is not known."""
    if not isinstance(text, str):
        return None
    unit = text.strip()
    if not unit:
        return ""
    return unit if unit in UNITS else spelled_unit(unit)


def _labels_of_unit(unit: str) -> tuple[str, ...]:
    """Measurements that are given in the unit."""
    return tuple(name for name, label in LABELS.items() if label.nature is Nature.MEASUREMENT and unit in label.units)


def labels_of_class(nature: Nature, device_class: str) -> tuple[str, ...]:
    """Labels that Home Assistant's device class stands for, on its sensors or binary sensors."""
    return tuple(
        name for name, label in LABELS.items() if label.nature is nature and label.device_class == device_class
    )


def meaning(*labels: str) -> Claim:
    """The claim that a field means one of the labels."""
    return Claim(labels, named=True)


def condition(labels: tuple[str, ...], on: Any, off: Any) -> Claim:
    """The claim of a condition that holds with the raw value `on` and does not with `off`."""
    polarity = {True: "normal", False: "inverted", None: None}[truth(on)]
    return Claim(labels, named=True, states=((on, True), (off, False)), polarity=polarity)


def measurement(labels: tuple[str, ...], unit: str | None) -> Claim | None:
    """The claim of a number with these labels and this unit; None when it says nothing."""
    fitting = tuple(name for name in labels if unit is None or accepts_unit(LABELS[name], unit))
    if labels and not fitting:
        # A pair that contradicts itself: the word counts, not the unit.
        return Claim(labels, named=True)
    if fitting:
        return Claim(fitting, named=True, unit=unit or None)
    return Claim(_labels_of_unit(unit), unit=unit) if unit else None
