"""Interpretations to Events: what a reading was before, and whether its change is worth telling.

Retained input is what the broker kept from before, so it sets the memory and never makes an event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agent.core.message import Event, Interpretation, Reading
from agent.core.ontology import LABELS
from agent.core.summary import sentence
from agent.core.values import truth


@dataclass(frozen=True, slots=True)
class Telling:
    """How a change of a label's state is told: (kind, severity) when it begins to hold and when it ceases to."""

    begins: tuple[str, str]
    ceases: tuple[str, str]


_TELLINGS = {
    "motion": Telling(("motion", "info"), ("motion_cleared", "info")),
    "occupancy": Telling(("occupied", "info"), ("vacated", "info")),
    "presence": Telling(("arrived", "info"), ("left", "info")),
    "door": Telling(("opened", "info"), ("closed", "info")),
    "window": Telling(("opened", "info"), ("closed", "info")),
    "opening": Telling(("opened", "info"), ("closed", "info")),
    "garage_door": Telling(("opened", "notice"), ("closed", "info")),
    "leak": Telling(("leak", "critical"), ("leak_cleared", "notice")),
    "smoke": Telling(("smoke", "critical"), ("smoke_cleared", "notice")),
    "gas_alarm": Telling(("gas", "critical"), ("gas_cleared", "notice")),
    "tamper": Telling(("tamper", "warning"), ("tamper_cleared", "notice")),
    "battery_low": Telling(("battery_low", "warning"), ("battery_fine", "info")),
    "connectivity": Telling(("connected", "info"), ("disconnected", "notice")),
    "vibration": Telling(("vibration", "info"), ("vibration_cleared", "info")),
    "problem": Telling(("problem", "warning"), ("problem_cleared", "info")),
    "plug": Telling(("plugged_in", "info"), ("unplugged", "info")),
    "power_present": Telling(("power_returned", "notice"), ("power_lost", "warning")),
    "battery_charging": Telling(("charging", "info"), ("charging_ended", "info")),
    "safety": Telling(("unsafe", "warning"), ("safe", "notice")),
    "lock": Telling(("unlocked", "notice"), ("locked", "info")),
    "rain_detected": Telling(("rain", "info"), ("rain_ended", "info")),
    "running": Telling(("started", "info"), ("stopped", "info")),
    "update": Telling(("update_available", "info"), ("updated", "info")),
    "switch_state": Telling(("turned_on", "info"), ("turned_off", "info")),
    "availability": Telling(("came_online", "info"), ("went_offline", "notice")),
}
_PHRASES = {
    "switch_state": ("was turned on", "was turned off"),
    "availability": ("came online", "went offline"),
}
_LONGEST = 64
"""Characters of a state that is remembered; a longer text is no state."""
_CHANGED = ("cover_state", "lock_state", "alarm_state", "climate_mode", "hvac_action", "device_state", "fan_mode")


class Memory:
    """Last meaning of each series, at most `capacity` of them; the longest unheard-of is forgotten first."""

    def __init__(self, capacity: int, confidence: float) -> None:
        """`confidence`: readings below it, 0 to 1, make no events."""
        self._capacity = capacity
        self._confidence = confidence
        self._last: dict[tuple[str, str], tuple[str, Any]] = {}

    def __len__(self) -> int:
        return len(self._last)

    def observe(self, interpretation: Interpretation) -> tuple[Event, ...]:
        """What just happened, as far as this message tells; its readings are remembered."""
        events = []
        for reading in interpretation.readings:
            if reading.label is None or reading.confidence < self._confidence:
                continue
            event = self._change(interpretation, reading, reading.label)
            if event is not None and not interpretation.retained:
                events.append(event)
        return tuple(events)

    def _change(self, interpretation: Interpretation, reading: Reading, label: str) -> Event | None:
        if label == "action":
            return _action(interpretation, reading)
        telling = _TELLINGS.get(label)
        if telling is None and label not in _CHANGED:
            return None
        now = _state(reading) if telling else reading.value
        if now is None or (isinstance(now, str) and len(now) > _LONGEST):
            return None
        before = self._replace((interpretation.topic, reading.path), (label, now))
        # Under another label it was another thing: the model has changed its mind, nothing has happened.
        if before is None or before[0] != label or before[1] == now:
            return None
        name = interpretation.device.name
        if telling is None:
            text = f"{name}: {_words(label)} is now {_words(now)[:40]}"
            return _event(interpretation, reading, f"{label}_changed", "info", value=now, text=text)
        kind, severity = telling.begins if now else telling.ceases
        text = sentence(name, _phrase(label, now))
        return _event(interpretation, reading, kind, severity, value=now, text=text)

    def _replace(self, series: tuple[str, str], state: tuple[str, Any]) -> tuple[str, Any] | None:
        """What was remembered of the series until now; None for nothing."""
        before = self._last.pop(series, None)
        self._last[series] = state
        if len(self._last) > self._capacity:
            del self._last[next(iter(self._last))]
        return before


def _state(reading: Reading) -> bool | None:
    return reading.value if isinstance(reading.value, bool) else truth(reading.value)


def _phrase(label: str, holds: bool) -> str:
    when_true, when_false = _PHRASES.get(label) or (LABELS[label].when_true, LABELS[label].when_false)
    return when_true if holds else when_false


def _action(interpretation: Interpretation, reading: Reading) -> Event | None:
    # Many remotes send an empty action right after a real one.
    if reading.value in (None, "", "none", False):
        return None
    text = f"{interpretation.device.name}: {_words(reading.value)[:40]}"
    return _event(interpretation, reading, "action", "info", value=reading.value, text=text)


def _words(value: Any) -> str:
    return str(value).replace("_", " ")


def _event(
    interpretation: Interpretation, reading: Reading, kind: str, severity: str, *, value: Any, text: str
) -> Event:
    return Event(
        device=interpretation.device,
        at=interpretation.at,
        kind=kind,
        severity=severity,
        label=str(reading.label),
        path=reading.path,
        value=value,
        topic=interpretation.topic,
        text=text,
    )
