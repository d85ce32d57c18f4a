"""Home Assistant's MQTT discovery: messages by which a device tells how Home Assistant shall show it.

Both forms are read, one component a topic and whole devices, with abbreviations and `~`. The table is that of the
specification: under which option a platform names a topic, and what comes on it.
Source: Home Assistant, "MQTT" integration, discovery and the page of each platform; `mqtt/abbreviations.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.core.claim import Claim, same
from agent.core.declared.declaration import (
    NOTHING,
    About,
    Declaration,
    condition,
    gathered,
    labels_of_class,
    meaning,
    measurement,
    unit_of,
)
from agent.core.declared.template import WHOLE, Choice, Extract, extract
from agent.core.ontology import Nature
from agent.core.values import truth

ORIGIN = "Dragoman"
"""As which the agent signs its own discovery messages, which it must not take for somebody else's."""

_ABBREVIATIONS = {
    **{"act_t": "action_topic", "act_tpl": "action_template", "avty": "availability", "avty_t": "availability_topic"},
    **{"avty_tpl": "availability_template", "bri_stat_t": "brightness_state_topic"},
    **{"bri_val_tpl": "brightness_value_template", "clr_temp_stat_t": "color_temp_state_topic"},
    **{"clr_temp_val_tpl": "color_temp_value_template", "clrm_stat_t": "color_mode_state_topic"},
    **{"clrm_val_tpl": "color_mode_value_template", "cmps": "components", "curr_hum_t": "current_humidity_topic"},
    **{"curr_hum_tpl": "current_humidity_template", "curr_temp_t": "current_temperature_topic"},
    **{"curr_temp_tpl": "current_temperature_template", "dev": "device", "dev_cla": "device_class"},
    **{"ent_cat": "entity_category", "fan_mode_stat_t": "fan_mode_state_topic"},
    **{"fan_mode_stat_tpl": "fan_mode_state_template", "fx_stat_t": "effect_state_topic"},
    **{"fx_val_tpl": "effect_value_template", "hs_stat_t": "hs_state_topic", "hs_val_tpl": "hs_value_template"},
    **{"l_ver_t": "latest_version_topic", "l_ver_tpl": "latest_version_template", "mode_stat_t": "mode_state_topic"},
    **{"mode_stat_tpl": "mode_state_template", "o": "origin", "p": "platform", "pct_stat_t": "percentage_state_topic"},
    **{"pct_val_tpl": "percentage_value_template", "pl_avail": "payload_available", "pl_off": "payload_off"},
    **{"pl_not_avail": "payload_not_available", "pl_on": "payload_on", "pos_t": "position_topic"},
    **{"pos_tpl": "position_template", "pr_mode_stat_t": "preset_mode_state_topic"},
    **{"pr_mode_val_tpl": "preset_mode_value_template", "rgb_stat_t": "rgb_state_topic"},
    **{"rgb_val_tpl": "rgb_value_template", "stat_off": "state_off", "stat_on": "state_on", "stat_t": "state_topic"},
    **{"stat_val_tpl": "state_value_template", "t": "topic", "temp_hi_stat_t": "temperature_high_state_topic"},
    **{"temp_hi_stat_tpl": "temperature_high_state_template", "temp_lo_stat_t": "temperature_low_state_topic"},
    **{"temp_lo_stat_tpl": "temperature_low_state_template", "temp_stat_t": "temperature_state_topic"},
    **{"temp_stat_tpl": "temperature_state_template", "tilt_status_t": "tilt_status_topic"},
    **{"tilt_status_tpl": "tilt_status_template", "unit_of_meas": "unit_of_measurement", "val_tpl": "value_template"},
    **{"xy_stat_t": "xy_state_topic", "xy_val_tpl": "xy_value_template"},
}
_DEVICE_ABBREVIATIONS = {"sa": "suggested_area"}


@dataclass(frozen=True, slots=True)
class _Named:
    """A topic that a platform's options name, and the label of what comes on it."""

    label: str
    topic: str = "state_topic"
    template: str = "value_template"


