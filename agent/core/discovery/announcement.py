"""Entities to Home Assistant's discovery messages: a whole device in one (2024.12 and later), or one a topic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.core.declared.homeassistant import ORIGIN
from agent.core.discovery.entities import Component, availability
from agent.core.message import Device
from agent.core.publish import line

Announcement = dict[str, str]
"""Payloads by topic; an empty one takes back what was announced there."""


def device_form(
    device: Device, found: Mapping[str, Component], gone: Mapping[str, str], discovery_prefix: str, prefix: str
) -> Announcement:
    """One message for the device. `gone` are components that were announced and are no more: key and platform."""
    shape = {
        **_common(device, prefix),
        "state_topic": f"{prefix}/device/{device.id}",
        # A component with its platform alone is taken away.
        "components": {**found, **{key: {"platform": platform} for key, platform in gone.items()}},
    }
    return {f"{discovery_prefix}/device/dragoman_{device.id}/config": line(shape)}


def single_form(
    device: Device, found: Mapping[str, Component], gone: Mapping[str, str], discovery_prefix: str, prefix: str
) -> Announcement:
    """One message for each entity."""
    messages = {}
    for key, component in found.items():
        shape = {**_common(device, prefix), "state_topic": f"{prefix}/device/{device.id}", **component}
        platform = shape.pop("platform")
        messages[f"{discovery_prefix}/{platform}/dragoman_{device.id}/{key}/config"] = line(shape)
    for key, platform in gone.items():
        messages[f"{discovery_prefix}/{platform}/dragoman_{device.id}/{key}/config"] = ""
    return messages


_COMMON = ("availability", "availability_mode", "device", "origin")


def components_in(topic: str, shape: Mapping[str, Any]) -> dict[str, Component]:
    """The entities of a message that was announced on the topic, which is given without the prefix.

    Raises LookupError or AttributeError for a message of another shape.
    """
    platform, *_, key, _ = topic.split("/")
    if platform == "device":
        # Those with a platform alone were taken away.
        return {name: dict(entry) for name, entry in shape["components"].items() if len(entry) > 1}
    return {key: {"platform": platform, **{name: value for name, value in shape.items() if name not in _COMMON}}}


def _common(device: Device, prefix: str) -> dict[str, Any]:
    about: dict[str, Any] = {"identifiers": [f"dragoman_{device.id}"], "name": device.name}
    if device.area:
        about["suggested_area"] = device.area.replace("_", " ")
    if device.type and device.type != "other":
        about["model"] = device.type.replace("_", " ")
    return {
        "device": about,
        "origin": {"name": ORIGIN},
        "availability": availability(device, prefix),
        "availability_mode": "all",
    }
