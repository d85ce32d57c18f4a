"""Which devices may be announced: those that are surely the home's own, understood, and wanted."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.corrections import matches
from agent.core.message import Device, DeviceReading

MODES = ("auto", "approve", "off")
"""Whether what passes the rules is announced: by itself, after the owner's approval, or not at all."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The rules."""

    mode: str = MODES[0]
    sightings: int = 5
    """Messages after which a device, and each reading of it, is here to stay: a neighbour's is heard by chance."""
    confidence: float = 0.8
    """Readings less certain than this are not announced."""
    devices: int = 100
    """At most so many are announced without approval."""
    allow: tuple[str, ...] = ()
    """Topic filters; only devices with such a topic are announced. Empty: all."""
    deny: tuple[str, ...] = ()
    """Topic filters; no device with such a topic is announced."""

    def lets(self, device: Device) -> bool:
        """Whether the lists have nothing against the device."""
        topics = {reading.topic for reading in device.readings}
        if any(matches(topic_filter, topic) for topic_filter in self.deny for topic in topics):
            return False
        return not self.allow or any(matches(topic_filter, topic) for topic_filter in self.allow for topic in topics)

    def trusts(self, reading: DeviceReading) -> bool:
        """Whether it is certain enough what the reading is."""
        return reading.confidence >= self.confidence
