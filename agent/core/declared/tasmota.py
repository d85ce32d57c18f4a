"""Tasmota's discovery: below `tasmota/discovery/<mac>` a device tells in `config` its topics, outputs, inputs and
words, and in `sensors` which fields its sensors send.

So it says what its outputs and inputs are, and by which words it comes and goes. Of its sensors it tells no more than
the names: what those mean stays the model's business, but Home Assistant shows them without our help.
Source: Tasmota, `xdrv_12_discovery.ino`; its commands `SetOption114`, `SwitchMode`, `ShutterPosition`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from agent.core.claim import Claim
from agent.core.declared.declaration import NOTHING, About, Declaration, gathered, meaning

_DEVICES = 2_000
"""Of which both messages are put together; beyond, the one that was not heard for the longest is forgotten."""
_FIELDS = 512
"""Of one device's sensors."""
# Of `rl`: 3 is half of a shutter, which is no switch.
_RELAY, _LIGHT, _SHUTTER = 1, 2, 3
# Of `lt_st`, the kinds of light that have white, warm to cold, and colour.
_WHITES, _COLOURS = (2, 5), (3, 4, 5)
_STAT, _TELE = 1, 2
Fields = tuple[tuple[str, str, Claim], ...]


@dataclass(slots=True)
class _Device:
    """What was heard of one device."""

    config: Any = None
    """What it told about itself, as far as it is read."""
    sensors: tuple[str, ...] = ()
    """Pointers of the fields that its sensors send."""


class Tasmota:
    """Devices by what their two messages say together, in whichever order they come."""

    def __init__(self) -> None:
        self._devices: dict[str, _Device] = {}

    def declaration(self, levels: tuple[str, ...], tree: Any) -> Declaration | None:
        """What the device of a message is known to say of itself, after the message; None when the topic is another."""
        if not is_discovery("/".join(levels)):
            return None
        device = self._devices.pop(levels[2], None) or _Device()
        self._devices[levels[2]] = device
        if levels[-1] == "config":
            device.config = _config(tree)
        else:
            device.sensors = tuple(islice(_pointers(tree.get("sn")), _FIELDS)) if isinstance(tree, dict) else ()
        if device.config is None and not device.sensors:
            del self._devices[levels[2]]
        elif len(self._devices) > _DEVICES:
            del self._devices[next(iter(self._devices))]
        if device.config is None:
            return NOTHING
        name, sensor_topic, told = device.config
        claims = [*told, *((sensor_topic, path, Claim()) for path in device.sensors)]
        topics = {topic for topic, _, _ in told} | {sensor_topic}
        return Declaration(gathered(claims), dict.fromkeys(topics, About(name)) if name else {}, announced=True)


ENDS = ("/config", "/sensors")
"""Of the topics on which devices tell of themselves."""


def is_discovery(topic: str) -> bool:
    """Whether Tasmota devices tell of themselves on the topic."""
    return topic.startswith("tasmota/discovery/") and topic.count("/") == 3 and topic.endswith(ENDS)


def speaker(topic: str) -> str:
    """What the topics of both messages of a device have in common."""
    return topic.rpartition("/")[0]


def _config(tree: Any) -> tuple[str, str, Fields] | None:
    """Name, topic of the sensors, and claims; None where no device tells its topics."""
    if not isinstance(tree, dict):
        return None
    topic, full, prefixes, name = tree.get("t"), tree.get("ft"), tree.get("tp"), tree.get("dn")
    if not isinstance(topic, str) or not isinstance(full, str) or not isinstance(prefixes, list) or len(prefixes) != 3:
        return None
    bases = [full.replace("%prefix%", str(prefix)).replace("%topic%", topic).rstrip("/") for prefix in prefixes]
    sensors = f"{bases[_TELE]}/SENSOR"
    fields: list[tuple[str, str, Claim]] = [(f"{bases[_TELE]}/LWT", "", meaning("availability"))]
    for key, label in _outputs(tree):
        fields.append((f"{bases[_STAT]}/{key}", "", meaning(label)))
        fields.append((f"{bases[_STAT]}/RESULT", f"/{key}", meaning(label)))
        fields.append((f"{bases[_TELE]}/STATE", f"/{key}", meaning(label)))
    for number in _numbers(tree.get("rl"), _SHUTTER, step=2):
        fields.append((f"{bases[_STAT]}/RESULT", f"/Shutter{number}/Position", meaning("cover_position")))
        fields.append((sensors, f"/Shutter{number}/Position", meaning("cover_position")))
    for number in (number for number, mode in _numbered(tree.get("swc")) if mode >= 0):
        fields.append((f"{bases[_STAT]}/RESULT", f"/Switch{number}/Action", meaning("input_state")))
        fields.append((sensors, f"/Switch{number}", meaning("input_state")))
    for number in (number for number, used in _numbered(tree.get("btn")) if used):
        fields.append((f"{bases[_STAT]}/RESULT", f"/Button{number}/Action", meaning("action")))
    return name if isinstance(name, str) else "", sensors, tuple(fields)


def _outputs(tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, label) of the outputs: POWER where there is one, POWER1, POWER2, ... where there are several."""
    used = [kind for _, kind in _numbered(tree.get("rl")) if kind]
    for number, kind in enumerate(used, start=1):
        if kind in (_RELAY, _LIGHT):
            yield "POWER" if len(used) == 1 else f"POWER{number}", "switch_state"
    light = tree.get("lt_st")
    if _LIGHT in used and isinstance(light, int):
        yield "Dimmer", "light_brightness"
        if light in _WHITES:
            yield "CT", "color_temp"
        if light in _COLOURS:
            yield "HSBColor", "color"
            yield "Color", "color"


def _numbers(kinds: Any, wanted: int, step: int) -> range:
    """Numbers of things that take `step` places each."""
    return range(1, sum(kind == wanted for _, kind in _numbered(kinds)) // step + 1)


def _numbered(values: Any) -> Iterator[tuple[int, int]]:
    """Whole numbers of a list with their places, from 1 on."""
    for number, value in enumerate(values if isinstance(values, list) else (), start=1):
        if isinstance(value, int):
            yield number, value


def _pointers(tree: Any, path: str = "") -> Iterator[str]:
    """Pointers of all leaves."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else None
    if items is None:
        if path:
            yield path
        return
    for key, inner in items:
        yield from _pointers(inner, f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}")
