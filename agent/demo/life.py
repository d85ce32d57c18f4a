"""What a simulated device lives by: its clock, its chance, and the weather that it shares with the whole house.

Time is home time, in seconds since the home's start. Nothing here looks at a real clock, so the same seed always
tells the same story.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Sending:
    """One message of a device, and when it sends it."""

    at_s: float
    """Home seconds since the start."""
    topic: str
    payload: bytes


class Life:
    """One device's own time, chance and surroundings."""

    def __init__(self, seed: str, start: datetime) -> None:
        self.chance = random.Random(seed)
        self._start = start
        self._now_s = self.chance.uniform(0, 60)

    @property
    def now(self) -> datetime:
        """The home's time of day, without a zone, as most devices tell it."""
        return self._start + timedelta(seconds=self._now_s)

    @property
    def epoch_ms(self) -> int:
        """The home's time of day, taken as UTC, in milliseconds since the Unix epoch."""
        return round(self.now.replace(tzinfo=UTC).timestamp() * 1000)

    @property
    def now_s(self) -> float:
        """Home seconds since the start."""
        return self._now_s

    def wait(self, seconds: float) -> None:
        """Let time pass, a little more or less than asked for: no device has a perfect clock."""
        self._now_s += seconds * self.chance.uniform(0.92, 1.08)

    def send(self, topic: str, payload: str) -> Sending:
        """A message at this moment."""
        return Sending(self._now_s, topic, payload.encode())

    def sun(self) -> float:
        """Height of the sun: 0 at night, 1 at noon; rises about six."""
        hour = self._hour()
        return max(0.0, math.sin(math.pi * (hour - 5.9) / 13.6)) if 5.9 < hour < 19.5 else 0.0

    def outdoors(self) -> float:
        """Outdoor temperature in °C: coldest before sunrise, warmest in the afternoon."""
        return 11.5 - 6.5 * math.cos(2 * math.pi * (self._hour() - 4.5) / 24)

    def indoors(self, target: float) -> float:
        """Temperature in °C of a room that is kept at about `target`, cooler at night."""
        return target - 0.9 * math.cos(2 * math.pi * (self._hour() - 5) / 24) + self.chance.gauss(0, 0.08)

    def _hour(self) -> float:
        now = self.now
        return now.hour + now.minute / 60 + now.second / 3600


class Drift:
    """A value that wanders between two bounds, back towards where it began."""

    def __init__(self, life: Life, value: float, step: float, low: float, high: float) -> None:
        self._life = life
        self._middle = self._value = value
        self._step = step
        self._low, self._high = low, high

    def __call__(self, digits: int = 1) -> float:
        """The next value, rounded; an integral one for 0 digits."""
        pull = (self._middle - self._value) * 0.05
        self._value += pull + self._life.chance.gauss(0, self._step)
        self._value = min(self._high, max(self._low, self._value))
        return round(self._value, digits) if digits else round(self._value)


class Meter:
    """A counter that only rises: the sum of a power over home time."""

    def __init__(self, life: Life, total_wh: float) -> None:
        self._life = life
        self._wh = total_wh
        self._since_s = life.now_s

    def add(self, watts: float) -> float:
        """Total in Wh after the power has flowed since the last call."""
        self._wh += watts * (self._life.now_s - self._since_s) / 3600
        self._since_s = self._life.now_s
        return self._wh
