"""Readings to one sentence for a person."""

from __future__ import annotations

from collections.abc import Sequence

from agent.core.message import DeviceRef, Reading
from agent.core.ontology import LABELS, Nature

_TOLD = 4
"""Readings that a summary mentions."""
_TELLING_ROLES = (
    "switch_state", "light_brightness", "cover_position", "cover_state", "climate_setpoint", "climate_mode",
    "hvac_action", "lock_state", "action", "alarm_state", "availability", "fan_speed", "error_code", "device_state",
)  # fmt: skip


def summary(device: DeviceRef, readings: Sequence[Reading]) -> str:
    """The device's name and what its most telling readings say, as "Kitchen Window is open; battery 97 %"."""
    phrases = [phrase for _, phrase in sorted(_phrases(readings), key=lambda ranked: ranked[0])[:_TOLD]]
    if not phrases:
        return f"{device.name}: nothing understood" if readings else f"{device.name}: no values"
    separator = " " if phrases[0].startswith(("is ", "sees ", "detects ", "has ", "reports ", "hears ")) else ": "
    return f"{device.name}{separator}{'; '.join(phrases)}"


def _phrases(readings: Sequence[Reading]) -> list[tuple[int, str]]:
    """(rank, phrase) of the readings worth telling; a lower rank is told first."""
    phrases = []
    told = set()
    for reading in readings:
        if reading.label is None or reading.value is None or reading.label in told:
            continue
        label = LABELS[reading.label]
        if label.nature is Nature.BINARY and isinstance(reading.value, bool):
            phrases.append((0, label.when_true if reading.value else label.when_false))
        elif label.nature is Nature.MEASUREMENT and isinstance(reading.value, (int, float)):
            unit = f" {reading.unit}" if reading.unit else ""
            phrases.append((2, f"{_words(label.name)} {_shown(reading.value)}{unit}"))
        elif label.name in _TELLING_ROLES and not isinstance(reading.value, (dict, list)):
            unit = f" {reading.unit}" if reading.unit else ""
            phrases.append((1, f"{_words(label.name)} {_shown(reading.value)}{unit}"))
        else:
            continue
        told.add(reading.label)
    return phrases


def _words(label: str) -> str:
    return label.replace("_", " ")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)[:40]
