"""What is derived of a topic, once for the messages on it."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.encode import plain_topic
from agent.core.message import DeviceRef
from agent.core.slug import slug

_Question = tuple[bool, str | None, int | None, int | None]


@dataclass(slots=True, eq=False)
class Topic:
    """A topic, and what is derived of it."""

    topic: str
    plain: tuple[str, ...]
    """What the encoder sees of its levels. Very many devices that are named by their numbers are one to it."""
    _asked: _Question | None = None
    _device: DeviceRef | None = None

    def device(self, is_scalar: bool, kind: str | None, device_level: int | None, area_level: int | None) -> DeviceRef:
        """The device of a message: of some type, named with its area by levels counted from the end, None for none.

        `is_scalar`: the message is a value without keys.
        """
        question = is_scalar, kind, device_level, area_level
        # Nearly all messages of a topic ask the same, and to make the identifier costs as much as several readings.
        if self._device is None or question != self._asked:
            self._asked, self._device = question, _device(self.topic, *question)
        return self._device


def _device(
    topic: str, is_scalar: bool, kind: str | None, device_level: int | None, area_level: int | None
) -> DeviceRef:
    levels = topic.split("/")
    # The last level of a scalar's topic names the reading, unless there is no other level to name the device.
    deepest = len(levels) - 2 if is_scalar and len(levels) > 1 else len(levels) - 1
    if device_level is not None:
        deepest = min(deepest, len(levels) - 1 - device_level)
    area = levels[-1 - area_level] or None if area_level is not None else None
    name = levels[deepest] or topic
    return DeviceRef(slug("/".join(levels[: deepest + 1])), name, kind, area, deepest + 1)


def taken_apart(topic: str) -> Topic:
    """The topic, of which nothing was asked yet."""
    return Topic(topic, plain_topic(topic))
