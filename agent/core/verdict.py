"""Scores to Verdicts: what the model holds of a field by itself, before the message is looked at as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

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
    runners_up: tuple[tuple[str, float], ...]
    """The most probable labels with their probabilities, best first, the given one included."""
    votes: NDArray[np.float32]
    """float32: what the field says of the message as a whole, as HEADS divide it."""


_NAMES = tuple(LABELS)
# Home Assistant drops an entity whose unit its class does not allow, so such a pair never leaves the model.
_ACCEPTED = np.array([[accepts_unit(label, unit) for unit in UNITS] for label in LABELS.values()])
_RUNNERS_UP = 4


def verdicts(scores: Scores, calibration: Calibration) -> list[Verdict]:
    """One Verdict for each row of the scores."""
    probabilities = np.exp(_log_softmax(scores.label / calibration.temperature))
    # Equal logits are frequent in int8; stable, so that every numpy breaks the tie alike.
    ranking = np.argsort(-probabilities, axis=1, kind="stable")[:, :_RUNNERS_UP]
    units = np.argmax(np.where(_ACCEPTED[ranking[:, 0]], scores.unit, -np.inf), axis=1)
    inverted = scores.polarity[:, 1] > scores.polarity[:, 0]
    votes = np.concatenate([_log_softmax(getattr(scores, head)) for head in HEADS], axis=1)
    found = []
    for row, ranked in enumerate(ranking):
        runners_up = tuple((_NAMES[index], float(probabilities[row, index])) for index in ranked)
        best, confidence = runners_up[0]
        found.append(
            Verdict(
                label=best if confidence >= calibration.threshold else None,
                confidence=confidence,
                unit=UNITS[units[row]],
                polarity="inverted" if inverted[row] else "normal",
                runners_up=runners_up,
                # A copy, since a view kept in a memo would keep the whole batch with it.
                votes=votes[row].copy(),
            )
        )
    return found


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted: NDArray[np.float32] = logits - logits.max(axis=1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return shifted
