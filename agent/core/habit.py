"""What is usual for one measured value, in a handful of numbers: its range, its rises, and how long it stays the same.

Each is the widest that was seen, and shrinks by a hundredth a day, so that winter is forgotten by summer. Nothing is
unusual before a week has passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

WINDOW_S = 600.0
"""Within which a rise is measured."""
_LEARNT_S = 7 * 86_400.0
_FEWEST = 200
_FADING = 0.01 / 86_400
"""Share that is forgotten in a second."""
_FAR = 1.0
"""Widths of the usual range beyond it from which on a value is unusual."""
_FAST = 3.0
"""Times the greatest rise."""
_LONG = 5.0
"""Times the longest stay."""
_LEAST_STAY_S = 6 * 3_600.0


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something that is not usual."""

    kind: str
    """unusual, fast_rise or stuck."""
    usual: tuple[float, float]
    """unusual: the range; fast_rise: 0 and the greatest rise; stuck: 0 and the longest stay in seconds."""
    found: float
    """The value, the rise, or the stay in seconds."""


@dataclass(slots=True)
class Habit:
    """Of one reading."""

    since: float
    """Seconds since the epoch, as are the others: when it was first heard."""
    at: float
    value: float
    low: float
    high: float
    count: int = 1
    from_at: float = 0.0
    """Beginning of the window in which a rise is measured."""
    from_value: float = 0.0
    rise: float = 0.0
    """The greatest."""
    same_since: float = 0.0
    stay_s: float = 0.0
    """The longest."""
    stuck: bool = False
    """Whether that was told."""

    @classmethod
    def begun(cls, value: float, at: float) -> Habit:
        """That of a value that is heard for the first time."""
        return cls(at, at, value, value, value, from_at=at, from_value=value, same_since=at)

    def observe(self, value: float, at: float) -> list[Oddity]:
        """What is odd about the value, which is learned thereby."""
        learnt = self.count >= _FEWEST and at - self.since >= _LEARNT_S
        self._fade(max(0.0, at - self.at))
        found = [oddity for oddity in (self._far(value), self._fast(value, at), self._still(value, at)) if oddity]
        self.low, self.high = min(self.low, value), max(self.high, value)
        self.count += 1
        self.at = at
        self.value = value
        return found if learnt else []

    def record(self) -> list[float]:
        """A JSON value for `restored`."""
        return list(astuple(self))

    @classmethod
    def restored(cls, record: Sequence[float]) -> Habit:
        """The one that gave the record. Raises TypeError."""
        return cls(*record)  # type: ignore[arg-type]

    def _fade(self, passed_s: float) -> None:
        share = min(1.0, passed_s * _FADING)
        middle = (self.low + self.high) / 2
        self.low += (middle - self.low) * share
        self.high += (middle - self.high) * share
        self.rise -= self.rise * share
        self.stay_s -= self.stay_s * share

    def _far(self, value: float) -> Oddity | None:
        width = self.high - self.low
        if width <= 0 or self.low - _FAR * width <= value <= self.high + _FAR * width:
            return None
        return Oddity("unusual", (self.low, self.high), value)

    def _fast(self, value: float, at: float) -> Oddity | None:
        rise = value - self.from_value
        late = not 0 <= at - self.from_at <= WINDOW_S
        if late or value < self.from_value:
            self.from_at, self.from_value = at, value
        if late or rise <= self.rise:
            return None
        before, self.rise = self.rise, rise
        odd = before > 0 and rise > _FAST * before and rise > (self.high - self.low) / 2
        return Oddity("fast_rise", (0.0, before), rise) if odd else None

    def _still(self, value: float, at: float) -> Oddity | None:
        stay_s = at - self.same_since
        if value != self.value:
            self.same_since = at
            self.stuck = False
            self.stay_s = max(self.stay_s, stay_s)
            return None
        if self.stuck or self.stay_s <= 0 or stay_s < max(_LEAST_STAY_S, _LONG * self.stay_s):
            return None
        self.stuck = True
        return Oddity("stuck", (0.0, self.stay_s), stay_s)
