from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.units import spelled_unit


@pytest.mark.parametrize(
    ("unit", "writings"),
    [
        ("°C", ["°C", "°c", "C", "c", "degC", "Celsius", "℃", " °C "]),
        ("°F", ["°F", "F", "℉", "Fahrenheit"]),
        ("%", ["%", "pct", "percent", "%RH"]),
        ("kWh", ["kWh", "KWH", "kwh"]),
        ("mW", ["mW"]),
        ("MW", ["MW"]),
        ("mWh", ["mWh"]),
        ("MWh", ["MWh"]),
        ("W/m²", ["W/m²", "W/m2", "w/m^2"]),
        ("m³", ["m³", "m3", "M3", "m^3"]),
        ("m³/h", ["m³/h", "m3/h"]),
        ("µg/m³", ["µg/m³", "μg/m³", "ug/m3", "μg/m3"]),
        ("µS/cm", ["µS/cm", "uS/cm"]),
        ("mS/cm", ["mS/cm"]),
        ("km/h", ["km/h", "kmh", "kph"]),
        ("kn", ["kn", "knots"]),
        ("L", ["L", "l", "liters"]),
        ("lx", ["lx", "Lux"]),
        ("min", ["min", "minutes", "Minuten"]),
        ("dBm", ["dBm", "dbm"]),
    ],
)
def test_writings_of_a_unit(unit: str, writings: list[str]) -> None:
    assert {spelled_unit(writing) for writing in writings} == {unit}


@pytest.mark.parametrize("text", ["", " ", "phases", "mw", "mwh", "on", "²"])
def test_what_is_no_unit_or_could_be_two(text: str) -> None:
    assert spelled_unit(text) is None


@given(st.text(max_size=12))
def test_a_spelling_is_its_own_spelling(text: str) -> None:
    unit = spelled_unit(text)
    assert unit is None or spelled_unit(unit) == unit