# Platforms with options for several topics. A sensor's label is its class; `state` is what a platform is about.
_PLATFORMS = {
    "alarm_control_panel": (_Named("alarm_state"),),
    "climate": (
        _Named("temperature", "current_temperature_topic", "current_temperature_template"),
        _Named("humidity", "current_humidity_topic", "current_humidity_template"),
        _Named("climate_setpoint", "temperature_state_topic", "temperature_state_template"),
        _Named("climate_setpoint", "temperature_high_state_topic", "temperature_high_state_template"),
        _Named("climate_setpoint", "temperature_low_state_topic", "temperature_low_state_template"),
        _Named("climate_mode", "mode_state_topic", "mode_state_template"),
        _Named("climate_mode", "preset_mode_state_topic", "preset_mode_value_template"),
        _Named("hvac_action", "action_topic", "action_template"),
        _Named("fan_mode", "fan_mode_state_topic", "fan_mode_state_template"),
    ),
    "cover": (
        _Named("cover_state"),
        _Named("cover_position", "position_topic", "position_template"),
        _Named("cover_tilt", "tilt_status_topic", "tilt_status_template"),
    ),
    "fan": (
        _Named("switch_state", template="state_value_template"),
        _Named("fan_speed", "percentage_state_topic", "percentage_value_template"),
        _Named("fan_mode", "preset_mode_state_topic", "preset_mode_value_template"),
    ),
    "humidifier": (
        _Named("switch_state", template="state_value_template"),
        _Named("humidity", "current_humidity_topic", "current_humidity_template"),
    ),
    "light": (
        _Named("switch_state", template="state_value_template"),
        _Named("light_brightness", "brightness_state_topic", "brightness_value_template"),
        _Named("color_temp", "color_temp_state_topic", "color_temp_value_template"),
        _Named("color_mode", "color_mode_state_topic", "color_mode_value_template"),
        _Named("light_effect", "effect_state_topic", "effect_value_template"),
        *(_Named("color", f"{space}_state_topic", f"{space}_value_template") for space in ("rgb", "hs", "xy")),
    ),
    "lock": (_Named("lock_state"),),
    "number": (_Named("config_setting"),),
    "select": (_Named("config_setting"),),
    "siren": (_Named("switch_state", template="state_value_template"),),
    "switch": (_Named("switch_state"),),
    "text": (_Named("config_setting"),),
    "update": (_Named("firmware"), _Named("firmware", "latest_version_topic", "latest_version_template")),
}
# Platforms whose state is a JSON object of a shape that the specification fixes: pointers and labels.
_SHAPES = {
    "light": {
        "/state": "switch_state", "/brightness": "light_brightness", "/color_temp": "color_temp",
        "/color_mode": "color_mode", "/effect": "light_effect",
        **{f"/color/{axis}": "color" for axis in ("h", "s", "x", "y", "r", "g", "b", "c", "w")},
    },
    "event": {"/event_type": "action"},
    "vacuum": {"/state": "device_state", "/battery_level": "battery"},
    "lawn_mower": {"": "device_state"},
}  # fmt: skip
_SETTINGS = ("number", "select", "switch", "text")


def declaration(levels: tuple[str, ...], tree: Any, prefix: str) -> Declaration | None:
    """What a discovery message declares; None when the topic is not one of discovery."""
    if not is_discovery("/".join(levels), prefix):
        return None
    if not isinstance(tree, dict):
        return NOTHING
    config = _unabbreviated(tree)
    if _is_ours(config):
        return NOTHING
    claims: list[tuple[str, str, Claim]] = []
    devices: dict[str, About] = {}
    about = _about(config.get("device"))
    for platform, component in _components(levels[len(prefix.split("/"))], config):
        for topic, path, claim in _claims(platform, component):
            claims.append((topic, path, claim))
            # Many devices share a topic where a bridge says whether it is alive.
            if about is not None and "availability" not in claim.labels:
                devices[topic] = about
    return Declaration(gathered(claims), devices, announced=True)


ENDS = ("/config",)
"""Of the topics of discovery messages."""


def is_discovery(topic: str, prefix: str) -> bool:
    """Whether discovery messages come on the topic."""
    return topic.endswith(ENDS) and topic.startswith(f"{prefix}/")


def _is_ours(config: Mapping[str, Any]) -> bool:
    origin = config.get("origin")
    return isinstance(origin, dict) and origin.get("name") == ORIGIN


def _unabbreviated(config: Mapping[str, Any]) -> dict[str, Any]:
    """The options by their whole names, topics with their base in the place of `~`."""
    base = config.get("~")
    found = {}
    for key, value in config.items():
        name = _ABBREVIATIONS.get(key, key)
        based = isinstance(base, str) and isinstance(value, str) and name.endswith("topic")
        found[name] = re.sub(r"^~|~$", lambda _: str(base), value) if based else value
    availability = found.get("availability")
    if isinstance(availability, dict):
        availability = [availability]
    if isinstance(availability, list):
        inherited = {"~": base} if isinstance(base, str) else {}
        found["availability"] = [
            _unabbreviated({**inherited, **item}) for item in availability if isinstance(item, dict)
        ]
    return found


