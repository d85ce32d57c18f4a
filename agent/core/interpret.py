"""Report, Fields and Verdicts to an Interpretation.

The model labels; every value is copied from the message, so nothing can be made up.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from agent.core.claim import Claim
from agent.core.declared.declaration import About
from agent.core.message import DeviceRef, Field, Interpretation, Problem, Reading, Report
from agent.core.ontology import DEVICE_TYPES, KINDS, LABELS, Label, Nature, accepts_unit
from agent.core.summary import summary
from agent.core.units import spelled_unit
from agent.core.values import number_and_unit, truth
from agent.core.verdict import LEVELS, Verdict


class Known(Protocol):
    """Who knows more than the model: what the home declares and what its owner corrects."""

    def claims(self, topic: str, paths: Sequence[str], depth: int) -> Mapping[str, Claim]:
        """What is known of a message's fields, by path. `depth`: how many levels of the topic name its device."""

    def device(self, topic: str) -> About | None:
        """What is said of the device that speaks on the topic."""

    def compare(self, topic: str, path: str, agreed: bool) -> None:
        """Whether the model, left to itself, says of a field what is declared."""


def interpret(
    report: Report, fields: Sequence[Field], verdicts: Sequence[Verdict], model: str, known: Known | None = None
) -> Interpretation:
    """What the report means: one Reading for each field, in order. `verdicts[i]` belongs to `fields[i]`.

    What is known wins over the model.
    """
    problems: list[Problem] = []
    device = _device(report.topic, not isinstance(report.tree, (dict, list)), verdicts)
    claims: Mapping[str, Claim] = {}
    if known is not None:
        claims = known.claims(report.topic, [field.path for field in fields], device.levels)
        about = known.device(report.topic)
        if about is not None:
            device = replace(device, name=about.name, area=about.area or device.area)
    readings = []
    for field, verdict in zip(fields, verdicts, strict=True):
        claim = claims.get(field.path)
        if known is not None and claim is not None and claim.named and claim.source == "declared":
            known.compare(report.topic, field.path, verdict.label in claim.labels)
        readings.append(_reading(field, verdict, claim, problems))
    return Interpretation(
        topic=report.topic,
        at=report.at,
        retained=report.retained,
        device=device,
        kind=KINDS[_agreed([verdict.kind for verdict in verdicts])] if verdicts else "unknown",
        readings=tuple(readings),
        summary=summary(device, readings),
        model=model,
        problems=tuple(problems),
        truncated=report.truncated,
    )


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a field means, whoever says so."""

    label: Label | None
    confidence: float
    source: str
    unit: str
    """"" for none."""


def _reading(field: Field, verdict: Verdict, claim: Claim | None, problems: list[Problem]) -> Reading:
    raw = field.value
    if isinstance(raw, float) and not math.isfinite(raw):
        # JSON has no such number: Python reads NaN and 1e999, nobody else could read what would be published.
        problems.append(Problem(field.path, "not_finite", f"{raw} is no number in JSON; it is given as null"))
        raw = None
    meaning = _meaning(verdict, claim)
    label = meaning.label
    if label is None:
        return Reading(field.path, None, raw, None, meaning.confidence, meaning.source, raw)
    if label.nature is Nature.BINARY:
        return _binary(field.path, raw, meaning, verdict.polarity, claim)
    value, unit = _quantity(raw, meaning.unit)
    if unit and not accepts_unit(label, unit):
        unit = None
    if label.nature is Nature.ROLE and not unit:
        value = raw
    return Reading(field.path, label.name, value, unit, meaning.confidence, meaning.source, raw)


def _meaning(verdict: Verdict, claim: Claim | None) -> _Meaning:
    own = _Meaning(LABELS[verdict.label] if verdict.label else None, verdict.confidence, "model", verdict.unit)
    if claim is None:
        return own
    if claim.named:
        if not claim.labels:
            return _Meaning(None, 1.0, claim.source, "")
        label = LABELS[_best(verdict, claim.labels)[0] or claim.labels[0]]
        return _Meaning(label, 1.0, claim.source, _unit(label, verdict, claim))
    if own.label is None or not accepts_unit(own.label, claim.unit or ""):
        # The unit alone is known: that rules labels out, and what is left shares the probability.
        best, confidence = _best(verdict, claim.labels)
        if best is None and len(claim.labels) != 1:
            return own
        if best is None:
            return _Meaning(LABELS[claim.labels[0]], 1.0, claim.source, claim.unit or "")
        return _Meaning(LABELS[best], confidence, "model", _unit(LABELS[best], verdict, claim))
    return replace(own, unit=_unit(own.label, verdict, claim))


def _best(verdict: Verdict, labels: Sequence[str]) -> tuple[str | None, float]:
    """The label that the model holds for the most probable among some, and its share of their probability."""
    if verdict.label in labels:
        return verdict.label, verdict.confidence
    ranked = [(label, probability) for label, probability in verdict.runners_up if label in labels]
    if not ranked:
        return None, 0.0
    return ranked[0][0], ranked[0][1] / max(sum(probability for _, probability in ranked), 1e-9)


def _unit(label: Label, verdict: Verdict, claim: Claim) -> str:
    if claim.unit is not None:
        return claim.unit
    if accepts_unit(label, verdict.unit) and (verdict.unit or not label.units):
        return verdict.unit
    return label.units[0] if len(label.units) == 1 else ""


def _binary(path: str, raw: Any, meaning: _Meaning, inferred: str, claim: Claim | None) -> Reading:
    """The reading of a condition; `inferred` is its polarity as the model holds it."""
    label = None if meaning.label is None else meaning.label.name
    said = truth(raw)
    declared = None if claim is None else claim.holds(raw)
    if declared is not None:
        polarity = (claim.polarity if claim is not None else None) or "normal"
        if said is not None:
            polarity = "normal" if said == declared else "inverted"
        return Reading(path, label, declared, None, meaning.confidence, meaning.source, raw, polarity)
    value = raw if said is None else said != (inferred == "inverted")
    return Reading(path, label, value, None, meaning.confidence, meaning.source, raw, inferred)


def _quantity(raw: Any, known: str) -> tuple[Any, str | None]:
    """The value as a number where it is one, and its unit: as the text says, else as is known or inferred."""
    if not isinstance(raw, str):
        return raw, known or None
    number, written = number_and_unit(raw)
    if number is None:
        # "12T04:31:09" is a duration, but not one in seconds.
        return raw, None
    return number, (spelled_unit(written) if written else known) or None


def _agreed(log_probabilities: Sequence[NDArray[np.float32]], allowed: NDArray[np.bool_] | None = None) -> int:
    """The class that the fields of a message agree on, among the allowed ones."""
    total = np.mean(log_probabilities, axis=0)
    if allowed is not None:
        total = np.where(allowed, total, -np.inf)
    return int(np.argmax(total))


def _device(topic: str, is_scalar: bool, verdicts: Sequence[Verdict]) -> DeviceRef:
    levels = topic.split("/")
    # The last level of a scalar's topic names the reading, unless there is no other level to name the device.
    deepest = len(levels) - 2 if is_scalar and len(levels) > 1 else len(levels) - 1
    area = None
    kind = None
    if verdicts:
        exists = np.arange(LEVELS) < min(len(levels), LEVELS - 1)
        exists[LEVELS - 1] = True
        device_level = _agreed([verdict.device_level for verdict in verdicts], exists)
        area_level = _agreed([verdict.area_level for verdict in verdicts], exists)
        if device_level < LEVELS - 1:
            deepest = min(deepest, len(levels) - 1 - device_level)
        if area_level < LEVELS - 1:
            area = levels[-1 - area_level] or None
        kind = DEVICE_TYPES[_agreed([verdict.type for verdict in verdicts])]
    name = levels[deepest] or topic
    return DeviceRef(slug("/".join(levels[: deepest + 1])), name, kind, area, deepest + 1)


def slug(text: str) -> str:
    """1 to 128 lower-case letters a to z, digits and underscores: Home Assistant takes no others in an identifier.

    Accents are dropped. A text that loses more than that, as Cyrillic or a long one does, gets a checksum, so that
    it stays distinct from others that lose the same.
    """
    folded = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join([character for character in folded if not unicodedata.combining(character)])
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if words and len(words) <= 128 and not re.search(r"[^\W_]", re.sub(r"[a-z0-9]", "", plain)):
        return words
    checksum = hashlib.blake2s(text.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return f"{words[:119]}_{checksum}".lstrip("_")
