from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.core.behaviour import Behaviour, Watch
from agent.core.devices import Devices
from agent.core.events import Events
from agent.core.memory import Memory
from agent.core.message import Event, Message, Reading
from agent.core.ontology import LABELS
from tests.core.making import AT, interpretation, reading


def memory(confidence: float = 0.5, debounce_s: float = 0.5) -> Memory:
    return Memory(Devices(100, 1_000), Events(confidence, debounce_s), Behaviour(Watch(), 0.5))


class Home:
    """Messages into a memory, ten seconds from one to the next unless said otherwise."""

    def __init__(self, remembered: Memory | None = None) -> None:
        self.memory = remembered or memory()
        self.at = AT
        self._mid = 0

    def hear(
        self,
        *readings: Reading,
        topic: str = "home/device",
        name: str = "Hall",
        retained: bool = False,
        after_s: float = 10.0,
        mid: int | None = None,
    ) -> tuple[Event, ...]:
        """What is told of a message; with `mid` it is the one of that identifier that comes again."""
        self.at += after_s
        self._mid += 1
        payload = repr([held.raw for held in readings]).encode()
        message = Message(topic, payload, self.at, 1, retained, mid is not None, mid or self._mid)
        meant = interpretation(*readings, topic=topic, name=name, retained=retained)
        (seen,) = self.memory.observe(message, replace(meant, at=self.at))
        return seen.events

    def tick(self, after_s: float) -> tuple[Event, ...]:
        self.at += after_s
        return self.memory.tick(self.at)


def told(label: str, *values: Any, name: str = "Hall", unit: str | None = None) -> list[tuple[str, str, Any, str]]:
    """(kind, severity, value, text) of the events that come of a series' values, one message each."""
    home = Home()
    found = [home.hear(reading(label, value, unit), name=name) for value in values]
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
        ("heat", ("hot", "warning", "Hall is hot"), ("hot_ended", "info", "Hall is not hot")),
        (
            "update",
            ("update_available", "info", "Hall has an update available"),
            ("updated", "info", "Hall is up to date"),
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
        ("firmware", ["1.2", "1.3"], ["firmware_changed"]),
        ("climate_setpoint", [20, 20.0, 21.5, None], ["setpoint_changed"]),
        # On its way a cover is neither open nor closed.
        ("cover_state", ["closed", "opening", "open", "closing", "closed"], ["opened", "closed"]),
        ("lock_state", ["locked", "unlocked", "jammed"], ["unlocked", "lock_state_changed"]),
        ("alarm_state", ["disarmed", "armed_away", "triggered"], ["alarm_state_changed", "alarm_triggered"]),
        ("error_code", [0, "E12", "E12", 0, ""], ["error", "error_cleared"]),
        # A battery is low once, however it wavers about the border.
        ("battery", [60, 16, 15, 16, 14, 24, 26, 15], ["battery_low", "battery_fine", "battery_low"]),
        ("battery", [3.1, 3100], []),
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
        ("climate_setpoint", [20, 21.5], "Blind was set to 21.5 °C"),
        ("error_code", [0, "E_12"], "Blind reports error E 12"),
        ("lock_state", ["locked", "unlocked"], "Blind is unlocked"),
    ],
)
def test_how_it_is_told(label: str, values: list[Any], text: str) -> None:
    name = "Kitchen Window" if label == "window" else "Blind"
    assert [told_text for *_, told_text in told(label, *values, name=name, unit="°C")] == [text]


def test_an_event_carries_where_it_comes_from() -> None:
    home = Home()
    home.hear(reading("door", False, path="/contact"))
    (event,) = home.hear(reading("door", True, path="/contact"))
    assert (event.topic, event.path, event.label, event.at) == ("home/device", "/contact", "door", AT + 20)
    assert event.device.id == "home_device"


def test_retained_input_is_remembered_and_makes_no_event() -> None:
    home = Home()
    assert home.hear(reading("door", False)) == ()
    assert home.hear(reading("door", True), retained=True) == ()
    assert home.hear(reading("door", True)) == ()
    assert [event.kind for event in home.hear(reading("door", False))] == ["closed"]
    assert home.hear(reading("action", "single"), retained=True) == ()


def test_readings_of_one_label_are_told_apart() -> None:
    home = Home()
    home.hear(reading("door", False, path="/1"), reading("door", True, path="/2"))
    events = home.hear(reading("door", True, path="/1"), reading("door", True, path="/2"))
    assert [event.path for event in events] == ["/1"]


def test_a_model_that_changes_its_mind_is_no_event() -> None:
    home = Home()
    home.hear(reading("lock", True))
    assert home.hear(reading("window", False)) == ()
    assert home.hear(reading("window", False)) == ()
    assert [event.kind for event in home.hear(reading("window", True))] == ["opened"]


def test_unsure_readings_are_passed_over() -> None:
    home = Home(memory(confidence=0.95))
    for value in (False, True):
        assert home.hear(reading("door", value), reading("action", "single")) == ()
    assert home.hear(Reading("", None, True, None, 1.0, "model", True)) == ()


