"""Values that the tests of the core begin with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from agent.core import interpret as interpret_step
from agent.core.consensus import consensus
from agent.core.discovery.gate import Gate
from agent.core.encode import Tokens
from agent.core.home import Home, Owner
from agent.core.interpret import Known
from agent.core.message import DeviceRef, Field, Interpretation, Message, Reading, Report
from agent.core.ontology import DEVICE_TYPES, KINDS, LABELS, UNITS
from agent.core.pipeline import Reader
from agent.core.publish import Publisher
from agent.core.topic import taken_apart
from agent.core.verdict import LEVELS, RUNNER_UP, Calibration, Scores, Verdict

AT = 1_795_424_400.123
"""2026-11-23T09:00:00.123Z."""


def message(topic: str, payload: str | bytes, *, retained: bool = False) -> Message:
    return Message(topic, payload.encode() if isinstance(payload, str) else payload, AT, retained=retained)


def field(name: str, value: Any, topic: str = "home/device") -> Field:
    return Field(f"/{name}", (name,), value, tuple(topic.split("/")), ())


def scalar(value: Any, topic: str) -> Field:
    return Field("", (), value, tuple(topic.split("/")), ())


def verdict(
    label: str | None,
    unit: str = "",
    *,
    polarity: str = "normal",
    kind: str = "state",
    type: str = "other",
    device_level: int = LEVELS - 1,
    area_level: int = LEVELS - 1,
    confidence: float = 0.9,
    runners_up: Sequence[tuple[str, float]] = (),
) -> Verdict:
    ranked = [(label or "other", confidence), *runners_up]
    return Verdict(
        label=label,
        confidence=confidence,
        unit=unit,
        polarity=polarity,
        packed_runners_up=np.array(
            [(list(LABELS).index(name), probability) for name, probability in ranked], RUNNER_UP
        ).tobytes(),
        packed_votes=np.concatenate(
            [
                _certain(len(KINDS), KINDS.index(kind)),
                _certain(len(DEVICE_TYPES), DEVICE_TYPES.index(type)),
                _certain(LEVELS, device_level),
                _certain(LEVELS, area_level),
            ],
            dtype=np.float32,
        )
        .astype(np.float16)
        .tobytes(),
    )


def interpret(
    report: Report, fields: Sequence[Field], verdicts: Sequence[Verdict], model: str, known: Known | None = None
) -> Interpretation:
    """What fields mean of which the model holds that. `verdicts[i]` belongs to `fields[i]`."""
    agreed = consensus(verdicts, report.topic.count("/") + 1)
    paths, values = [entry.path for entry in fields], [entry.value for entry in fields]
    topic = taken_apart(report.topic)
    return interpret_step.interpret(report, paths, values, verdicts, agreed, topic=topic, model=model, known=known)


def _certain(classes: int, best: int) -> NDArray[np.float32]:
    logs = np.full(classes, -20.0, np.float32)
    logs[best] = 0.0
    return logs


def reading(label: str | None, value: Any, unit: str | None = None, *, path: str = "", raw: Any = None) -> Reading:
    return Reading(path, label, value, unit, 0.9, "model", value if raw is None else raw)


def interpretation(
    *readings: Reading, topic: str = "home/device", name: str = "device", retained: bool = False
) -> Interpretation:
    device = DeviceRef("home_device", name, "other", None)
    return Interpretation(topic, AT, retained, device, "state", readings, "a summary", "fake 1")


def random_scores(tokens: Tokens) -> Scores:
    """Scores of a model that is sure of things at random, the same for the same tokens."""
    sizes = {
        "label": len(LABELS),
        "unit": len(UNITS),
        "polarity": 2,
        "kind": len(KINDS),
        "type": len(DEVICE_TYPES),
        "device_level": LEVELS,
        "area_level": LEVELS,
    }
    rows = [np.random.default_rng(row.astype(np.uint32)) for row in tokens.characters]
    return Scores(
        **{
            head: np.stack([random.normal(0, 8, size) for random in rows]).astype(np.float32)
            for head, size in sizes.items()
        }
    )


def random_reader(threshold: float = 0.0) -> Reader:
    return Reader("random 1", random_scores, Calibration(1.0, threshold))


def home(
    *,
    gate: Gate | None = None,
    single: bool = False,
    owner: Owner | None = None,
    random: Callable[[], float] = lambda: 0.5,
) -> Home:
    """A home that announces under homeassistant, by default as nobody has configured anything."""
    return Home(
        Publisher("dragoman"),
        gate or Gate(),
        discovery_prefix="homeassistant",
        single=single,
        owner=owner,
        random=random,
    )


class CountingReader:
    """A model that remembers how many texts it was asked about, call by call."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.reader = Reader("random 1", self._scores, Calibration())

    def _scores(self, tokens: Tokens) -> Scores:
        self.asked.append(len(tokens.characters))
        return random_scores(tokens)


# What JSON can hold, whatever a device may make of it.
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.sampled_from(["ON", "21.4 °C", "1e999", "21,5", "offline", "°C", "", " ", "\0", "🙂", "שלום"])
)
keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["temperature", "a/b", "~", "~1", "", "🙂", "contact", "unit", "ÄÖ"]
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
topics = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/+#\0"), max_size=12), min_size=1, max_size=5
).map("/".join)
