"""One message, several devices: what lists devices by their names is taken apart, as a bridge's list of its sensors is.

An object that holds the name under which it stands as an identifier is a device of its own; two of them are a list.
"""

from __future__ import annotations

from dataclasses import replace

from agent.core.message import Interpretation, Reading

IDENTIFIER = "identifier"
_DEVICES = 64
"""Of one message; a longer list is more than a home has, and counts for the device of its topic."""


def own_name(reading: Reading) -> str | None:
    """The object, by its pointer, that holds its own name in the reading; None where that is no such name."""
    if reading.label != IDENTIFIER or isinstance(reading.value, bool) or not isinstance(reading.value, (str, int)):
        return None
    levels = reading.path.split("/")
    name = str(reading.value)
    return "/".join(levels[: levels.index(name) + 1]) if name and name in levels[1:-1] else None


def devices(interpretation: Interpretation) -> tuple[Interpretation, ...]:
    """One for each device that the message lists, and one for what it says beside; itself where it lists none."""
    named = [reading for reading in interpretation.readings if reading.label == IDENTIFIER]
    if len(named) < 2:
        return (interpretation,)
    objects = dict.fromkeys(path for reading in named if (path := own_name(reading)) is not None)
    if not 1 < len(objects) <= _DEVICES:
        return (interpretation,)
    listed: dict[str, list[Reading]] = {path: [] for path in objects}
    beside: list[Reading] = []
    for reading in interpretation.readings:
        listed.get(_object(reading.path, objects), beside).append(reading)
    if any(reading.label is not None for reading in beside):
        listed[""] = beside
    return tuple(replace(interpretation, readings=tuple(readings)) for readings in listed.values())


def _object(path: str, objects: dict[str, None]) -> str:
    """The innermost of the objects in which the path lies; "" for none."""
    while path:
        path = path.rpartition("/")[0]
        if path in objects:
            return path
    return ""
