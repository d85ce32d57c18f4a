from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.ontology import DEVICE_TYPES, KINDS, LABELS, UNITS, accepts_unit
from agent.core.verdict import HEADS, LEVELS, Calibration, Scores, verdicts

NAMES = list(LABELS)


def scores(**heads: dict[int, float]) -> Scores:
    """Scores of one field: zero but for the given classes of the given heads."""
    sizes = {
        "label": len(LABELS), "unit": len(UNITS), "polarity": 2, "kind": len(KINDS), "type": len(DEVICE_TYPES),
        "device_level": LEVELS, "area_level": LEVELS,
    }  # fmt: skip
    rows: dict[str, Any] = {}
    for head, size in sizes.items():
        row = np.zeros((1, size), np.float32)
        for index, score in heads.get(head, {}).items():
            row[0, index] = score
        rows[head] = row
    return Scores(**rows)


def test_the_best_label_is_given_with_its_probability_and_runners_up() -> None:
    temperature, humidity = NAMES.index("temperature"), NAMES.index("humidity")
    (verdict,) = verdicts(scores(label={temperature: 12, humidity: 11}), Calibration())
    assert verdict.label == "temperature"
    assert verdict.confidence == pytest.approx(1 / (1 + np.exp(-1)), abs=0.01)
    assert [name for name, _ in verdict.runners_up[:2]] == ["temperature", "humidity"]
    assert verdict.runners_up[0][1] == verdict.confidence
    assert len(verdict.runners_up) == 4


def test_of_equal_labels_the_first_is_the_best() -> None:
    (verdict,) = verdicts(scores(label={7: 5, 3: 5, 9: 5}), Calibration())
    assert [name for name, _ in verdict.runners_up] == [NAMES[3], NAMES[7], NAMES[9], NAMES[0]]


def test_a_temperature_above_one_makes_less_sure_of_the_same_label() -> None:
    raw = scores(label={0: 8})
    (sure,), (less,) = verdicts(raw, Calibration(1.0)), verdicts(raw, Calibration(3.0))
    assert sure.label == less.label == NAMES[0]
    assert sure.confidence > less.confidence


@pytest.mark.parametrize(("threshold", "label"), [(0.0, NAMES[3]), (0.9, NAMES[3]), (0.99, None)])
def test_a_label_below_the_threshold_is_withheld_and_its_confidence_is_not(threshold: float, label: str | None) -> None:
    (verdict,) = verdicts(scores(label={3: 8}), Calibration(1.0, threshold))
    assert verdict.label == label
    assert verdict.confidence == pytest.approx(0.963, abs=0.001)
    assert verdict.runners_up[0][0] == NAMES[3]


@pytest.mark.parametrize(
    ("label", "wanted", "given"),
    [("temperature", "°F", "°F"), ("temperature", "W", "°C"), ("opening", "%", ""), ("light_brightness", "%", "%")],
)
def test_the_unit_goes_with_the_label(label: str, wanted: str, given: str) -> None:
    unit = {UNITS.index("°C"): 1.0, UNITS.index(wanted): 9.0}
    (verdict,) = verdicts(scores(label={NAMES.index(label): 9}, unit=unit), Calibration())
    assert verdict.unit == given


@pytest.mark.parametrize(("polarity", "named"), [({0: 1.0}, "normal"), ({1: 1.0}, "inverted"), ({}, "normal")])
def test_polarity(polarity: dict[int, float], named: str) -> None:
    (verdict,) = verdicts(scores(polarity=polarity), Calibration())
    assert verdict.polarity == named


def test_the_other_heads_are_log_probabilities() -> None:
    (verdict,) = verdicts(scores(kind={2: 4.0}, type={1: 2.0}), Calibration())
    for head in HEADS.values():
        assert np.exp(verdict.votes[head]).sum() == pytest.approx(1.0, abs=1e-2)
    assert verdict.votes[HEADS["kind"]].argmax() == 2


def test_a_verdict_that_is_kept_does_not_keep_the_batch() -> None:
    (verdict,) = verdicts(scores(), Calibration())
    assert type(verdict.packed_votes) is type(verdict.packed_runners_up) is bytes
    assert verdict.votes.size == HEADS["area_level"].stop


@given(st.integers(1, 5), st.floats(0.1, 1_000), st.integers(0, 2**32 - 1))
def test_any_scores_give_one_verdict_a_row_and_row_i_is_row_i_alone(rows: int, spread: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    sizes = [len(LABELS), len(UNITS), 2, len(KINDS), len(DEVICE_TYPES), LEVELS, LEVELS]
    heads = [random.normal(0, spread, (rows, size)).astype(np.float32) for size in sizes]
    found = verdicts(Scores(*heads), Calibration())
    assert len(found) == rows
    for row, verdict in enumerate(found):
        assert verdict.label is not None
        assert 0 < verdict.confidence <= 1
        assert accepts_unit(LABELS[verdict.label], verdict.unit)
        (alone,) = verdicts(Scores(*(head[row : row + 1] for head in heads)), Calibration())
        assert (alone.label, alone.unit, alone.polarity) == (verdict.label, verdict.unit, verdict.polarity)
        assert alone.confidence == pytest.approx(verdict.confidence)
