"""Scores to Verdicts: what the model holds of a field by itself, before the message is looked at as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.core.ontology import DEVICE_TYPES, KINDS, LABELS, UNITS, accepts_unit

LEVELS = 8
"""Classes of the device and area heads: topic level counted from the end, 0 the last; LEVELS - 1 means "none"."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Model output for a batch of fields: logits, float32 [batch, classes of the head]."""

    label: NDArray[np.float32]
    unit: NDArray[np.float32]
    polarity: NDArray[np.float32]
    """[batch, 2]: normal, inverted."""
    kind: NDArray[np.float32]
    type: NDArray[np.float32]
    device_level: NDArray[np.float32]
    area_level: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How raw logits become probabilities that can be trusted. Fitted on ecosystems left out of training."""

    temperature: float = 1.0
    """Label logits are divided by it before the softmax."""
    threshold: float = 0.0
    """Labels below this confidence are withheld: the agent does not know."""


_SIZES = {"kind": len(KINDS), "type": len(DEVICE_TYPES), "device_level": LEVELS, "area_level": LEVELS}
_ENDS = list(accumulate(_SIZES.values()))
HEADS = {name: slice(end - _SIZES[name], end) for name, end in zip(_SIZES, _ENDS, strict=True)}
"""Where the log-probabilities of the heads that speak of the message as a whole are in a Verdict's votes."""


# Compared by identity: arrays have no other equality that could be looked up.
@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What the model holds of one field. A pure function of the field's rendered text."""

    label: str | None
    confidence: float
    """Probability of the best label, 0 to 1, also where it is withheld."""
    unit: str
    """The best unit that goes with the label; "" for none."""
    polarity: str
    """normal or inverted; means something for binaries only."""
    packed_runners_up: bytes
    """Of RUNNER_UP. As tuples they would be the larger part of a verdict, and they are seldom asked for."""
    packed_votes: bytes
    """Of PACKED_VOTES."""

    @property
    def runners_up(self) -> tuple[tuple[str, float], ...]:
        """The most probable labels with their probabilities, best first, the given one included."""
        found = np.frombuffer(self.packed_runners_up, RUNNER_UP)
        return tuple(zip([_NAMES[index] for index in found["label"]], found["probability"].tolist(), strict=True))

    @property
    def votes(self) -> NDArray[np.float32]:
        """What the field says of the message as a whole, as HEADS divide it."""
        return np.frombuffer(self.packed_votes, PACKED_VOTES).astype(np.float32)


PACKED_VOTES = np.float16
"""The steps of what the model puts out are coarser."""
RUNNER_UP = np.dtype([("label", np.uint16), ("probability", np.float32)])
"""A label by its number in the ontology, and its probability."""
_NAMES = tuple(LABELS)
# Home Assistant drops an entity whose unit its class does not allow, so such a pair never leaves the model.
_ACCEPTED = np.array([[accepts_unit(label, unit) for unit in UNITS] for label in LABELS.values()])
_RUNNERS_UP = 4


def verdicts(scores: Scores, calibration: Calibration) -> list[Verdict]:
    """One Verdict for each row of the scores."""
    probabilities = np.exp(_log_softmax(scores.label / calibration.temperature))
    ranking = _ranking(probabilities)
    units = np.argmax(np.where(_ACCEPTED[ranking[:, 0]], scores.unit, -np.inf), axis=1)
    inverted = scores.polarity[:, 1] > scores.polarity[:, 0]
    votes = np.concatenate([_log_softmax(getattr(scores, head)) for head in HEADS], axis=1)
    ranked = np.empty(ranking.shape, RUNNER_UP)
    ranked["label"] = ranking
    ranked["probability"] = np.take_along_axis(probabilities, ranking, axis=1)
    # One call for the batch: to take numbers out of arrays one by one costs as much as the model.
    columns = zip(
        ranking[:, 0].tolist(),
        ranked["probability"][:, 0].tolist(),
        units.tolist(),
        inverted.tolist(),
        _rows(ranked),
        _rows(votes.astype(PACKED_VOTES)),
        strict=True,
    )
    return [
        Verdict(
            _NAMES[best] if confidence >= calibration.threshold else None,
            confidence,
            UNITS[unit],
            "inverted" if is_inverted else "normal",
            runners_up,
            vote,
        )
        for best, confidence, unit, is_inverted, runners_up, vote in columns
    ]


def _ranking(probabilities: NDArray[np.float32]) -> NDArray[np.intp]:
    """The best columns of each row, the best first; of equal ones the first.

    Equal logits are frequent in int8, so the tie is to be broken alike everywhere. A stable sort does the same and
    takes longer than all else.
    """
    left, rows = probabilities.copy(), np.arange(len(probabilities))
    ranking = np.empty((len(probabilities), _RUNNERS_UP), np.intp)
    for place in range(_RUNNERS_UP):
        ranking[:, place] = best = np.argmax(left, axis=1)
        left[rows, best] = -np.inf
    return ranking


def _rows(table: NDArray[Any]) -> list[bytes]:
    """Each row by itself: a view kept in a memo would keep the whole batch with it."""
    whole, size = table.tobytes(), table.itemsize * table.shape[1]
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted: NDArray[np.float32] = logits - logits.max(axis=1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return shifted
