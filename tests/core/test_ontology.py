from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.core.ontology import DEVICE_TYPES, KINDS, LABELS, UNITS, Label, Nature, accepts_unit

# What a sensor of each device class may be measured in. Source: Home Assistant, sensor/const.py, DEVICE_CLASS_UNITS.
HOME_ASSISTANT: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "homeassistant_units.json").read_text(encoding="utf-8")
)


def test_the_vocabulary_has_its_size() -> None:
    assert len(LABELS) == 116
    assert list(LABELS) == [label.name for label in LABELS.values()]
    for vocabulary in (UNITS, KINDS, DEVICE_TYPES):
        assert len(set(vocabulary)) == len(vocabulary)
    assert UNITS[0] == ""


@pytest.mark.parametrize("label", LABELS.values(), ids=LABELS)
def test_home_assistant_takes_every_unit_of_a_label(label: Label) -> None:
    if label.nature is Nature.MEASUREMENT and label.device_class in HOME_ASSISTANT:
        assert set(label.units) <= set(HOME_ASSISTANT[label.device_class])
    assert set(label.units) <= set(UNITS)


@pytest.mark.parametrize("label", LABELS.values(), ids=LABELS)
def test_a_binary_can_be_said_either_way(label: Label) -> None:
    binary = label.nature is Nature.BINARY
    assert bool(label.when_true) == bool(label.when_false) == binary
    assert not binary or label.when_true != label.when_false


@pytest.mark.parametrize(
    ("label", "accepted", "refused"),
    [
        ("temperature", ["°C", "°F", "K"], ["", "%", "W"]),
        ("power_factor", ["%", ""], ["W"]),
        ("ph", [""], ["%"]),
        ("opening", [""], ["%", "°C"]),
        ("switch_state", [""], ["%", "W"]),
        ("cover_position", ["%", ""], ["W", "°C"]),
        ("config_setting", ["", "s", "°C", "kWh"], []),
        ("energy", ["Wh", "kWh"], ["W", ""]),
    ],
)
def test_which_units_a_label_accepts(label: str, accepted: list[str], refused: list[str]) -> None:
    assert all(accepts_unit(LABELS[label], unit) for unit in accepted)
    assert not any(accepts_unit(LABELS[label], unit) for unit in refused)
