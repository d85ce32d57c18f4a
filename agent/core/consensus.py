"""What the fields of a message agree on: its kind, its device's type, and which levels of the topic name the device
and its area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.core.ontology import DEVICE_TYPES, KINDS
from agent.core.verdict import HEADS, LEVELS, PACKED_VOTES, Verdict


@dataclass(frozen=True, slots=True)
class Consensus:
    """What a message says as a whole, whatever its values."""

    kind: str
    type: str | None
    device_level: int | None
    """Of the topic, counted from the end; None where the topic does not name the device, or nobody said."""
    area_level: int | None


NOTHING_SAID = Consensus("unknown", None, None, None)


def consensus(verdicts: Sequence[Verdict], levels: int) -> Consensus:
    """What the fields of a message agree on whose topic has so many levels."""
    if not verdicts:
        return NOTHING_SAID
    # A message of many numbers seldom has the same ones again, so this is done for most of them: all votes at once, by
    # the fewest calls. What has the highest sum has the highest mean.
    packed = np.frombuffer(b"".join([verdict.packed_votes for verdict in verdicts]), PACKED_VOTES)
    votes = np.add.reduce(packed.reshape(len(verdicts), -1), axis=0, dtype=np.float32)
    return Consensus(
        KINDS[votes[_KIND].argmax()],
        DEVICE_TYPES[votes[_TYPE].argmax()],
        _level(votes[_DEVICE_LEVEL], levels),
        _level(votes[_AREA_LEVEL], levels),
    )


_KIND, _TYPE, _DEVICE_LEVEL, _AREA_LEVEL = (HEADS[name] for name in ("kind", "type", "device_level", "area_level"))


def _level(votes: NDArray[np.float32], levels: int) -> int | None:
    """The best of the levels that the topic has."""
    best = int(votes[: min(levels, LEVELS - 1)].argmax())
    return best if votes[best] >= votes[LEVELS - 1] else None
