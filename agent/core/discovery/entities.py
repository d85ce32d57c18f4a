"""A device's readings to entities of Home Assistant.

What Home Assistant refuses is never sent: a class goes out only with a unit that this class accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.core.discovery.accepted import STATE_CLASSES, UNITS
from agent.core.message import Device, DeviceReading
from agent.core.ontology import LABELS, Label, Nature
from agent.core.publish import line
from agent.core.values import truth

Component = dict[str, Any]
"""Options of one entity by their whole names; `platform` among them."""

_DIAGNOSTIC = frozenset(
    "battery battery_low connectivity data_rate data_size link_quality problem signal_strength update".split()
)
# A moment needs a time zone that devices seldom tell, and coordinates are for a tracker.
_NO_SENSORS = ("timestamp", "location")
_NUMBERS = ("link_quality", "light_brightness", "cover_position", "cover_tilt", "valve_position", "climate_setpoint")
_WORDS = ("cover_state", "lock_state", "alarm_state", "climate_mode", "hvac_action", "device_state", "fan_mode")
_ACTIONS = 32
"""Kinds of presses of one remote."""


def components(
    device: Device, readings: Sequence[DeviceReading], prefix: str, actions: Sequence[str]
) -> dict[str, Component]:
    """The entities of a device by the keys of their readings; `actions` are the presses seen so far."""
    found = {}
    for reading in readings:
        component = _component(device, reading, prefix, actions)
        if component is not None:
            found[reading.key] = {
                "unique_id": f"dragoman_{device.id}_{reading.key}",
                **_name(reading, component),
                **component,
                **({"entity_category": "diagnostic"} if reading.label in _DIAGNOSTIC else {}),
            }
    return found


def tells_enough(found: dict[str, Component]) -> bool:
    """Whether there is more than housekeeping in it."""
    return any("entity_category" not in component for component in found.values())


def availability(device: Device, prefix: str) -> list[dict[str, str]]:
    """When the device's entities are to be believed: while the agent is there and, where it says so, the device."""
    entries = [{"topic": f"{prefix}/status"}]
    for reading in device.readings:
        if reading.label == "availability" and truth(reading.value) is not None:
            gone = "'offline', 'false', '0', 'off', 'no', 'lost', 'disconnected', 'down', 'dead', 'unavailable'"
            value = f"(({_value(reading.key)}) | string | lower)"
            entries.append(
                {
                    "topic": f"{prefix}/device/{device.id}",
                    "value_template": f"{{{{ 'offline' if {value} in [{gone}] else 'online' }}}}",
                }
            )
            break
    return entries


def _component(device: Device, reading: DeviceReading, prefix: str, actions: Sequence[str]) -> Component | None:
    label = LABELS[reading.label]
    if label.nature is Nature.BINARY:
        return _binary(label, reading) if isinstance(reading.value, bool) else None
    if label.nature is Nature.MEASUREMENT:
        return _measurement(label, reading) if _is_number(reading.value) else None
    if label.name == "switch_state":
        value = f"(({_value(reading.key)}) | string | lower)"
        states = f"{{{{ 'ON' if {value} in ['on', 'true', '1'] else 'OFF' if {value} in ['off', 'false', '0'] }}}}"
        return None if truth(reading.value) is None else {"platform": "binary_sensor", "value_template": states}
    if label.name == "action":
        return _action(device, reading, prefix, actions) if actions else None
    plain: Component = {"platform": "sensor", "value_template": f"{{{{ {_value(reading.key)} }}}}"}
    if label.name in _NUMBERS and _is_number(reading.value):
        unit = {"unit_of_measurement": reading.unit} if reading.unit else {}
        return {**plain, **unit, "state_class": "measurement"}
    return plain if label.name in _WORDS and isinstance(reading.value, str) else None


def _measurement(label: Label, reading: DeviceReading) -> Component | None:
    if label.name in _NO_SENSORS:
        return None
    component: Component = {"platform": "sensor", "value_template": f"{{{{ {_value(reading.key)} }}}}"}
    if label.device_class and label.name != "monetary" and _accepts(label.device_class, reading.unit or ""):
        component["device_class"] = label.device_class
    if reading.unit:
        component["unit_of_measurement"] = reading.unit
    state_class = _state_class(component.get("device_class", label.name))
    return {**component, "state_class": state_class} if state_class else component


def _accepts(device_class: str, unit: str) -> bool:
    """Whether every version from 2024.3 on takes the class with the unit; a later one has but added some.

    The vocabulary's own units are those of the newest version.
    """
    return unit in UNITS.get(device_class, ())


def _state_class(device_class: str) -> str | None:
    """How statistics are made of a sensor: the first that Home Assistant accepts for its class."""
    accepted = STATE_CLASSES.get(device_class, ("measurement",))
    return next((name for name in ("measurement", "total_increasing", "total") if name in accepted), None)


def _binary(label: Label, reading: DeviceReading) -> Component:
    value = _value(reading.key)
    return {
        "platform": "binary_sensor",
        **({"device_class": label.device_class} if label.device_class else {}),
        "value_template": f"{{{{ 'ON' if ({value}) is sameas true else 'OFF' if ({value}) is sameas false }}}}",
    }


def _action(device: Device, reading: DeviceReading, prefix: str, actions: Sequence[str]) -> Component:
    # Home Assistant passes over a press whose type was not announced, so the first of a new kind is told as "other".
    # An event of another sort renders to nothing, which it passes over as it should.
    types = sorted(actions)[:_ACTIONS]
    pressed = f"{{'event_type': v if v in {line(types)} else 'other', 'action': v}}"
    return {
        "platform": "event",
        "state_topic": f"{prefix}/event/{device.id}",
        "event_types": [*types, "other"] if "other" not in types else types,
        "value_template": (
            "{% if value_json.label == 'action' %}{% set v = value_json.value | string %}"
            f"{{{{ {pressed} | to_json }}}}{{% endif %}}"
        ),
    }


def _value(key: str) -> str:
    return f"(value_json.readings.{key} | default({{}})).value | default(none)"


def _name(reading: DeviceReading, component: Component) -> Component:
    # Without a name Home Assistant takes the class's own, in the language of the home.
    if "device_class" in component and reading.key == reading.label:
        return {}
    words = _SPOKEN.get(reading.key) or reading.key.replace("_", " ")
    return {"name": words[:1].upper() + words[1:]}


_SPOKEN = {"switch_state": "switched on", "uv_index": "UV index"}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
