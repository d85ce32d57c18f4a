"""One field of a device over time, and what it is said to be: the model may waver with the value."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.message import DeviceReading, Reading

_LABELS = 4
"""Labels that are weighed for one field."""
_EVERYWHERE = "declared", "override"


@dataclass(slots=True)
class Series:
    """One field of one topic."""

    key: str
    label: str | None = None
    """What it was said to be, for as long as nothing else was said."""
    confidence: float = 0.0
    """In that, so far."""
    several: dict[str, float] | None = None
    """The same by label, once something else was said. Of most fields nothing is, and a dict for each takes memory."""

    @classmethod
    def voted(cls, key: str, votes: dict[str, float]) -> Series:
        """One of which that was said so far."""
        return cls(key, *next(iter(votes.items()), (None, 0.0))) if len(votes) < 2 else cls(key, several=votes)

    @property
    def votes(self) -> dict[str, float]:
        """Confidence so far, by label."""
        if self.several is not None:
            return self.several
        return {} if self.label is None else {self.label: self.confidence}

    @property
    def leader(self) -> str:
        """The label with the most confidence so far."""
        votes = self.votes
        return max(votes, key=votes.__getitem__)

    def hear(self, reading: Reading, label: str, before: DeviceReading | None) -> None:
        """It was said once more what it is, in place of what stood there `before`."""
        if reading.source in _EVERYWHERE or (before is not None and before.source in _EVERYWHERE):
            # Who knows is not outvoted, and leaves nothing behind when the knowledge is withdrawn.
            self.label, self.confidence, self.several = label, reading.confidence, None
            return
        self._weigh(label, reading.confidence)

    def _weigh(self, label: str, confidence: float) -> None:
        if self.several is None:
            if label == self.label:
                self.confidence += confidence
                return
            if self.label is None:
                self.label, self.confidence = label, confidence
                return
            self.several = self.votes
        votes = self.several
        if label in votes:
            votes[label] += confidence
            return
        votes[label] = confidence
        if len(votes) > _LABELS:
            del votes[min(votes, key=votes.__getitem__)]
