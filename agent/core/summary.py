"""Readings to one sentence for a person."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from agent.core.message import DeviceRef, Reading
from agent.core.ontology import LABELS, Label, Nature
from agent.core.values import truth

_TOLD = 4
"""Readings that a summary mentions."""
_SHOWN = 40
"""Characters of a value."""

# In the order of telling.
_STATE, _ROLE, _MEASURED, _HOUSEKEEPING, _ALL_WELL, _REST = range(6)

# How a role is told; what is not here is of interest only where nothing else is.
_ROLES = {
    "light_brightness": "brightness",
    "cover_position": "position",
    "cover_state": "cover",
    "climate_setpoint": "set to",
    "climate_mode": "mode",
    "hvac_action": "action",
    "lock_state": "lock",
    "action": "action",
    "alarm_state": "alarm",
    "fan_speed": "fan speed",
    "fan_mode": "fan",
    "device_state": "state",
    "valve_position": "valve position",
}
_SWITCHED = {"switch_state": ("is on", "is off"), "availability": ("is online", "is offline")}
# Words that stand well behind "is".
_CONDITIONS = {
    "cover_state": ("open", "closed", "opening", "closing", "stopped", "partially open"),
    "hvac_action": ("heating", "preheating", "cooling", "drying", "idle", "off"),
    "lock_state": ("locked", "unlocked", "locking", "unlocking", "jammed"),
}
# Zigbee2MQTT names a state by the command that leads to it.
_ORDERED = {"close": "closed", "lock": "locked", "unlock": "unlocked", "stop": "stopped"}
_SPOKEN = {
    "aqi": "air quality index",
    "carbon_dioxide": "CO₂",
    "carbon_monoxide": "CO",
    "ph": "pH",
    "pm1": "PM1",
    "pm25": "PM2.5",
    "pm4": "PM4",
    "pm10": "PM10",
    "uv_index": "UV index",
    "volatile_organic_compounds": "VOC",
    "volatile_organic_compounds_parts": "VOC",
}
# True of nearly every device, and seldom why somebody looks at it.
_OF_THE_DEVICE = ("voltage", "signal_strength", "timestamp", "duration", "data_size", "data_rate", "battery")
# Worth a word only while they hold.
_TROUBLE = ("tamper", "battery_low", "problem", "update", "safety")


def summary(device: DeviceRef, readings: Sequence[Reading]) -> str:
    """The device's name and what its most telling readings say, as "Kitchen Window is open; battery 97 %"."""
    ranked = _ranked(readings)
    ranked.sort(key=itemgetter(0))
    told = [entry for entry in ranked[:_TOLD] if entry[0] < _ALL_WELL] or ranked[:2]
    if told:
        return sentence(device.name, "; ".join([_phrase(label, reading) for _, label, reading in told]))
    understood = not readings or any(reading.label for reading in readings)
    return f"{device.name}: {'no values' if understood else 'nothing understood'}"


def sentence(name: str, phrase: str) -> str:
    """A device's name and what is said of it: "Hall sees motion", "Hall: battery is low", "Front Door is open"."""
    first = phrase.partition(" ")[0]
    if first in _VERBS:
        return f"{name} {phrase}"
    # "Front Door: door is open" says it twice.
    if first in _SUBJECTS and phrase.startswith(f"{first} is ") and name.casefold().endswith(first):
        return f"{name}{phrase.removeprefix(first)}"
    return f"{name}: {phrase}"


_SUBJECTS = ("door", "window")
_VERBS = frozenset(
    {"is", "sees", "detects", "vibrates", "does", "reports", "stands", "has", "hears", "was", "came", "went"}
)


def span(seconds: float) -> str:
    """A time as a person says it, in the largest unit of which it has two."""
    for name, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"


_Ranked = tuple[int, Label, Reading]


def _ranked(readings: Sequence[Reading]) -> list[_Ranked]:
    """The readings that say something, the first of each label; a lower rank is told first."""
    ranked: dict[str, _Ranked] = {}
    for reading in readings:
        name, value = reading.label, reading.value
        if name is None or value is None or name in ranked:
            continue
        label, kind = LABELS[name], type(value)
        measured = _MEASURED_AS.get(name) if kind is float or kind is int else None
        ranked[name] = _rank(label, value) if measured is None else measured[0], label, reading
    return list(ranked.values())


def _rank(label: Label, value: Any) -> int:
    if label.nature is Nature.BINARY and isinstance(value, bool):
        return _ALL_WELL if label.name in _TROUBLE and not value else _STATE
    if label.nature is Nature.MEASUREMENT:
        return _REST
    if (label.name in _SWITCHED and truth(value) is not None) or _condition(label, value) is not None:
        return _STATE
    return _ROLE if label.name in _ROLES or label.name in _SWITCHED else _REST


def _condition(label: Label, value: Any) -> str | None:
    """The value as a word that stands well behind "is", if it is one."""
    words = _CONDITIONS.get(label.name)
    if words is None:
        return None
    word = _shown(value).casefold()
    word = _ORDERED.get(word, word)
    return word if word in words else None


def _phrase(label: Label, reading: Reading) -> str:
    value = reading.value
    kind = type(value)
    if kind is float or kind is int:
        measured = _MEASURED_AS.get(label.name)
        if measured is not None:
            unit = f" {reading.unit}" if reading.unit else ""
            return f"{measured[1]} {_number(value)}{unit}"
    if label.nature is Nature.BINARY and isinstance(value, bool):
        return label.when_true if value else label.when_false
    if label.name in _SWITCHED and (holds := truth(value)) is not None:
        when_true, when_false = _SWITCHED[label.name]
        return when_true if holds else when_false
    condition = _condition(label, value)
    if condition is not None:
        return f"is {condition}"
    words = _ROLES.get(label.name) or _spoken(label.name)
    unit = f" {reading.unit}" if reading.unit and _is_number(value) else ""
    return f"{words} {_shown(value)}{unit}"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (int, float)):
        return _number(value)
    return _cut(str(value).replace("_", " "))


def _number(value: int | float) -> str:
    if type(value) is int:
        return _cut(str(value))
    # Six digits for a person, yet no exponent where a meter has counted far.
    return f"{value:.0f}" if 1e6 <= abs(value) < 1e15 else f"{value:.6g}"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _spoken(name: str) -> str:
    return _SPOKEN.get(name) or name.replace("_", " ")


# By label: how a measurement that is a number ranks, and what it is called. Most readings are such, and their sentence
# was the larger part of what an interpretation costs.
_MEASURED_AS = {
    name: (_HOUSEKEEPING if name in _OF_THE_DEVICE else _MEASURED, _spoken(name))
    for name, label in LABELS.items()
    if label.nature is Nature.MEASUREMENT
}
