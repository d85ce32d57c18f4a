"""What Home Assistant is told, by the whole line: messages in, discovery messages out."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from agent.core.behaviour import Behaviour, Watch
from agent.core.decode import Limits
from agent.core.devices import Devices
from agent.core.discovery import REANNOUNCE_S, Decisions
from agent.core.discovery.accepted import STATE_CLASSES, UNITS
from agent.core.discovery.entities import components
from agent.core.discovery.gate import Gate
from agent.core.events import Events
from agent.core.home import Home, Owner
from agent.core.memory import Memory
from agent.core.message import Device, DeviceReading, Message, Publication
from agent.core.ontology import LABELS, Nature
from agent.core.pace import REFRESH_S
from agent.core.pipeline import Interpreter, Pipeline
from agent.core.publish import Publisher
from tests import fakes
from tests.core.making import AT, home


class Line:
    """The line with a model that takes everything for a temperature, and what it said to Home Assistant."""

    def __init__(self, made: Home | None = None) -> None:
        self.home = made or home()
        memory = Memory(Devices(1_000, 9_000), Events(0.8, 0.0), Behaviour(Watch(), 0.5))
        self.pipeline = Pipeline(Interpreter(fakes.reader(), Limits(), 1_000), memory, self.home, Publisher("dragoman"))
        self.now = AT
        self.kept: dict[str, str] = {}
        """What a broker would have kept under homeassistant."""
        self.other: list[Publication] = []
        self.said = 0

    def hear(
        self, topic: str, payload: Any = "21.4", *, times: int = 1, retained: bool = False, apart: float = 1.0
    ) -> None:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        for _ in range(times):
            self.now += apart
            (outcome,) = self.pipeline.receive([Message(topic, text.encode(), self.now, 1, retained)])
            self.take(outcome.publications)

    def take(self, publications: Any) -> None:
        for publication in publications:
            if not publication.topic.startswith("homeassistant/"):
                self.other.append(publication)
                continue
            assert publication.retain
            assert publication.qos == 1
            self.said += 1
            self.kept.pop(publication.topic, None)
            if publication.payload:
                self.kept[publication.topic] = publication.payload.decode()

    def ask(self, topic: str, **request: Any) -> dict[str, Any]:
        self.hear(f"dragoman/{topic}", {"id": "q1", **request})
        (answer,) = [entry for entry in self.other if entry.topic == "dragoman/answer/q1"]
        self.other.clear()
        return dict(json.loads(answer.payload))

    def device(self, name: str) -> dict[str, Any]:
        return dict(json.loads(self.kept[f"homeassistant/device/dragoman_{name}/config"]))


def test_a_device_is_announced_after_enough_sightings() -> None:
    line = Line()
    line.hear("home/a", {"t": 21.4}, times=4)
    assert line.kept == {}
    line.hear("home/a", {"t": 21.4})
    shape = line.device("home_a")
    assert shape["device"] == {"identifiers": ["dragoman_home_a"], "name": "a", "model": "climate sensor"}
    assert shape["origin"]["name"] == "Dragoman"
    assert shape["availability"] == [{"topic": "dragoman/status"}]
    assert shape["state_topic"] == "dragoman/device/home_a"
    assert shape["components"] == {
        "temperature": {
            "unique_id": "dragoman_home_a_temperature",
            "platform": "sensor",
            "value_template": "{{ (value_json.readings.temperature | default({})).value | default(none) }}",
            "device_class": "temperature",
            "unit_of_measurement": "°C",
            "state_class": "measurement",
        }
    }
    line.hear("home/a", {"t": 21.4}, times=9)
    assert line.said == 1, "nothing is said twice"


def test_five_hundred_devices_of_which_thirty_are_ours() -> None:
    line = Line()
    for number in range(470):
        line.hear(f"rtl_433/neighbour{number}", {"t": 21.4}, times=1 + number % 2)
    for _ in range(6):
        for number in range(30):
            line.hear(f"home/ours{number}", {"t": 21.4})
    assert len(line.kept) == 30
    assert all("ours" in topic for topic in line.kept)
    assert line.pipeline.statistics()["discovery"]["announced"] == 30


def test_retained_messages_are_no_sightings() -> None:
    line = Line()
    line.hear("home/a", times=20, retained=True)
    assert line.kept == {}


@pytest.mark.parametrize(
    ("gate", "announced"),
    [
        (Gate(mode="off"), 0),
        (Gate(mode="approve"), 0),
        (Gate(confidence=1.0), 0),
        (Gate(devices=2), 2),
        (Gate(allow=("home/a", "other/#")), 1),
        (Gate(deny=("home/a",)), 3),
        (Gate(sightings=9), 0),
        (Gate(), 4),
    ],
)
def test_the_gate(gate: Gate, announced: int) -> None:
    line = Line(home(gate=gate))
    for name in "abcd":
        line.hear(f"home/{name}", {"t": 21.4}, times=6)
    assert len(line.kept) == announced


@pytest.mark.parametrize(
    ("gate", "reason"),
    [
        (Gate(mode="off"), "discovery is off"),
        (Gate(mode="approve"), "it waits for approval"),
        (Gate(confidence=1.0), "nothing in it is sure enough, or more than housekeeping"),
        (Gate(devices=0), "0 are announced"),
        (Gate(deny=("home/a",)), "the lists allow and deny leave it out"),
        (Gate(sightings=9), "heard less than 9 times"),
        (Gate(), None),
    ],
)
def test_the_list_tells_why_a_device_is_not_announced(gate: Gate, reason: str | None) -> None:
    line = Line(home(gate=gate))
    line.hear("home/a", {"t": 21.4}, times=6)
    (row,) = line.ask("discovery", command="list")["devices"]
    assert row.get("reason") == reason


def test_approval() -> None:
    line = Line(home(gate=Gate(mode="approve")))
    for name in "ab":
        line.hear(f"home/{name}", {"t": 21.4}, times=6)
    line.hear("home/c", {"t": 21.4})
    rows = {row["id"]: row["state"] for row in line.ask("discovery", command="list")["devices"]}
    assert rows == {"home_a": "waiting", "home_b": "waiting", "home_c": "heard"}
    assert line.ask("discovery", command="approve", devices=["home_c"])["ok"] is True
    assert len(line.kept) == 1, "whom the owner approves need not be seen again"
    assert line.ask("discovery", command="approve", all=True)["detail"] == "2 devices approved"
    assert len(line.kept) == 3
    answer = line.ask("discovery", command="approve", devices=["nobody"])
    assert (answer["ok"], answer["detail"]) == (False, "0 devices approved; not known: nobody")


@pytest.mark.parametrize("single", [False, True])
def test_withdrawing_takes_back_all_of_it_and_for_good(single: bool) -> None:
    line = Line(home(single=single))
    for name in "ab":
        line.hear(f"home/{name}", {"t": 21.4, "u": 20.0}, times=6)
    assert len(line.kept) == (4 if single else 2)
    assert line.ask("discovery", command="withdraw", all=True)["detail"] == "2 devices withdrawn"
    assert line.kept == {}
    line.hear("home/a", {"t": 22.4}, times=9)
    assert line.kept == {}
    rows = line.ask("discovery", command="list")["devices"]
    assert {row["reason"] for row in rows} == {"withdrawn; it comes back when it is approved by name"}
    assert line.home.owner.decisions == Decisions(withdrawn=frozenset({"home_a", "home_b"}))
    line.ask("discovery", command="approve", devices=["home_a"])
    assert len(line.kept) == (2 if single else 1)


def test_single_components() -> None:
    line = Line(home(single=True))
    line.hear("home/a", {"t": 21.4}, times=6)
    ((topic, payload),) = line.kept.items()
    assert topic == "homeassistant/sensor/dragoman_home_a/temperature/config"
    shape = json.loads(payload)
    assert "platform" not in shape
    assert shape["state_topic"] == "dragoman/device/home_a"
    assert shape["device"]["identifiers"] == ["dragoman_home_a"]


def test_birth_is_answered_once_after_a_random_delay() -> None:
    line = Line(home(random=lambda: 0.7))
    line.hear("home/a", {"t": 21.4}, times=6)
    before = dict(line.kept)
    line.kept.clear()
    line.hear("homeassistant/status", "online")
    line.take(line.pipeline.tick(line.now + 0.6 * REANNOUNCE_S))
    assert line.kept == {}
    line.hear("homeassistant/status", "online")
    line.other.clear()
    line.take(line.pipeline.tick(line.now + 0.8 * REANNOUNCE_S))
    assert line.kept == before
    assert [entry.topic for entry in line.other] == ["dragoman/device/home_a"], "a broker may have forgotten it"
    assert line.pipeline.tick(line.now + 99) == []
    line.hear("homeassistant/status", "offline")
    assert line.pipeline.tick(line.now + 99) == []


def test_clock_set_back_does_not_hold_the_announcements() -> None:
    line = Line()
    line.hear("home/a", {"t": 21.4}, times=6)
    line.pipeline.connected(line.now)
    assert line.pipeline.tick(line.now - 86_400.0)


def test_what_others_announce_is_left_to_them() -> None:
    line = Line()
    config = {"device_class": "temperature", "state_topic": "home/a", "value_template": "{{ value_json.t }}"}
    line.hear("home/a", {"t": 21.4, "u": 20.0}, times=6)
    assert len(line.device("home_a")["components"]) == 2
    line.hear("homeassistant/sensor/x/config", config)
    line.hear("home/a", {"t": 21.5, "u": 20.0})
    first, second = line.device("home_a")["components"].values()
    assert sorted([len(first), len(second)])[0] == 1, "the one that somebody else shows is taken away"
    line.hear("homeassistant/sensor/y/config", {**config, "value_template": "{{ value_json.u }}"})
    line.hear("home/a", {"t": 21.6, "u": 20.0})
    assert line.kept == {}
    (row,) = line.ask("discovery", command="list")["devices"]
    assert row["reason"] == "others tell Home Assistant of it"


def test_after_a_restart_what_the_broker_kept_is_taken_over() -> None:
    line = Line()
    line.hear("home/a", {"t": 21.4}, times=6)
    line.hear("home/a", {"u": 21.4}, times=6)
    assert len(line.device("home_a")["components"]) == 2
    again = Line(home(owner=line.home.owner))
    for topic, payload in line.kept.items():
        again.hear(topic, payload, retained=True)
    again.hear("home/a", {"t": 21.4})
    # Nothing has changed for Home Assistant, though one of its readings has not come yet.
    assert again.kept == {}
    assert again.ask("discovery", command="list")["devices"][0]["state"] == "announced"
    again.kept.update(line.kept)
    assert again.ask("discovery", command="withdraw", all=True)["ok"] is True
    assert again.kept == {}


def test_what_the_broker_kept_may_come_after_a_message_of_the_device() -> None:
    line = Line()
    line.hear("home/a", {"t": 21.4}, times=6)
    again = Line()
    again.hear("home/a", {"t": 21.4})
    for topic, payload in list(line.kept.items()):
        again.hear(topic, payload, retained=True)
    assert again.home.announced == ["home_a"]


def test_what_another_agent_announced_is_not_taken_over() -> None:
    line = Line()
    line.hear("home/a", {"t": 21.4}, times=6)
    other = Line()
    for topic, payload in line.kept.items():
        other.hear(topic, payload.replace("dragoman/", "other/"), retained=True)
    assert other.ask("discovery", command="list")["devices"] == []


def test_cadence_makes_values_expire_and_the_state_is_said_again() -> None:
    line = Line()
    line.hear("home/a", {"t": 21.4}, times=60, apart=300.0)
    (component,) = line.device("home_a")["components"].values()
    quiet_s = line.pipeline.memory.behaviour.silent_after_s("home_a")
    assert quiet_s is not None
    assert component["expire_after"] == pytest.approx(quiet_s + REFRESH_S, rel=0.2)
    # Nothing changes: without a word now and then Home Assistant would take it for dead.
    assert len([entry for entry in line.other if entry.topic == "dragoman/device/home_a"]) >= 20


def test_what_has_no_known_cadence_does_not_expire() -> None:
    line = Line()
    chance = Random(5)
    for _ in range(80):
        line.hear("home/door", {"t": 21.4}, apart=chance.choice((5.0, 90.0, 700.0)) * chance.expovariate(1.0))
    assert line.pipeline.memory.behaviour.silent_after_s("home_door") is None
    (component,) = line.device("home_door")["components"].values()
    assert "expire_after" not in component


def test_a_device_that_is_no_more_is_taken_back() -> None:
    line = Line()
    line.hear("home/a", {"t": 21.4}, times=6)
    line.take(line.home.forget(["home_a"]))
    assert line.kept == {}


def entity(label: str, value: Any, unit: str | None = None, **more: Any) -> dict[str, Any] | None:
    reading = DeviceReading(label, label, value, unit, 0.9, "model", "home/a", "/x", AT)
    device = Device("home_a", "a", None, None, AT, (reading,))
    found = components(device, [reading], "dragoman", more.get("actions", ()))
    return found.get(label)


@pytest.mark.parametrize("label", LABELS)
def test_home_assistant_accepts_every_pair(label: str) -> None:
    """Class and unit, class and state class, of everything that can be announced."""
    for unit in (*LABELS[label].units, None):
        found = entity(label, 1.5, unit or None)
        if found is None or "device_class" not in found or found["platform"] != "sensor":
            continue
        assert (unit or "") in UNITS[found["device_class"]]
        if "state_class" in found:
            assert found["state_class"] in STATE_CLASSES[found["device_class"]]


def test_entities() -> None:
    assert entity("energy", 12.5, "kWh") == {
        "unique_id": "dragoman_home_a_energy",
        "platform": "sensor",
        "value_template": "{{ (value_json.readings.energy | default({})).value | default(none) }}",
        "device_class": "energy",
        "unit_of_measurement": "kWh",
        "state_class": "total_increasing",
    }
    # A unit that its class does not take everywhere goes without the class.
    assert "device_class" not in (entity("power", 1.5, "MW") or {})
    assert (entity("battery", 97, "%") or {})["entity_category"] == "diagnostic"
    assert (entity("opening", True) or {})["device_class"] == "opening"
    assert (entity("switch_state", "ON") or {})["name"] == "Switched on"
    assert entity("temperature", "warm") is None
    assert entity("timestamp", 1_795_424_400) is None
    assert entity("config_setting", 3) is None
    remote = entity("action", "single", actions=("single", "double"))
    assert remote is not None
    assert remote["platform"] == "event"
    assert remote["event_types"] == ["double", "single", "other"]
    assert remote["state_topic"] == "dragoman/event/home_a"


def test_housekeeping_alone_is_no_reason_to_announce() -> None:
    assert all(
        (entity(name, 50, "%") or {}).get("entity_category") == "diagnostic"
        for name, label in LABELS.items()
        if name == "battery" and label.nature is Nature.MEASUREMENT
    )


def test_requests_that_cannot_be_taken() -> None:
    line = Line()
    assert line.ask("discovery", command="dance")["ok"] is False
    assert line.ask("correct", command="dance")["ok"] is False
    assert line.ask("discovery", command="withdraw")["ok"] is False
    for payload in ("{", "[]", "7"):
        line.hear("dragoman/correct", payload)
    assert line.other == []


def test_a_retained_request_is_an_old_one() -> None:
    line = Line()
    line.hear("dragoman/correct", {"topic_filter": "a", "path": "/x", "label": "door"}, retained=True)
    assert line.home.owner == Owner()


def test_correction_by_request() -> None:
    line = Line()
    line.hear("home/a", {"t": 21.4})
    line.hear("home/b", {"t": 21.4})
    answer = line.ask("correct", topic_filter="home/a", path="/t", label="humidity", unit="%")
    assert answer["detail"] == "home/a /t means humidity in %"
    line.hear("home/b", {"t": 21.4})
    (reading,) = json.loads(line.other[0].payload)["readings"]
    assert (reading["label"], reading["unit"], reading["source"], reading["confidence"]) == (
        "humidity",
        "%",
        "override",
        1,
    )
    listed = line.ask("correct", command="list")["corrections"]
    assert [(entry["topic_filter"], entry["label"]) for entry in listed] == [("home/a", "humidity")]
    assert line.ask("correct", command="withdraw", topic_filter="home/a", path="/t")["ok"] is True
    assert line.ask("correct", command="withdraw", topic_filter="home/a", path="/t")["ok"] is False
    line.hear("home/b", {"t": 21.4})
    assert json.loads(line.other[0].payload)["readings"][0]["source"] == "model"


def test_of_a_device_that_is_forgotten_nothing_is_listed() -> None:
    line = Line()
    for number in range(1_005):
        line.hear(f"home/d{number}/t", "21.4")
    rows = line.ask("discovery", command="list")["devices"]
    assert len(rows) == 1_000
    assert {row["id"] for row in rows} == {f"home_d{number}" for number in range(5, 1_005)}