def _components(platform: str, config: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(platform, options) of each entity."""
    if platform != "device":
        yield platform, config
        return
    components = config.get("components")
    # What the whole device says holds for each component that does not say otherwise.
    common = {key: value for key, value in config.items() if key not in ("components", "device", "origin")}
    for component in components.values() if isinstance(components, dict) else ():
        if isinstance(component, dict):
            base = {"~": config["~"]} if "~" in config and "~" not in component else {}
            options = {**common, **_unabbreviated({**base, **component})}
            if isinstance(options.get("platform"), str):
                yield options["platform"], options


def _about(device: Any) -> About | None:
    if not isinstance(device, dict) or not isinstance(device.get("name"), str):
        return None
    area = {_DEVICE_ABBREVIATIONS.get(key, key): value for key, value in device.items()}.get("suggested_area")
    return About(device["name"], area if isinstance(area, str) else None)


def _claims(platform: str, options: Mapping[str, Any]) -> Iterator[tuple[str, str, Claim]]:
    """(topic, pointer, claim) of everything that one entity reads."""
    yield from _availability(options)
    if platform in ("sensor", "binary_sensor"):
        read = _read(options, "state_topic", "value_template")
        claim = None if read is None else _sensor(platform, options, read.extract)
        if read is not None and claim is not None:
            yield read.topic, read.extract.path, claim
    elif platform in _SHAPES and (platform != "light" or options.get("schema") == "json"):
        topic = options.get("state_topic")
        if isinstance(topic, str) and (platform != "event" or not options.get("value_template")):
            for path, label in _SHAPES[platform].items():
                yield topic, path, meaning(label)
    else:
        for named in _PLATFORMS.get(platform, ()):
            read = _read(options, named.topic, named.template)
            if read is not None:
                setting = platform in _SETTINGS and options.get("entity_category") == "config"
                unit = unit_of(options.get("unit_of_measurement")) if read.extract.exact else None
                labels = ("config_setting",) if setting else (named.label,)
                yield read.topic, read.extract.path, Claim(labels, named=True, unit=unit or None)


@dataclass(frozen=True, slots=True)
class _Read:
    topic: str
    extract: Extract = field(default=WHOLE)


def _read(options: Mapping[str, Any], topic_option: str, template_option: str) -> _Read | None:
    topic, template = options.get(topic_option), options.get(template_option)
    if not isinstance(topic, str) or not isinstance(template, (str, type(None))):
        return None
    found = extract(template)
    return None if found is None else _Read(topic, found)


def _sensor(platform: str, options: Mapping[str, Any], read: Extract) -> Claim | None:
    device_class = options.get("device_class")
    named = device_class if isinstance(device_class, str) else ""
    if platform == "sensor":
        unit = unit_of(options.get("unit_of_measurement")) if read.exact else None
        return measurement(labels_of_class(Nature.MEASUREMENT, named), unit)
    labels = labels_of_class(Nature.BINARY, named)
    if not labels:
        return None
    on, off = options.get("payload_on", "ON"), options.get("payload_off", "OFF")
    if read.choice is not None:
        return _chosen(labels, read.choice, on, off)
    return condition(labels, on, off) if read.exact else meaning(*labels)


def _chosen(labels: tuple[str, ...], choice: Choice, on: Any, off: Any) -> Claim:
    """The claim of a condition whose template chooses between two words."""
    when_equal = _state(choice.when_equal, on, off)
    otherwise = _state(choice.otherwise, on, off)
    if when_equal is None or otherwise is None:
        return meaning(*labels)
    says_yes = choice.literal is None or truth(choice.literal) is not False
    polarity = "normal" if when_equal == says_yes else "inverted"
    if choice.literal is None:
        return Claim(labels, named=True, polarity=polarity)
    return Claim(labels, named=True, states=((choice.literal, when_equal),), otherwise=otherwise, polarity=polarity)


def _state(result: Any, on: Any, off: Any) -> bool | None:
    return True if same(result, on) else False if same(result, off) else None


def _availability(options: Mapping[str, Any]) -> Iterator[tuple[str, str, Claim]]:
    entries = options.get("availability")
    listed = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    if isinstance(options.get("availability_topic"), str):
        listed.append({"topic": options["availability_topic"], "value_template": options.get("availability_template")})
    for entry in listed:
        read = _read(entry, "topic", "value_template")
        if read is not None:
            yield read.topic, read.extract.path, meaning("availability")
