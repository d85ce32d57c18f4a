from __future__ import annotations

from typing import Any

import pytest

from agent.core.memory import Memory
from agent.core.message import Reading
from agent.core.ontology import LABELS
from tests.core.making import AT, interpretation, reading


def told(label: str, *values: Any, name: str = "Hall") -> list[tuple[str, str, Any, str]]:
    """(kind, severity, value, text) of the events that come of a series' values, one message each."""
    memory = Memory(100, 0.5)
    found = [memory.observe(interpretation(reading(label, value), name=name)) for value in values]
    return [(event.kind, event.severity, event.value, event.text) for events in found for event in events]


@pytest.mark.parametrize(
    ("label", "begins", "ceases"),
    [
        ("motion", ("motion", "info", "Hall sees motion"), ("motion_cleared", "info", "Hall sees no motion")),
        ("opening", ("opened", "info", "Hall is open"), ("closed", "info", "Hall is closed")),
        ("window", ("opened", "info", "Hall: window is open"), ("closed", "info", "Hall: window is closed")),
        ("leak", ("leak", "critical", "Hall detects water"), ("leak_cleared", "notice", "Hall is dry")),
        ("presence", ("arrived", "info", "Hall: somebody is present"), ("left", "info", "Hall: nobody is present")),
        ("lock", ("unlocked", "notice", "Hall is unlocked"), ("locked", "info", "Hall is locked")),
        ("switch_state", ("turned_on", "info", "Hall was turned on"), ("turned_off", "info", "Hall was turned off")),
        ("availability", ("came_online", "info", "Hall came online"), ("went_offline", "notice", "Hall went offline")),
        (
            "battery_low",
            ("battery_low", "warning", "Hall: battery is low"),
            ("battery_fine", "info", "Hall: battery is fine"),
        ),
    ],
)
def test_a_state_that_begins_and_ceases(label: str, begins: tuple[Any, ...], ceases: tuple[Any, ...]) -> None:
    events = told(label, False, True, True, False, False)
    assert [(kind, severity, text) for kind, severity, _, text in events] == [begins, ceases]
    assert [value for _, _, value, _ in events] == [True, False]


@pytest.mark.parametrize(
    ("label", "values", "kinds"),
    [
        # The first value heard is no change.
        ("motion", [True], []),
        ("motion", [False], []),
        # A word counts as the truth that it says, and what says none is passed over.
        ("switch_state", ["ON", "off", "OFF", "on"], ["turned_off", "turned_on"]),
        ("switch_state", [True, "unknown", None, True, 0], ["turned_off"]),
        ("door", [False, "ajar", True], ["opened"]),
        # Modes tell any change.
        ("climate_mode", ["heat", "heat", "cool"], ["climate_mode_changed"]),
        ("device_state", ["idle", "x" * 500, "busy"], ["device_state_changed"]),
        # Buttons tell every press, and not the empty word behind it.
        ("action", ["single", "", "single", None, "none", "double"], ["action", "action", "action"]),
        # Measurements tell nothing.
        ("temperature", [20, 21, 22], []),
        ("identifier", ["a", "b"], []),
    ],
)
def test_what_becomes_an_event(label: str, values: list[Any], kinds: list[str]) -> None:
    assert [kind for kind, *_ in told(label, *values)] == kinds


@pytest.mark.parametrize(
    ("label", "values", "text"),
    [
        ("cover_state", ["open", "partially_open"], "Blind: cover state is now partially open"),
        ("action", ["brightness_step_up"], "Blind: brightness step up"),
        ("window", [False, True], "Kitchen Window is open"),
    ],
)
def test_how_it_is_told(label: str, values: list[Any], text: str) -> None:
    name = "Kitchen Window" if label == "window" else "Blind"
    assert [told_text for *_, told_text in told(label, *values, name=name)] == [text]


def test_an_event_carries_where_it_comes_from() -> None:
    memory = Memory(10, 0.0)
    memory.observe(interpretation(reading("door", False, path="/contact"), topic="home/door"))
    (event,) = memory.observe(interpretation(reading("door", True, path="/contact"), topic="home/door"))
    assert (event.topic, event.path, event.label, event.at) == ("home/door", "/contact", "door", AT)
    assert event.device.id == "home_device"


def test_retained_input_is_remembered_and_makes_no_event() -> None:
    memory = Memory(10, 0.0)
    assert memory.observe(interpretation(reading("door", False))) == ()
    assert memory.observe(interpretation(reading("door", True), retained=True)) == ()
    assert memory.observe(interpretation(reading("door", True))) == ()
    assert [event.kind for event in memory.observe(interpretation(reading("door", False)))] == ["closed"]
    assert memory.observe(interpretation(reading("action", "single"), retained=True)) == ()


def test_series_are_told_apart_by_topic_and_path() -> None:
    memory = Memory(10, 0.0)
    memory.observe(interpretation(reading("door", False, path="/1"), reading("door", True, path="/2"), topic="a"))
    assert memory.observe(interpretation(reading("door", True, path="/1"), topic="b")) == ()
    events = memory.observe(
        interpretation(reading("door", True, path="/1"), reading("door", True, path="/2"), topic="a")
    )
    assert [event.path for event in events] == ["/1"]
    assert len(memory) == 3


def test_a_model_that_changes_its_mind_is_no_event() -> None:
    memory = Memory(10, 0.0)
    memory.observe(interpretation(reading("lock", True)))
    assert memory.observe(interpretation(reading("window", False))) == ()
    assert memory.observe(interpretation(reading("device_state", "busy"))) == ()
    assert [event.kind for event in memory.observe(interpretation(reading("device_state", "idle")))] == [
        "device_state_changed"
    ]


def test_unsure_readings_are_passed_over() -> None:
    memory = Memory(10, 0.95)
    assert memory.observe(interpretation(reading("door", False), reading("action", "single"))) == ()
    assert memory.observe(interpretation(Reading("", None, True, None, 1.0, "model", True))) == ()
    assert len(memory) == 0


def test_the_longest_unheard_of_series_is_forgotten_first() -> None:
    memory = Memory(2, 0.0)
    for topic in ("a", "b", "a", "c"):
        memory.observe(interpretation(reading("door", False), topic=topic))
    assert len(memory) == 2
    assert [
        [event.topic for event in memory.observe(interpretation(reading("door", True), topic=topic))]
        for topic in ("a", "c", "b")
    ] == [["a"], ["c"], []]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("values", [(True, False), ("ON", "OFF"), (0, 1), (10**400, 2), (None, ""), ("a", "b")])
def test_no_label_or_value_is_beyond_it(label: str, values: tuple[Any, Any]) -> None:
    for kind, severity, _, text in told(label, *values, values[0]):
        assert kind
        assert severity in ("info", "notice", "warning", "critical")
        assert text.startswith("Hall")
