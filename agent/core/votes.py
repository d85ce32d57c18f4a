"""What most messages say of something that each of them says anew."""

from __future__ import annotations

from collections.abc import Mapping

NAMES = 8
"""That are counted; what comes beyond is not."""


class Votes:
    """How often each name was said."""

    __slots__ = ("counts", "leader")

    def __init__(self, counts: Mapping[str, int] | None = None) -> None:
        self.counts = dict(counts or {})
        """By name, in the order in which they were first said."""
        self.leader: str | None = max(self.counts, key=self.counts.__getitem__, default=None)
        """The name that was said the most; None for none. It stays until another was said more often, so that two that
        take turns do not make it another one with every message."""

    def add(self, name: str | None) -> None:
        """A name is said once more; None is none."""
        counts = self.counts
        if name is None or (name not in counts and len(counts) >= NAMES):
            return
        counts[name] = counts.get(name, 0) + 1
        if self.leader is None or counts[name] > counts[self.leader]:
            self.leader = name
