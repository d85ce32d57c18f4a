"""When the state of a device is published: at once after a pause, else when the pause is over, as it is then.

The state holds everything that is known of a device, so a home that speaks fast would make the agent say the same over
and over; the larger a state, the longer its pause. What says nothing new is published now and then all the same.
"""

from __future__ import annotations

PAUSE_S = 0.5
"""Between two states of one device."""
_PAUSE_PER_READING_S = 0.01
"""The same, where the device has more than fifty."""
REFRESH_S = 60.0
"""How old a published state may be while the device says the same again."""
_NEVER = float("-inf")


class Pace:
    """When each device was published, and which of them wait for that."""

    def __init__(self) -> None:
        self._published: dict[str, float] = {}
        self._waiting: dict[str, float] = {}
        """By device, when its pause is over."""

    def due(self, device: str, readings: int, at: float, *, changed: bool) -> bool:
        """Whether a device of so many readings is to be published at a time, which then counts as done.

        One that has changed and is not due waits.
        """
        pause_s = max(PAUSE_S, _PAUSE_PER_READING_S * readings)
        before = self._published.get(device, _NEVER)
        # A clock may be set back.
        if not 0 <= at - before < (pause_s if changed else REFRESH_S):
            self._done(device, at)
            return True
        if changed:
            self._waiting[device] = before + pause_s
        return False

    def over(self, now: float) -> list[str]:
        """The devices whose pause is over, which then count as published."""
        over = [device for device, at in self._waiting.items() if now >= at or now < self._published[device]]
        for device in over:
            self._done(device, now)
        return over

    def waiting(self) -> list[str]:
        """All devices that wait."""
        return list(self._waiting)

    def forget(self, device: str) -> None:
        """A device is no more."""
        self._published.pop(device, None)
        self._waiting.pop(device, None)

    def _done(self, device: str, at: float) -> None:
        self._published[device] = at
        self._waiting.pop(device, None)
