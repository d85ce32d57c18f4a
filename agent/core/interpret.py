"""Report, leaves and Verdicts to an Interpretation.

The model labels; every value is copied from the message, so nothing can be made up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from agent.core.claim import Claim
from agent.core.consensus import Consensus
from agent.core.declared.declaration import About
from agent.core.message import Interpretation, Problem, Reading, Report
from agent.core.ontology import LABELS, Label, Nature, accepts_unit
from agent.core.summary import summary
from agent.core.topic import Topic
from agent.core.units import spelled_unit
from agent.core.values import number_and_unit, truth
from agent.core.verdict import Verdict


class Known(Protocol):
    """Who knows more than the model: what the home declares and what its owner corrects."""

    def claims(self, topic: str, paths: Sequence[str], depth: int) -> Mapping[str, Claim]:
        """What is known of a message's fields, by path. `depth`: how many levels of the topic name its device."""

    def device(self, topic: str) -> About | None:
        """What is said of the device that speaks on the topic."""

    def compare(self, topic: str, path: str, agreed: bool) -> None:
        """Whether the model, left to itself, says of a field what is declared."""


def interpret(
    report: Report,
    paths: Sequence[str],
    values: Sequence[Any],
    verdicts: Sequence[Verdict],
    agreed: Consensus,
    *,
    topic: Topic,
    model: str,
    known: Known | None = None,
) -> Interpretation:
    """What the report means: one Reading for each of its leaves, in order.

    `paths[i]`, `values[i]` and `verdicts[i]` are of leaf i, and `agreed` is what the verdicts agree on. What is known
    wins over the model. `topic` is the report's.
    """
    problems: list[Problem] = []
    is_scalar = not isinstance(report.tree, (dict, list))
    device = topic.device(is_scalar, agreed.type, agreed.device_level, agreed.area_level)
    claims: Mapping[str, Claim] = {}
    if known is not None:
        claims = known.claims(report.topic, paths, device.levels)
        about = known.device(report.topic)
        if about is not None:
            device = replace(device, name=about.name, area=about.area or device.area)
    readings = []
    for path, value, verdict in zip(paths, values, verdicts, strict=True):
        claim = claims.get(path) if claims else None
        if known is not None and claim is not None and claim.named and claim.source == "declared":
            known.compare(report.topic, path, verdict.label in claim.labels)
        readings.append(_reading(path, value, verdict, claim, problems))
    return Interpretation(
        topic=report.topic,
        at=report.at,
        retained=report.retained,
        device=device,
        kind=agreed.kind,
        readings=tuple(readings),
        summary=summary(device, readings),
        model=model,
        problems=tuple(problems),
        truncated=report.truncated,
    )


_CONDITIONS = frozenset(name for name, label in LABELS.items() if label.nature is Nature.BINARY)
_Meaning = tuple[Label | None, float, str, str]
"""What a field means, whoever says so: label, confidence, source, and unit or "" for none."""


def _reading(path: str, raw: Any, verdict: Verdict, claim: Claim | None, problems: list[Problem]) -> Reading:
    kind = type(raw)
    if claim is None and (kind is int or (kind is float and raw - raw == 0)) and verdict.label not in _CONDITIONS:
        # What nearly every reading is: a number, and nobody but the model who says what it means, by a unit that goes
        # with it. All that is below would come to the same.
        unit = verdict.unit or None if verdict.label is not None else None
        return Reading(path, verdict.label, raw, unit, verdict.confidence, "model", raw)
    if isinstance(raw, float) and not math.isfinite(raw):
        # JSON has no such number: Python reads NaN and 1e999, nobody else could read what would be published.
        problems.append(Problem(path, "not_finite", f"{raw} is no number in JSON; it is given as null"))
        raw = None
    written = _written_unit(raw)
    meaning = _meaning(verdict, claim) if claim is not None or not written else _meaning_of_unit(verdict, written)
    label, confidence, source, known_unit = meaning
    if label is None:
        return Reading(path, None, raw, None, confidence, source, raw)
    if label.nature is Nature.BINARY:
        return _binary(path, raw, meaning, verdict.polarity, claim)
    value, unit = _quantity(raw, written or known_unit)
    if unit and not accepts_unit(label, unit):
        unit = None
    if label.nature is Nature.ROLE and not unit:
        value = raw
    return Reading(path, label.name, value, unit, confidence, source, raw)


def _meaning(verdict: Verdict, claim: Claim | None) -> _Meaning:
    own = LABELS[verdict.label] if verdict.label else None
    if claim is None:
        return own, verdict.confidence, "model", verdict.unit
    if claim.named:
        if not claim.labels:
            return None, 1.0, claim.source, ""
        label = LABELS[_best(verdict, claim.labels)[0] or claim.labels[0]]
        return label, 1.0, claim.source, _unit(label, verdict, claim)
    if own is None or not accepts_unit(own, claim.unit or ""):
        # The unit alone is known: that rules labels out, and what is left shares the probability.
        best, confidence = _best(verdict, claim.labels)
        if best is None and len(claim.labels) != 1:
            return own, verdict.confidence, "model", verdict.unit
        if best is None:
            return LABELS[claim.labels[0]], 1.0, claim.source, claim.unit or ""
        return LABELS[best], confidence, "model", _unit(LABELS[best], verdict, claim)
    return own, verdict.confidence, "model", _unit(own, verdict, claim)


def _written_unit(raw: Any) -> str:
    """Home Assistant's spelling of the unit behind a text's number; "" where there is none."""
    written = number_and_unit(raw)[1] if isinstance(raw, str) else ""
    return spelled_unit(written) or "" if written else ""


def _meaning_of_unit(verdict: Verdict, unit: str) -> _Meaning:
    """What the model holds of a value behind which the unit stands: that rules labels out, or it does not know.

    A role may be a text that only looks like a number with a unit, as `12A` of a serial number does.
    """
    if verdict.label is None or _may_say(verdict.label, unit):
        return _meaning(verdict, None)
    fitting = [label for label, _ in verdict.runners_up if _may_say(label, unit)]
    best, confidence = _best(verdict, fitting)
    return (None if best is None else LABELS[best]), confidence, "model", unit


def _may_say(label: str, unit: str) -> bool:
    return LABELS[label].nature is Nature.ROLE or accepts_unit(LABELS[label], unit)


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
    label, confidence, source, _ = meaning
    name = None if label is None else label.name
    said = truth(raw)
    declared = None if claim is None else claim.holds(raw)
    if declared is not None:
        polarity = (claim.polarity if claim is not None else None) or "normal"
        if said is not None:
            polarity = "normal" if said == declared else "inverted"
        return Reading(path, name, declared, None, confidence, source, raw, polarity)
    value = raw if said is None else said != (inferred == "inverted")
    return Reading(path, name, value, None, confidence, source, raw, inferred)


def _quantity(raw: Any, known: str) -> tuple[Any, str | None]:
    """The value as a number where it is one, and then its unit, `known` or "" for none."""
    if not isinstance(raw, str):
        return raw, known or None
    number, _ = number_and_unit(raw)
    if number is None:
        # "12T04:31:09" is a duration, but not one in seconds.
        return raw, None
    return number, known or None
