"""Report, Fields and Verdicts to an Interpretation.

The model labels; every value is copied from the message, so nothing can be made up.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.core.message import DeviceRef, Field, Interpretation, Problem, Reading, Report
from agent.core.ontology import DEVICE_TYPES, KINDS, LABELS, Nature, accepts_unit
from agent.core.summary import summary
from agent.core.units import spelled_unit
from agent.core.values import number_and_unit, truth
from agent.core.verdict import LEVELS, Verdict


def interpret(report: Report, fields: Sequence[Field], verdicts: Sequence[Verdict], model: str) -> Interpretation:
    """What the report means: one Reading for each field, in order. `verdicts[i]` belongs to `fields[i]`."""
    problems: list[Problem] = []
    readings = tuple(_reading(field, verdict, problems) for field, verdict in zip(fields, verdicts, strict=True))
    device = _device(report.topic, not isinstance(report.tree, (dict, list)), verdicts)
    return Interpretation(
        topic=report.topic,
        at=report.at,
        retained=report.retained,
        device=device,
        kind=KINDS[_agreed([verdict.kind for verdict in verdicts])] if verdicts else "unknown",
        readings=readings,
        summary=summary(device, readings),
        model=model,
        problems=tuple(problems),
        truncated=report.truncated,
    )


def _reading(field: Field, verdict: Verdict, problems: list[Problem]) -> Reading:
    raw = field.value
    if isinstance(raw, float) and not math.isfinite(raw):
        # JSON has no such number: Python reads NaN and 1e999, nobody else could read what would be published.
        problems.append(Problem(field.path, "not_finite", f"{raw} is no number in JSON; it is given as null"))
        raw = None
    label = LABELS[verdict.label] if verdict.label else None
    if label is None:
        return Reading(field.path, None, raw, None, verdict.confidence, "model", raw)
    if label.nature is Nature.BINARY:
        return _binary(field.path, label.name, raw, verdict)
    value, unit = _quantity(raw, verdict)
    if unit and not accepts_unit(label, unit):
        unit = None
    if label.nature is Nature.ROLE and not unit:
        value = raw
    return Reading(field.path, label.name, value, unit, verdict.confidence, "model", raw)


def _binary(path: str, label: str, raw: Any, verdict: Verdict) -> Reading:
    holds = truth(raw)
    value = raw if holds is None else holds != (verdict.polarity == "inverted")
    return Reading(path, label, value, None, verdict.confidence, "model", raw, verdict.polarity)


def _quantity(raw: Any, verdict: Verdict) -> tuple[Any, str | None]:
    """The value as a number where it is one, and its unit: as the text says, else as the model infers."""
    if not isinstance(raw, str):
        return raw, verdict.unit or None
    number, written = number_and_unit(raw)
    if number is None:
        # "12T04:31:09" is a duration, but not one in seconds.
        return raw, None
    return number, (spelled_unit(written) if written else verdict.unit) or None


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