def test_what_bounces_is_told_once_and_what_stays_is_told_in_the_end() -> None:
    home = Home()
    home.hear(reading("door", False))
    assert [event.kind for event in home.hear(reading("door", True))] == ["opened"]
    for value in (False, True, False, True):
        assert home.hear(reading("door", value), after_s=0.1) == ()
    assert home.tick(0.2) == ()
    assert [event.kind for event in home.hear(reading("door", False))] == ["closed"]
    assert home.hear(reading("door", True), after_s=0.2) == ()
    changed_at = home.at
    assert home.tick(0.2) == ()
    (event,) = home.tick(0.2)
    assert (event.kind, event.at) == ("opened", changed_at)
    assert home.tick(9) == ()
    assert home.hear(reading("door", True)) == ()


def test_a_message_that_comes_again_tells_nothing_again() -> None:
    home = Home()
    assert len(home.hear(reading("action", "single"))) == 1
    assert home.hear(reading("action", "single"), mid=1) == ()
    # The same words under another identifier are another press, of which the first copy was lost on its way.
    assert len(home.hear(reading("action", "single"), mid=17)) == 1
    for value in (False, True, False):
        home.hear(reading("door", value, path="/d"))
    # All of them again, the door's opening too.
    assert [home.hear(reading("door", value, path="/d"), mid=mid) for mid, value in ((5, True), (6, False))] == [(), ()]


def test_a_press_that_comes_twice_at_once_is_one() -> None:
    home = Home()
    assert len(home.hear(reading("action", "single"))) == 1
    assert home.hear(reading("action", "single"), after_s=0.02) == ()
    assert len(home.hear(reading("action", "single"), after_s=0.3)) == 1
    assert len(home.hear(reading("action", "double"), after_s=0.02)) == 1


def test_a_device_that_says_it_on_two_topics_is_told_once() -> None:
    home = Home()
    tellings = []
    for value in ("OFF", "ON", "OFF"):
        tellings.append(home.hear(reading("switch_state", value, path="/POWER"), topic="stat/plug/RESULT"))
        tellings.append(home.hear(reading("switch_state", value), topic="stat/plug/POWER", after_s=0.01))
    assert [len(events) for events in tellings] == [0, 0, 1, 0, 1, 0]


def test_two_channels_switched_together_are_two_events() -> None:
    home = Home()
    tellings = []
    for value in ("off", "on"):
        tellings.append(home.hear(reading("switch_state", value), topic="shellies/plug/relay/0"))
        tellings.append(home.hear(reading("switch_state", value), topic="shellies/plug/relay/1", after_s=0.01))
    assert [len(events) for events in tellings] == [0, 0, 1, 1]


def test_what_a_message_says_twice_is_told_once() -> None:
    home = Home()
    for word in ("locked", "unlocked"):
        events = home.hear(reading("lock_state", word, path="/lock_state"), reading("lock", word, path="/state"))
    assert [event.text for event in events] == ["Hall is unlocked"]


def test_an_unsure_reading_is_good_enough_to_compare_with() -> None:
    home = Home(memory(confidence=0.8))
    unsure = Reading("", "door", False, None, 0.6, "model", False)
    home.hear(unsure)
    assert [event.kind for event in home.hear(reading("door", True))] == ["opened"]
    assert home.hear(unsure) == ()
    assert home.hear(reading("door", True)) == ()


def test_a_battery_that_says_itself_when_it_is_low_is_not_judged() -> None:
    home = Home()
    for low, level in ((False, 60), (False, 10), (True, 9)):
        events = home.hear(reading("battery_low", low, path="/low"), reading("battery", level, path="/battery"))
    assert [event.label for event in events] == ["battery_low"]


def test_after_a_restart_it_goes_on() -> None:
    home = Home()
    home.hear(reading("door", False, path="/d"), reading("switch_state", "on", path="/s"))
    home.hear(reading("action", "single"))
    kept = home.memory.everything()
    later = Home(memory())
    later.memory.restore(kept.records, kept.sides, kept.handled)
    assert later.memory.everything() == kept
    assert later.hear(reading("action", "single"), mid=2) == ()
    events = later.hear(reading("door", True, path="/d"), reading("switch_state", "on", path="/s"))
    assert [event.kind for event in events] == ["opened"]


def test_what_is_no_memory_is_refused() -> None:
    home = Home()
    home.hear(reading("door", False))
    kept = home.memory.everything()
    (device,) = kept.records
    for damaged in (
        {},
        {"device": {}},
        {**kept.records[device], "told": [1]},
        {"device": {"seen_at": "x"}, "told": []},
    ):
        with pytest.raises(ValueError, match="no memory"):
            memory().restore({device: damaged}, None, ())


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("values", [(True, False), ("ON", "OFF"), (0, 1), (10**400, 2), (None, ""), ("a", "b")])
def test_no_label_or_value_is_beyond_it(label: str, values: tuple[Any, Any]) -> None:
    for kind, severity, _, text in told(label, *values, values[0]):
        assert kind
        assert severity in ("info", "notice", "warning", "critical")
        assert text.startswith("Hall")
