from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.values import number_and_unit, truth


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("21", 21, ""),
        ("21.4", 21.4, ""),
        (" -21,4 ", -21.4, ""),
        ("+3", 3, ""),
        (".5", 0.5, ""),
        ("4.5e3", 4500.0, ""),
        ("1e-400", 0.0, ""),
        ("007", 7, ""),
        ("21.4 °C", 21.4, "°C"),
        ("21℃", 21, "℃"),
        ("70%", 70, "%"),
        ("5µg/m³", 5, "µg/m³"),
        ("12 kWh\n", 12, "kWh"),
        ("3 Minuten", 3, "Minuten"),
        ("٣", 3, ""),
    ],
)
def test_texts_that_are_numbers(text: str, number: float, unit: str) -> None:
    found = number_and_unit(text)
    assert found == (number, unit)
    assert type(found[0]) is type(number)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "on", "°C", "5.", "1.2.3", "1,234.5", "12:30", "2026-11-23", "192.168.1.2", "0x1F", "--5", "- 5",
        "1 000", "5 phases", "21.4 °C and rising", "1e999", "-1e999", "nan", "inf", "Infinity", "1_000", "9" * 5_000,
        "21" + " " * 5_000 + "°C",
    ],
)  # fmt: skip
def test_texts_that_are_none(text: str) -> None:
    assert number_and_unit(text) == (None, "")


@given(st.text(max_size=80) | st.from_regex(r"[+-]?[0-9.,eE]{1,20} ?[°%a-zA-Z/]{0,4}"))
def test_a_number_is_finite_and_its_unit_is_at_the_end_of_the_text(text: str) -> None:
    number, unit = number_and_unit(text)
    assert number is None or math.isfinite(number)
    assert text.strip().endswith(unit)


@given(st.integers(-(10**14), 10**14) | st.floats(-1e14, 1e14, allow_subnormal=False).map(lambda x: round(x, 6)))
def test_a_number_that_is_written_is_read_again(number: float) -> None:
    assert number_and_unit(str(number)) == (number, "")


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        # as JSON has it
        (True, True), (False, False), (1, True), (0, False), (1.0, True), (0.0, False), (-0.0, False),
        (2, None), (-1, None), (0.5, None), (10**400, None), (float("nan"), None), (float("inf"), None),
        (None, None), ([], None), ({}, None),
        # as devices write it
        ("ON", True), ("off", False), ("1", True), ("0", False), ("True", True), (" open\n", True), ("CLOSED", False),
        ("detected", True), ("clear", False), ("online", True), ("Offline", False), ("unlocked", True),
        ("ready", True), ("lost", False),
        ("locked", False), ("not_home", False), ("wet", True), ("dry", False),
        # in other languages, with accents and without
        ("ein", True), ("aus", False), ("geöffnet", True), ("geschlossen", False), ("allumé", True), ("allume", True),
        ("fermé", False), ("éteint", False), ("sí", True), ("włączone", True), ("wyłączony", False), ("på", True),
        ("não", False), ("включено", True), ("ВЫКЛ", False), ("закрытый", None), ("打开", True), ("关闭", False),
        # neither
        ("", None), ("unknown", None), ("toggle", None), ("21.4", None), ("onn", None), ("on" * 5_000, None),
        ("\ud800", None),
    ],
)  # fmt: skip
def test_what_is_true_like(value: Any, holds: bool | None) -> None:
    assert truth(value) is holds
