"""Zigbee2MQTT's `bridge/devices`: every device with what it exposes.

An expose gives a property's name, unit and, for conditions, which value means yes. Its names are the words of the
language of exposes; most of them are words of the vocabulary, the others stand in the table.
Source: https://www.zigbee2mqtt.io/guide/usage/exposes.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agent.core.claim import Claim
from agent.core.declared.declaration import (
    NOTHING,
    About,
    Declaration,
    condition,
    gathered,
    meaning,
    measurement,
    unit_of,
)
from agent.core.ontology import LABELS, Nature

# Words of the language of exposes that are not words of the vocabulary.
_WORDS = {
    "binary": {"contact": "opening", "water_leak": "leak", "gas": "gas_alarm", "rain": "rain_detected"},
    "numeric": {
        "co2": "carbon_dioxide", "soil_moisture": "moisture", "linkquality": "link_quality",
        "device_temperature": "temperature", "power_apparent": "apparent_power", "power_reactive": "reactive_power",
        "noise": "sound_pressure", "hcho": "formaldehyde", "voc": "volatile_organic_compounds",
    },
    "enum": {"action": "action"},
}  # fmt: skip
# Features of the exposes that are a whole thing.
_FEATURES = {
    "climate": {
        "local_temperature": "temperature", "occupied_heating_setpoint": "climate_setpoint",
        "occupied_cooling_setpoint": "climate_setpoint", "current_heating_setpoint": "climate_setpoint",
        "system_mode": "climate_mode", "preset": "climate_mode", "running_state": "hvac_action",
        "fan_mode": "fan_mode",
    },
    "cover": {"state": "cover_state", "position": "cover_position", "tilt": "cover_tilt"},
    "fan": {"state": "switch_state", "mode": "fan_mode", "speed": "fan_speed"},
    "light": {"state": "switch_state", "brightness": "light_brightness", "color_temp": "color_temp"},
    "lock": {"state": "lock_state", "lock_state": "lock_state"},
    "switch": {"state": "switch_state"},
}  # fmt: skip


def declaration(levels: tuple[str, ...], tree: Any) -> Declaration | None:
    """What the bridge says of its devices; None when the topic is another."""
    if not is_device_list("/".join(levels)):
        return None
    claims: list[tuple[str, str, Claim]] = []
    devices: dict[str, About] = {}
    base = "/".join(levels[:-2])
    for device in tree if isinstance(tree, list) else ():
        definition = device.get("definition") if isinstance(device, dict) else None
        name = device.get("friendly_name") if isinstance(device, dict) else None
        if not isinstance(definition, dict) or not isinstance(name, str):
            continue
        topic = f"{base}/{name}"
        devices[topic] = About(name)
        for path, claim in _exposed(definition.get("exposes"), "", ""):
            claims.append((topic, path, claim))
    return Declaration(gathered(claims), devices) if devices else NOTHING


ENDS = ("/bridge/devices",)
"""Of the topics on which a bridge lists its devices."""


def is_device_list(topic: str) -> bool:
    """Whether a bridge lists its devices on the topic."""
    return topic.endswith(ENDS)


def _exposed(exposes: Any, parent: str, pointer: str) -> Iterator[tuple[str, Claim]]:
    """(pointer, claim) of each property; `parent` is the type of the whole that it is a feature of."""
    for expose in exposes if isinstance(exposes, list) else ():
        if not isinstance(expose, dict):
            continue
        kind, name, key = (expose.get(part) for part in ("type", "name", "property"))
        inner = f"{pointer}/{key}" if isinstance(key, str) and key else pointer
        if isinstance(expose.get("features"), list):
            whole = kind if isinstance(kind, str) and kind in _FEATURES else parent
            yield from _exposed(expose["features"], whole, inner if kind == "composite" else pointer)
            if name in ("color_xy", "color_hs"):
                yield from ((f"{inner}/{axis}", meaning("color")) for axis in ("x", "y", "hue", "saturation"))
        elif isinstance(kind, str) and isinstance(name, str) and isinstance(key, str):
            claim = _claim(kind, name, parent, expose)
            if claim is not None:
                yield inner, claim


def _claim(kind: str, name: str, parent: str, expose: Mapping[str, Any]) -> Claim | None:
    if expose.get("category") == "config":
        return Claim(("config_setting",), named=True, unit=unit_of(expose.get("unit")) or None)
    label = _FEATURES.get(parent, {}).get(name) or _WORDS.get(kind, {}).get(name)
    if label is None and name in LABELS and (LABELS[name].nature is Nature.BINARY) == (kind == "binary"):
        label = name
    labels = () if label is None else (label,)
    if kind == "binary" and label is not None and LABELS[label].nature is Nature.BINARY:
        return condition(labels, expose.get("value_on"), expose.get("value_off"))
    if kind == "numeric":
        return measurement(labels, unit_of(expose.get("unit")))
    return meaning(*labels) if labels else None
