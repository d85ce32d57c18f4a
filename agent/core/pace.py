"""When the state of a device is published: at once after a pause, else when the pause is over, as it is then.

The state holds everything that is known of a device, so a home that speaks fast would make the agent say the same over
and over. Beyond a pause for each device there is a budget for all of them together, in readings: when it is used up
they wait for their turn. What says nothing new is published now and then all the same.
"""

from __future__ import annotations

import heapq

PAUSE_S = 0.5
"""Between two states of one device."""
READINGS_PER_S = 2_000
"""Of all states together; so much may also be saved up."""
REFRESH_S = 60.0
"""How old a published state may be while the device says the same again."""
_NEVER = float("-inf")
_SPARE = 16
"""Turns of devices that do not wait any more."""


class Pace:
    """When each device was published, and which of them wait for that."""

    def __init__(self) -> None:
        self._published: dict[str, float] = {}
        self._waiting: dict[str, tuple[float, int]] = {}
        """By device, since when it is due, or will be, and how many readings it has."""
        self._turns: list[tuple[float, str]] = []
        """A heap: when whose turn is. Some may not wait for it any more."""
        self._looked_at = _NEVER
        self._budget = float(READINGS_PER_S)
        self._counted_at = _NEVER
        self._behind = False

    def due(self, device: str, readings: int, at: float, *, changed: bool) -> bool:
        """Whether a device of so many readings is to be published at a time, which then counts as done.

        One that has changed and is not due waits.
        """
        before = self._published.get(device, _NEVER)
        self._looked_at = max(self._looked_at, at)
        # A clock may be set back.
        paused = not 0 <= at - before < (PAUSE_S if changed else REFRESH_S)
        # Nobody overtakes those who wait for the budget.
        if paused and not self._behind and self._affords(readings, at):
            self._done(device, at)
            return True
        self._behind |= paused and changed
        if changed:
            waits = self._waiting.get(device)
            if waits is None:
                waits = (at if paused else before + PAUSE_S, 0)
                heapq.heappush(self._turns, (waits[0], device))
                if len(self._turns) > 2 * len(self._waiting) + _SPARE:
                    self._order()
            self._waiting[device] = waits[0], readings
        return False

    def over(self, now: float) -> list[str]:
        """The devices whose turn it is, the longest due first, which then count as published."""
        if now < self._looked_at:
            # The clock was set back: nobody waits for it to come to where it was.
            self._waiting = {device: (min(at, now), readings) for device, (at, readings) in self._waiting.items()}
            self._order()
        self._looked_at = now
        over = []
        self._behind = False
        while self._turns and self._turns[0][0] <= now:
            due_at, device = self._turns[0]
            waits = self._waiting.get(device)
            # It may have been published meanwhile, and wait for another turn.
            if waits is not None and waits[0] == due_at:
                if not self._affords(waits[1], now):
                    self._behind = True
                    break
                self._done(device, now)
                over.append(device)
            heapq.heappop(self._turns)
        return over

    def _order(self) -> None:
        self._turns = sorted((at, device) for device, (at, _) in self._waiting.items())

    def waiting(self) -> list[str]:
        """All devices that wait."""
        return list(self._waiting)

    def forget(self, device: str) -> None:
        """A device is no more."""
        self._published.pop(device, None)
        self._waiting.pop(device, None)

    def _affords(self, readings: int, now: float) -> bool:
        """Whether anything of the budget is left, which is then used for these."""
        passed_s = now - self._counted_at
        if passed_s:
            self._budget += READINGS_PER_S if passed_s < 0 else READINGS_PER_S * passed_s
            self._budget = min(self._budget, READINGS_PER_S)
            self._counted_at = now
        if self._budget <= 0:
            return False
        self._budget -= readings
        return True

    def _done(self, device: str, at: float) -> None:
        self._published[device] = at
        self._waiting.pop(device, None)
