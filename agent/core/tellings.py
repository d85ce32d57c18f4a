"""How a change of each label's state is told: as which kind of event, how severe, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agent.core.ontology import LABELS
from agent.core.summary import sentence
from agent.core.values import truth

INFO, NOTICE, WARNING, CRITICAL = SEVERITIES = ("info", "notice", "warning", "critical")

BATTERY_LOW = 15
"""Per cent at which a battery is low."""
BATTERY_FINE = 25
"""Per cent at which one that was low is fine again; the gap keeps a cold night from telling it twice."""
_LONGEST = 64
"""Characters of a state that is remembered; a longer text is no state."""
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told of a new state."""

    kind: str
    severity: str
    text: str
    """One sentence."""


# Conditions: (kind, severity) when one begins to hold and when it ceases to.
_CONDITIONS = {
    "motion": (("motion", INFO), ("motion_cleared", INFO)),
    "occupancy": (("occupied", INFO), ("vacated", INFO)),
    "presence": (("arrived", INFO), ("left", INFO)),
    "door": (("opened", INFO), ("closed", INFO)),
    "window": (("opened", INFO), ("closed", INFO)),
    "opening": (("opened", INFO), ("closed", INFO)),
    "garage_door": (("opened", NOTICE), ("closed", INFO)),
    "leak": (("leak", CRITICAL), ("leak_cleared", NOTICE)),
    "smoke": (("smoke", CRITICAL), ("smoke_cleared", NOTICE)),
    "gas_alarm": (("gas", CRITICAL), ("gas_cleared", NOTICE)),
    "tamper": (("tamper", WARNING), ("tamper_cleared", NOTICE)),
    "battery_low": (("battery_low", WARNING), ("battery_fine", INFO)),
    "connectivity": (("connected", INFO), ("disconnected", NOTICE)),
    "vibration": (("vibration", INFO), ("vibration_cleared", INFO)),
    "problem": (("problem", WARNING), ("problem_cleared", INFO)),
    "running": (("started", INFO), ("stopped", INFO)),
    "moving": (("moving", INFO), ("moving_ended", INFO)),
    "heat": (("hot", WARNING), ("hot_ended", INFO)),
    "cold": (("cold", WARNING), ("cold_ended", INFO)),
    "plug": (("plugged_in", INFO), ("unplugged", INFO)),
    "power_present": (("power_returned", NOTICE), ("power_lost", WARNING)),
    "battery_charging": (("charging", INFO), ("charging_ended", INFO)),
    "safety": (("unsafe", WARNING), ("safe", NOTICE)),
    "sound": (("sound", INFO), ("sound_ended", INFO)),
    "light_detected": (("light", INFO), ("light_ended", INFO)),
    "update": (("update_available", INFO), ("updated", INFO)),
    "lock": (("unlocked", NOTICE), ("locked", INFO)),
    "rain_detected": (("rain", INFO), ("rain_ended", INFO)),
    "switch_state": (("turned_on", INFO), ("turned_off", INFO)),
    "input_state": (("input_on", INFO), ("input_off", INFO)),
    "availability": (("came_online", INFO), ("went_offline", NOTICE)),
}
_PHRASES = {
    "switch_state": ("was turned on", "was turned off"),
    "input_state": ("input is on", "input is off"),
    "availability": ("came online", "went offline"),
}
# Roles of many states, of which any change is told by its word.
_MODES = {
    "climate_mode": INFO,
    "hvac_action": INFO,
    "device_state": INFO,
    "fan_mode": INFO,
    "firmware": INFO,
    "alarm_state": NOTICE,
}
MOMENTARY = "action"
"""The label that has no state: every message is one more press."""


def told_labels() -> frozenset[str]:
    """Labels whose changes are told."""
    return frozenset((*_CONDITIONS, *_MODES, "lock_state", "cover_state", "error_code", "battery", "climate_setpoint"))


def state(label: str, value: Any, before: Any) -> Any:
    """What of a value is its state, as far as telling goes: True, False, a word or number; None for none.

    `before` is the state until now: a battery between low and fine stays what it was.
    """
    if label in _CONDITIONS:
        return truth(value)
    if label == "battery":
        return _battery_low(value, before)
    if label == "error_code":
        return _error(value)
    if label == "climate_setpoint":
        return value if _is_number(value) else None
    if label == "cover_state":
        # On the way it is neither; Zigbee2MQTT, Home Assistant and others say so in English.
        return None if str(value).casefold().endswith("ing") else _word(value)
    return _word(value) if label in _MODES or label == "lock_state" else None


def telling(name: str, label: str, now: Any, unit: str | None) -> Telling:
    """How the new state of a label in `told_labels` is told of the device with the name."""
    if label in _CONDITIONS:
        kind, severity = _CONDITIONS[label][0 if now else 1]
        return Telling(kind, severity, sentence(name, _phrase(label, now)))
    if label == "battery":
        kind, severity = _CONDITIONS["battery_low"][0 if now else 1]
        return Telling(kind, severity, sentence(name, _phrase("battery_low", now)))
    if label == "error_code":
        if now is False:
            return Telling("error_cleared", INFO, sentence(name, "reports no error any more"))
        return Telling("error", WARNING, sentence(name, f"reports error {words(now)}"))
    if label == "climate_setpoint":
        number = int(now) if isinstance(now, float) and now.is_integer() else now
        return Telling("setpoint_changed", INFO, sentence(name, f"was set to {words(number)} {unit or ''}".rstrip()))
    return _of_words(name, label, now)


def _of_words(name: str, label: str, now: Any) -> Telling:
    holds = truth(now)
    if label == "cover_state" and holds is not None:
        return Telling("opened" if holds else "closed", INFO, sentence(name, "is open" if holds else "is closed"))
    if label == "lock_state":
        if holds is None:
            return Telling("lock_state_changed", WARNING, f"{name}: lock is now {words(now)}")
        kind, severity = _CONDITIONS["lock"][0 if holds else 1]
        return Telling(kind, severity, sentence(name, f"is {kind}"))
    if label == "alarm_state" and holds:
        return Telling("alarm_triggered", CRITICAL, f"{name}: alarm is now {words(now)}")
    return Telling(f"{label}_changed", _MODES.get(label, INFO), f"{name}: {words(label)} is now {words(now)}")


def pressed(name: str, value: Any) -> Telling | None:
    """How a press or gesture is told; None for the empty word that many remotes send right after a real one."""
    if value is None or value is False or str(value).casefold() in ("", "none"):
        return None
    return Telling(MOMENTARY, INFO, f"{name}: {words(value)}")


def words(value: Any) -> str:
    """A value as it is spoken, at most forty characters."""
    return str(value).replace("_", " ")[:_SHOWN]


def _phrase(label: str, holds: bool) -> str:
    when_true, when_false = _PHRASES.get(label) or (LABELS[label].when_true, LABELS[label].when_false)
    return when_true if holds else when_false


def _battery_low(value: Any, before: Any) -> bool | None:
    if not _is_number(value) or not 0 <= value <= 100:
        return None
    if value <= BATTERY_LOW:
        return True
    return False if value >= BATTERY_FINE or before is None else bool(before)


def _error(value: Any) -> Any:
    """The error, False for none."""
    if value is None:
        return None
    return False if value in (0, "") or truth(value) is False else _word(value)


def _word(value: Any) -> Any:
    if value is None or (isinstance(value, str) and not 0 < len(value) <= _LONGEST):
        return None
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
