"""The judgement on two machines, without machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.arm import compare
from tests.arm.messages import lines


def said(label: str | None, confidence: float = 0.9, path: str = "/a") -> str:
    """One line of `dragoman interpret`; what is no condition has no polarity."""
    reading = {"path": path, "label": label, "unit": None, "value": 1, "confidence": confidence}
    return json.dumps({"topic": "t", "readings": [reading]})


REFUSED = json.dumps({"topic": "t", "error": {"reason": "empty", "detail": ""}})


def test_the_same_is_alike() -> None:
    found = compare.agreement(iter([said("power"), said(None), REFUSED]), iter([said("power"), said(None), REFUSED]))
    assert found.alike
    assert found.same == {"label": 3, "unit": 3, "polarity": 3, "value": 3}
    assert found.different == ()


def test_one_in_two_hundred_may_differ() -> None:
    here = [said("power")] * 200
    assert compare.agreement(iter(here), iter([said("energy"), *here[1:]])).alike
    assert not compare.agreement(iter(here), iter([said("energy"), said(None), *here[2:]])).alike


@pytest.mark.parametrize("there", [[], [REFUSED], [said("power", path="/b")], [said("power")] * 2])
def test_what_one_machine_alone_has_differs(there: list[str]) -> None:
    assert not compare.agreement(iter([said("power")]), iter(there)).alike


def test_nothing_is_not_alike() -> None:
    assert not compare.agreement(iter(()), iter(())).alike


def test_confidence_is_compared() -> None:
    assert compare.agreement(iter([said("power", 0.9)]), iter([said("power", 0.7)])).furthest == pytest.approx(0.2)


def test_tells_machines_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "here").write_text(said("power") + "\n")
    for name, label in (("good", "power"), ("bad", "energy")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "said.jsonl").write_text(said(label) + "\n")
        (tmp_path / name / "machine.txt").write_text("Python 3\n")
    assert compare.main(tmp_path / "here", [tmp_path / "good"]) == 0
    assert compare.main(tmp_path / "here", [tmp_path / "good", tmp_path / "bad"]) == 1
    assert "t /a: power (0.90) / energy (0.90)" in capsys.readouterr().out


def test_messages_are_the_same_in_every_run() -> None:
    assert list(lines()) == list(lines())
    assert len(list(lines())) > 200
