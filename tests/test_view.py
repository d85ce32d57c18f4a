"""The terminal view: what was published, shown within the given width and height."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from agent.view import State, picture


def interpretation(topic: str, *readings: dict[str, Any], device: str = "Küchenfenster") -> dict[str, Any]:
    return {
        "topic": topic,
        "at": "2026-11-23T09:00:00.123Z",
        "retained": False,
        "device": {"id": device.casefold(), "name": device, "type": "contact_sensor", "area": None},
        "readings": list(readings),
        "summary": "",
        "model": "small 1.0.0",
    }


def reading(
    path: str,
    label: str | None,
    value: Any,
    unit: str | None = None,
    confidence: float = 0.97,
    *,
    source: str = "model",
) -> dict[str, Any]:
    return {"path": path, "label": label, "value": value, "unit": unit, "confidence": confidence, "source": source}


OPEN = reading("/contact", "opening", True)
BATTERY = reading("/battery", "battery", 97, "%")
UNKNOWN = reading("/xyz", None, 12, None, 0.2)
EVENT = {
    "at": "2026-11-23T09:00:01.000Z",
    "event": "opened",
    "severity": "info",
    "text": "Küchenfenster is open",
}


def lines(state: State, width: int = 100, height: int = 30, turn: int = 0) -> list[str]:
    console = Console(file=io.StringIO(), record=True, width=width, height=height)
    console.print(picture(state, width, height, 10.0, turn))
    return console.export_text().rstrip("\n").split("\n")


def test_a_reading_stands_with_its_device_value_unit_confidence_and_path() -> None:
    state = State()
    state.interpretation(interpretation("zigbee2mqtt/Küchenfenster", OPEN, BATTERY), now=1.0)
    shown = lines(state)
    assert shown[2].split() == [
        "zigbee2mqtt",
        "Küchenfenster",
        "opening",
        "is",
        "open",
        "━━━━━━━━━",
        "0.97",
        "/contact",
    ]
    assert shown[3].split() == ["contact", "sensor", "battery", "97", "%", "━━━━━━━━━", "0.97", "/battery"]


def test_what_the_agent_does_not_know_is_shown_as_unknown_and_counted() -> None:
    state = State()
    state.interpretation(interpretation("a/b", UNKNOWN, BATTERY), now=1.0)
    shown = lines(state)
    assert "battery" in shown[2]
    assert "unknown" in shown[3]
    assert "1 unknown (50 %)" in shown[-1]


@pytest.mark.parametrize(("raw", "shown"), [(True, "on"), ("ON", "on"), (0, "off"), ("TOGGLE", "TOGGLE")])
def test_a_switch_is_on_or_off_whatever_its_device_calls_that(raw: Any, shown: str) -> None:
    state = State()
    state.interpretation(interpretation("a/b", reading("/s", "switch_state", raw)), now=1.0)
    assert f" {shown} " in lines(state)[2]


def test_a_scalar_is_shown_by_the_levels_that_follow_its_device() -> None:
    state = State()
    state.interpretation(
        interpretation("home/desk/sensor/co2", reading("", "carbon_dioxide", 612, "ppm"), device="desk"), 1.0
    )
    assert lines(state)[2].rstrip().endswith("sensor/co2")


def test_events_stand_newest_first() -> None:
    state = State()
    state.event(EVENT)
    state.event({**EVENT, "text": "Küchenfenster is closed"})
    shown = [line for line in lines(state) if "Küchenfenster" in line]
    assert "closed" in shown[0]
    assert "open" in shown[1]


def test_a_refusal_is_counted() -> None:
    state = State()
    state.interpretation({"topic": "a", "at": EVENT["at"], "error": {"reason": "empty", "detail": ""}}, now=1.0)
    assert "1 refused" in lines(state)[-1]


@pytest.mark.parametrize(("width", "height"), [(44, 20), (60, 24), (80, 24), (100, 30), (112, 48), (200, 60)])
def test_it_fills_the_terminal_and_no_more(width: int, height: int) -> None:
    state = State()
    for number in range(40):
        shape = interpretation(f"haus/{number}", OPEN, BATTERY, UNKNOWN, device=f"客厅 {number} mit einem langen Namen")
        state.interpretation(shape, now=1.0)
        state.event(EVENT)
    shown = lines(state, width, height)
    assert len(shown) == height
    assert max(len(line.rstrip()) for line in shown) <= width


def test_every_device_has_its_turn() -> None:
    state = State()
    for number in range(40):
        state.interpretation(interpretation(f"haus/{number}", OPEN, BATTERY, UNKNOWN, device=f"n{number}."), now=1.0)
    said = "".join("".join(lines(state, turn=turn)) for turn in range(12))
    assert [number for number in range(40) if f"n{number}." not in said] == []


def test_nothing_that_steers_a_terminal_reaches_it() -> None:
    state = State()
    evil = "\x1b[2J\x07\n"
    readings = (reading(f"/{evil}", "device_state", evil), reading("/b", None, evil))
    state.interpretation(interpretation(f"{evil}/a", *readings, device=evil), now=1.0)
    state.event({**EVENT, "text": evil})
    assert len(lines(state)) == 30
    assert all(line.isprintable() for line in lines(state))


def device(*readings: dict[str, Any]) -> dict[str, Any]:
    held = {entry["label"]: {**entry, "topic": "zigbee2mqtt/Küchenfenster"} for entry in readings}
    return {
        "id": "fenster",
        "name": "Küchenfenster",
        "type": "contact_sensor",
        "area": "kitchen",
        "seen_at": "2026-11-23T07:00:00.000Z",
        "readings": held,
    }


def test_a_device_that_the_broker_kept_is_shown_and_one_that_is_no_more_is_not() -> None:
    state = State()
    state.device("fenster", device(OPEN, BATTERY), now=1.0)
    shown = lines(state, width=130)
    assert shown[2].split()[:5] == ["zigbee2mqtt", "Küchenfenster", "opening", "is", "open"]
    assert shown[3].split()[:5] == ["contact", "sensor", "·", "kitchen", "battery"]
    # What is heard now is newer than what is kept.
    closed = reading("/contact", "opening", False)
    heard = interpretation("zigbee2mqtt/Küchenfenster", closed)
    heard["device"]["id"] = "fenster"
    state.interpretation(heard, now=2.0)
    state.device("fenster", device(OPEN, BATTERY), now=3.0)
    assert "is closed" in lines(state)[2]
    state.device("fenster", None, now=4.0)
    assert "Küchenfenster" not in "\n".join(lines(state))


def test_who_knows_better_than_the_model_is_named() -> None:
    state = State()
    known = (
        reading("/a", "battery", 97, "%", 1.0, source="declared"),
        reading("/b", "humidity", 51, "%", 1.0, source="override"),
    )
    state.interpretation(interpretation("a/b", *known), now=1.0)
    shown = lines(state, width=112)
    assert "declared" in shown[2]
    assert "corrected" in shown[3]
    assert "1.00" not in "".join(shown)
    assert "said" in lines(state, width=80)[2]


def test_when_a_quiet_device_was_last_heard() -> None:
    state = State()
    state.device("fenster", device(OPEN, BATTERY), now=1.0)
    assert " ago" not in "".join(lines(state, width=130)), "nobody else has spoken since"
    state.interpretation(interpretation("a/b", BATTERY, device="Flur"), now=2.0)
    assert "2 hours ago" in "".join(lines(state, width=130))


def test_the_live_figure_and_an_agent_that_has_gone() -> None:
    state = State()
    state.stats({"messages": 7})
    assert "declared" not in lines(state, width=120)[0]
    state.stats({"declared": {"fields": 120, "same": 90}})
    assert "right on 75 % of 120 declared fields" in lines(state, width=120)[0]
    state.online = False
    assert "the agent is offline" in lines(state, width=120)[0]
