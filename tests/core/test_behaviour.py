from __future__ import annotations

import json
import math

import pytest

from agent.core.behaviour import Behaviour, Watch
from agent.core.message import DeviceRef, Event, Interpretation, Reading
from tests.core.making import AT
from tests.rigs.weeks import KINDS, weeks

DAY_S = 86_400.0
FREEZER = DeviceRef("freezer", "Freezer", "climate_sensor", None)


class Home:
    """One device that speaks at regular times, and an agent that listens."""

    def __init__(self, every_s: float = 600.0, watch: Watch | None = None) -> None:
        self.behaviour = Behaviour(watch or Watch(True, True, True, True), 0.8)
        self.at = AT
        self._every_s = every_s

    def wait(self, seconds: float) -> list[Event]:
        events = []
        end = self.at + seconds
        while self.at < end:
            self.at = min(end, self.at + 30)
            events += self.behaviour.tick(self.at)
        return events

    def hear(self, value: float, label: str = "temperature", retained: bool = False) -> list[Event]:
        """What is told from the last message to this one."""
        events = self.wait(self._every_s)
        reading = Reading("/t", label, value, "°C", 0.95, "model", value)
        meant = Interpretation("home/freezer", self.at, retained, FREEZER, "state", (reading,), "", "")
        return events + list(self.behaviour.observe(meant, ("temperature",)))

    def live(self, days: float) -> list[Event]:
        """A cooling machine that goes on and off, for so long."""
        told = []
        for _ in range(round(days * DAY_S / self._every_s)):
            told += self.hear(round(-19 + 2 * math.sin(self.at / 2_000), 1))
        return told


def shown(events: list[Event]) -> list[tuple[str, str, str]]:
    return [(event.kind, event.severity, event.text) for event in events]


def test_a_device_that_falls_silent_is_told_once_with_the_evidence() -> None:
    home = Home(every_s=60)
    assert home.live(0.1) == []
    assert home.wait(500) == []
    (event,) = home.wait(DAY_S)
    assert shown([event]) == [
        (
            "went_silent",
            "warning",
            "Freezer has been silent for 10 minutes; usually it speaks about every 55 seconds",
        )
    ]
    assert dict(event.evidence) == {"silent_s": 620, "usual_s": 55}
    assert (event.label, event.value, event.topic) == ("availability", False, "home/freezer")
    assert shown(home.hear(-19)) == [("came_back", "info", "Freezer came back")]
    assert home.live(0.01) == []


def test_while_the_agent_is_away_nobody_is_silent() -> None:
    home = Home(every_s=60)
    home.live(0.1)
    home.at += 3 * DAY_S
    assert home.wait(540) == []
    assert [event.kind for event in home.wait(DAY_S)] == ["went_silent"]


@pytest.mark.parametrize("set_back_s", [90.0, DAY_S])
def test_a_device_that_falls_silent_is_told_though_the_clock_was_wrong(set_back_s: float) -> None:
    home = Home(every_s=60)
    home.live(0.1)
    home.at += set_back_s
    home.wait(3_600)
    home.at -= set_back_s + 3_600
    home.live(0.1)
    assert [event.kind for event in home.wait(0.1 * DAY_S)] == ["went_silent"]


def test_each_of_many_devices_is_silent_in_its_own_time() -> None:
    behaviour = Behaviour(Watch(), 0.8)
    every_s = {f"d{number}": 60.0 + 20 * number for number in range(30)}
    told: dict[str, float] = {}
    for second in range(0, 80_000, 10):
        at = AT + second
        for name, gap_s in every_s.items():
            # Each has a gap now and then, and stops after half of the time.
            if second < 40_000 and second % gap_s < 10 and second % 7_000 > 900:
                meant = Interpretation(name, at, False, DeviceRef(name, name, None, None), "state", (), "", "")
                behaviour.observe(meant, ())
        told |= {event.device.id: at for event in behaviour.tick(at)}
    for name, at in told.items():
        after_s = behaviour.silent_after_s(name)
        assert after_s is not None
        heard_at = behaviour.record(name)["heard_at"]
        assert 0 <= at - heard_at - after_s < 20, name
    assert set(told) == set(every_s)


def test_what_the_broker_kept_is_no_sign_of_life() -> None:
    home = Home(every_s=60)
    home.live(0.1)
    assert [event.kind for _ in range(20) for event in home.hear(-19, retained=True)] == ["went_silent"]


