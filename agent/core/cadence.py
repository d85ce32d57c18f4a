"""How often a device speaks, learned from the gaps between its messages, and after which time it is silent.

The gaps are counted by their length on a logarithmic scale; old counts fade. A device has a rhythm when many of its
gaps are alike, as those of a sensor that reports each minute, or when its longest usual gap is a usual one, as that of
a sensor that reports each change, and each hour in any case. A door that is opened now and then has none, however long
it was watched, and is never called silent.

Beside its rhythm a device may have pauses: an inverter sleeps at night, a desk is switched off at the weekend. They are
remembered apart, since the many gaps of a day would drown them. One that may have been a night is a habit at once, a
longer one when there was another: it may have been an empty battery.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_RATIO = 1.2
"""From one class of lengths to the next."""
_FADE_AT = 1_000.0
"""Counted gaps at which all counts are halved."""
_FEWEST = 20.0
"""Gaps that must have been counted."""
_BURST_S = 2.0
"""Shorter gaps are within one report of several messages."""
_ALIKE = 0.4
"""Of the gaps, that make a rhythm when they are alike; of chance gaps a fifth is so near to one another."""
_RARE = 0.05
"""Of the time, that passes in gaps longer than the longest usual one: messages that were lost make such."""
_NEAR = 0.75
"""Of the longest usual gap: from there on a gap is as good as it."""
_SHARE = 0.2
"""Of the gaps, or of the time that passed in them, that must be near the longest usual one."""
_LONG_S = 4 * 3_600.0
"""A gap from which on the share of time does not count: it may be the night."""
_PATIENCE = 4.0
"""Usual gaps after which a device is silent."""
_TAIL = 2.0
"""And longest usual gaps."""
LEAST_S = 600.0
"""No device is silent before."""
_NIGHT_S = 17 * 3_600.0
"""The longest pause that is taken for a night."""
_PAUSES = 16
"""That are remembered, of the last weeks: two weekends are among them."""
_PAUSES_FOR_S = 21 * 86_400.0
_LONGER = 1.5
"""Times a usual pause, after which a device is silent."""


@dataclass(slots=True)
class Cadence:
    """Of one device."""

    counts: dict[int, float] = field(default_factory=dict)
    """Gaps by class of length."""
    pauses: tuple[tuple[float, float], ...] = ()
    """Gaps that are no part of the rhythm: when each ended, in seconds since the Unix epoch, and its length."""

    def add(self, gap_s: float, at: float) -> None:
        """A gap between two messages has ended, `at` seconds since the Unix epoch."""
        if gap_s < _BURST_S:
            return
        rhythm_s = self._rhythm_s if gap_s >= LEAST_S else None
        if rhythm_s is not None and gap_s >= rhythm_s:
            lately = [pause for pause in self.pauses if 0 <= at - pause[0] <= _PAUSES_FOR_S]
            self.pauses = (*lately[1 - _PAUSES :], (at, gap_s))
            return
        size = round(math.log(gap_s, _RATIO))
        self.counts[size] = self.counts.get(size, 0.0) + 1.0
        if sum(self.counts.values()) >= _FADE_AT:
            self.counts = {size: count / 2 for size, count in self.counts.items() if count >= 0.5}

    @property
    def usual_s(self) -> float | None:
        """The usual gap; None for a device without a rhythm, or not known for long enough."""
        total = sum(self.counts.values())
        if total < _FEWEST:
            return None
        alike = [size for size in self.counts if self._around(size) >= _ALIKE * total]
        if alike:
            return _RATIO ** max(alike, key=self._around)
        longest = self._longest_s()
        near = [size for size in self.counts if longest * _NEAR <= _RATIO**size <= longest / _NEAR]
        if sum(self.counts[size] for size in near) >= _SHARE * total:
            return longest
        often = sum(self._time_s(size) for size in near) >= _SHARE * sum(map(self._time_s, self.counts))
        return longest if often and longest <= _LONG_S else None

    @property
    def silent_after_s(self) -> float | None:
        """How long the device must be quiet to be silent; None where that cannot be said."""
        rhythm_s = self._rhythm_s
        return None if rhythm_s is None else max(rhythm_s, _LONGER * self._usual_pause_s)

    @property
    def _rhythm_s(self) -> float | None:
        """The same for a device without pauses."""
        usual_s = self.usual_s
        return None if usual_s is None else max(LEAST_S, _PATIENCE * usual_s, _TAIL * self._longest_s())

    @property
    def _usual_pause_s(self) -> float:
        """The longest pause that is a habit; 0 for none."""
        lengths = sorted((length for _, length in self.pauses), reverse=True)
        nights = [length for length in lengths if length <= _NIGHT_S]
        return max([*lengths[1:2], *nights[:1]], default=0.0)

    def _around(self, size: int) -> float:
        """Gaps of about the length of a class."""
        return sum(self.counts.get(near, 0.0) for near in (size - 1, size, size + 1))

    def _time_s(self, size: int) -> float:
        """What passed in the gaps of a class."""
        return float(self.counts[size] * _RATIO**size)

    def _longest_s(self) -> float:
        """The longest usual gap."""
        rest_s = _RARE * sum(map(self._time_s, self.counts))
        for size in sorted(self.counts, reverse=True):
            rest_s -= self._time_s(size)
            if rest_s < 0:
                return float(_RATIO**size)
        return 0.0

    def record(self) -> dict[str, Any]:
        """A JSON value for `restored`."""
        counts = {str(size): round(count, 2) for size, count in self.counts.items()}
        return {"counts": counts, "pauses": [[round(at), round(length)] for at, length in self.pauses]}

    @classmethod
    def restored(cls, record: Mapping[str, Any]) -> Cadence:
        """The one that gave the record. Raises ValueError, TypeError, KeyError or AttributeError."""
        # Version 0.1.0 kept the counts alone.
        counts = record.get("counts", record)
        pauses = tuple((float(at), float(length)) for at, length in record.get("pauses", ()))
        return cls({int(size): float(count) for size, count in counts.items()}, pauses)
