"""What the fields of a message agree on: its kind, its device's type, and which levels of the topic name the device
and its area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.core.ontology import DEVICE_TYPES, KINDS
from agent.core.verdict import HEADS, LEVELS, Verdict


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
    votes = np.mean([verdict.votes for verdict in verdicts], axis=0)
    return Consensus(
        KINDS[int(np.argmax(votes[HEADS["kind"]]))],
        DEVICE_TYPES[int(np.argmax(votes[HEADS["type"]]))],
        _level(votes[HEADS["device_level"]], levels),
        _level(votes[HEADS["area_level"]], levels),
    )


def _level(votes: NDArray[np.float32], levels: int) -> int | None:
    """The best of the levels that the topic has."""
    exists = np.arange(LEVELS) < min(levels, LEVELS - 1)
    exists[LEVELS - 1] = True
    best = int(np.argmax(np.where(exists, votes, -np.inf)))
    return best if best < LEVELS - 1 else None