def test_a_value_far_from_the_usual_is_told_with_the_usual() -> None:
    home = Home()
    assert home.live(8) == []
    assert shown(home.hear(-12)) == [
        ("unusual", "notice", "Freezer: temperature -12 °C is far above the usual -21 to -17 °C"),
        ("fast_rise", "warning", "Freezer: temperature rose by 5.1 °C within ten minutes, usually by at most 0.6 °C"),
    ]
    # It is known now.
    assert home.hear(-12) == []


def test_a_value_that_stands_still_is_told_once() -> None:
    home = Home()
    home.live(8)
    (event,) = [event for _ in range(300) for event in home.hear(-19.0)]
    assert event.kind == "stuck"
    assert event.text.startswith("Freezer: temperature has been -19 °C for 6 hours, usually it changes within")
    assert home.live(0.2) == []


@pytest.mark.parametrize("label", ["energy", "power", "door", "action"])
def test_what_is_as_it_happens_to_be_has_no_habit(label: str) -> None:
    home = Home()
    for index in range(8 * 144):
        assert home.hear(float(index % 2), label) == []
    assert home.hear(1_000.0, label) == []


def test_by_default_only_silence_is_told() -> None:
    home = Home(watch=Watch())
    home.live(8)
    assert home.hear(-5) == []
    assert [event.kind for event in home.wait(DAY_S)] == ["went_silent"]


def test_habits_outlive_a_restart() -> None:
    home = Home()
    home.live(8)
    record = json.loads(json.dumps(home.behaviour.record("freezer")))
    later = Home()
    later.at = home.at
    later.behaviour.restore(FREEZER, record)
    assert later.behaviour.record("freezer") == record
    assert [event.kind for event in later.hear(-12)] == ["unusual", "fast_rise"]
    assert later.behaviour.silent_after_s("freezer") == home.behaviour.silent_after_s("freezer")
    later.behaviour.forget("freezer")
    assert later.behaviour.record("freezer") is None


@pytest.mark.parametrize(
    ("sort", "within_h"),
    [
        ("periodic", 0.5),
        ("on_change", 6),
        ("air", 0.5),
        ("chatty", 0.5),
        ("daily", 60),
        ("valve", 6),
        ("freezer", 0.5),
        ("door", None),
        ("motion", None),
    ],
)
def test_weeks_without_a_false_alarm_and_the_dead_are_noticed(sort: str, within_h: float | None) -> None:
    """False alarms per device and month: none of any kind. What has no rhythm is never called silent."""
    result = weeks(sort, weeks=4, devices=1)
    assert {kind: result.per_month(kind) for kind in KINDS} == dict.fromkeys(KINDS, 0.0)
    assert len(result.noticed_h) == (within_h is not None)
    assert all(hours < (within_h or 0) for hours in result.noticed_h)


@pytest.mark.parametrize(("sort", "alarms"), [("solar", 1), ("office", 3)])
def test_what_sleeps_at_night_is_called_silent_until_that_is_known(sort: str, alarms: int) -> None:
    """A night once, a weekend twice, in the whole life of the device; that is 1.1 and 3.2 in its first month."""
    assert weeks(sort, weeks=4, devices=1).false == {"went_silent": alarms}


def test_a_pause_that_came_once_and_was_no_night_changes_nothing() -> None:
    home = Home(every_s=60)
    home.live(0.1)
    before = home.behaviour.silent_after_s("freezer")
    home.wait(3 * DAY_S)
    home.hear(-19)
    assert home.behaviour.silent_after_s("freezer") == before
    home.live(0.1)
    home.wait(2 * DAY_S)
    home.hear(-19)
    assert home.behaviour.silent_after_s("freezer") == pytest.approx(3 * DAY_S, rel=0.01)
    # It is forgotten like everything else.
    for _ in range(22):
        home.live(0.1)
        home.wait(DAY_S)
    record = json.loads(json.dumps(home.behaviour.record("freezer")))
    assert len(record["cadence"]["pauses"]) <= 16


def test_habits_of_an_earlier_version_are_taken_up() -> None:
    home = Home(every_s=60)
    home.live(0.1)
    record = home.behaviour.record("freezer")
    later = Home()
    later.behaviour.restore(FREEZER, {**record, "cadence": record["cadence"]["counts"]})
    assert later.behaviour.silent_after_s("freezer") == home.behaviour.silent_after_s("freezer")
