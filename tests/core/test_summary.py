from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.message import DeviceRef, Reading
from agent.core.ontology import LABELS
from agent.core.summary import sentence, summary
from tests.core.making import reading, scalars


def told(name: str, *readings: Reading) -> str:
    return summary(DeviceRef("x", name, None, None), readings)


SUMMARIES: list[tuple[str, list[tuple[str | None, Any, str | None]], str]] = [
    (
        "Kitchen Window",
        [("opening", True, None), ("battery", 97, "%")],
        "Kitchen Window is open; battery 97 %",
    ),
    (
        "Kitchen Window",
        [("opening", False, None), ("battery", 97, "%"), ("battery_low", False, None), ("tamper", False, None),
         ("voltage", 3000, "mV"), ("link_quality", 120, None)],
        "Kitchen Window is closed; battery 97 %; voltage 3000 mV",
    ),
    ("Hall", [("motion", True, None), ("battery_low", True, None)], "Hall sees motion; battery is low"),
    ("Remote", [("battery_low", True, None)], "Remote: battery is low"),
    ("Remote", [("battery_low", False, None)], "Remote: battery is fine"),
    ("Back Door", [("door", True, None)], "Back Door is open"),
    ("Back Door", [("door", False, None), ("lock", False, None)], "Back Door is closed; is locked"),
    ("Hall", [("door", True, None)], "Hall: door is open"),
    ("Office", [("presence", False, None)], "Office: nobody is present"),
    ("Washer", [("vibration", True, None)], "Washer vibrates"),
    ("Washer", [("vibration", False, None)], "Washer does not vibrate"),
    ("Washer", [("moving", False, None)], "Washer stands still"),
    ("Cellar", [("leak", True, None), ("tamper", True, None)], "Cellar detects water; is being tampered with"),
    (
        "Living Room",
        [("battery", 88, "%"), ("temperature", 21.43, "°C"), ("humidity", 45.0, "%"), ("signal_strength", -67, "dBm")],
        "Living Room: temperature 21.43 °C; humidity 45 %; battery 88 %; signal strength -67 dBm",
    ),
    ("Air", [("carbon_dioxide", 812, "ppm"), ("pm25", 12, "µg/m³"), ("ph", 7.1, None)],
     "Air: CO₂ 812 ppm; PM2.5 12 µg/m³; pH 7.1"),
    ("plug", [("power", 12.3, "W"), ("energy", 1234567.8, "kWh"), ("switch_state", "ON", None)],
     "plug is on; power 12.3 W; energy 1234568 kWh"),
    ("plug", [("switch_state", False, None)], "plug is off"),
    ("plug", [("switch_state", "toggled", None)], "plug: switch state toggled"),
    ("plug", [("availability", "Offline", None)], "plug is offline"),
    ("Remote", [("action", "double_click", None), ("battery", 50, "%")], "Remote: action double click; battery 50 %"),
    ("Bath", [("climate_setpoint", 21, "°C"), ("climate_mode", "heat", None), ("hvac_action", "idle", None),
              ("temperature", 20.5, "°C")],
     "Bath is idle; set to 21 °C; mode heat; temperature 20.5 °C"),
    ("Blind", [("cover_position", 50, "%"), ("cover_state", "CLOSE", None)], "Blind is closed; position 50 %"),
    ("Blind", [("cover_state", "opening", None)], "Blind is opening"),
    ("Blind", [("cover_state", "p3", None)], "Blind: cover p3"),
    ("Front", [("lock_state", "LOCK", None)], "Front is locked"),
    ("Front", [("lock_state", True, None)], "Front: lock on"),
    ("House", [("alarm_state", "armed_away", None)], "House: alarm armed away"),
    # No unit behind what is no number, no "on" for a measured truth.
    ("Air", [("temperature", "unavailable", "°C")], "Air: temperature unavailable"),
    ("Air", [("door", "unknown", None), ("humidity", 40, "%")], "Air: humidity 40 %"),
    ("Air", [("temperature", 0.000012, "°C")], "Air: temperature 1.2e-05 °C"),
    # Only the first of a kind, and what is nothing is not told.
    ("Air", [("temperature", None, "°C"), ("temperature", 1, "°C"), ("temperature", 2, "°C")],
     "Air: temperature 1 °C"),
    ("Device", [("firmware", "1.2.3", None), ("identifier", 7, None), ("metadata", "x", None)],
     "Device: firmware 1.2.3; identifier 7"),
    ("Device", [("metadata", "x" * 50, None)], f"Device: metadata {'x' * 39}…"),
    ("Device", [("counter", 10**400, None)], f"Device: counter 1{'0' * 38}…"),
    ("Device", [], "Device: no values"),
    ("Device", [("temperature", None, "°C")], "Device: no values"),
    ("Device", [(None, 5, None)], "Device: nothing understood"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "readings", "text"), SUMMARIES, ids=[text for _, _, text in SUMMARIES])
def test_summaries(name: str, readings: list[tuple[str | None, Any, str | None]], text: str) -> None:
    assert told(name, *(reading(label, value, unit) for label, value, unit in readings)) == text


@pytest.mark.parametrize("label", [label for label in LABELS.values() if label.when_true], ids=lambda label: label.name)
def test_what_is_said_of_a_binary_has_its_subject(label: Any) -> None:
    for phrase in (label.when_true, label.when_false):
        text = sentence("Thing", phrase)
        own_subject = phrase.startswith(("door ", "window ", "garage ", "battery ", "somebody ", "nobody "))
        assert text == (f"Thing: {phrase}" if own_subject else f"Thing {phrase}")


@given(
    st.lists(
        st.builds(
            reading,
            st.sampled_from([None, *LABELS]),
            scalars,
            st.sampled_from([None, "°C", "%"]),
        ),
        max_size=8,
    )
)
def test_any_readings_give_a_short_sentence(readings: list[Reading]) -> None:
    text = told("Device", *readings)
    assert text.startswith("Device")
    assert len(text) < 400
