"""The simulated home: the same seed tells the same story, in many dialects and languages, and it can all be read."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import datetime

import pytest

from agent.core.decode import Limits, decode
from agent.core.message import Message
from agent.demo.dialects import DIALECTS
from agent.demo.home import messages, traffic
from agent.demo.life import Sending

START = datetime(2026, 4, 14, 6, 40)
HOUR_S = 3600.0

# Words of rooms, things and states that no other of these languages has.
LANGUAGES = {
    "German": {"Küchenfenster", "feuchte", "Bezug", "waschmaschine"},
    "French": {"cave", "chambre", "bureau-air", "volet"},
    "Dutch": {"vloerverwarming", "woonkamer", "Voordeur", "moestuin"},
    "Spanish": {"terraza", "piscina", "caudal", "medidas"},
    "Russian": {"котельная", "давление", "Датчик", "насос"},
    "Chinese": {"客厅", "当前温度", "电源", "空调"},
}


def hour(seed: int = 1) -> list[Sending]:
    """All that the home sends in its first hour."""
    return list(itertools.takewhile(lambda sending: sending.at_s < HOUR_S, traffic(seed, START)))


def test_the_same_seed_gives_the_same_messages() -> None:
    assert hour(7) == hour(7)
    assert hour(7) != hour(8)


def test_messages_come_in_the_order_of_time() -> None:
    times = [sending.at_s for sending in hour()]
    assert times == sorted(times)
    assert times[0] >= 0


def test_there_are_many_dialects_and_every_one_speaks_in_the_first_minutes() -> None:
    assert len(DIALECTS) >= 10
    firsts = {dialect: next(messages(dialect, 1, START)).at_s for dialect in DIALECTS}
    assert max(firsts.values()) < 120


def test_no_two_dialects_share_a_topic() -> None:
    speakers = defaultdict(set)
    for dialect in DIALECTS:
        for sending in itertools.islice(messages(dialect, 1, START), 100):
            speakers[sending.topic].add(dialect)
    assert {topic: names for topic, names in speakers.items() if len(names) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_home_speaks_many_languages(language: str) -> None:
    said = " ".join(f"{sending.topic} {sending.payload.decode()}" for sending in hour())
    assert {word for word in LANGUAGES[language] if word not in said} == set()


def test_every_payload_can_be_decoded() -> None:
    for sending in hour():
        report = decode(Message(sending.topic, sending.payload, 0.0), Limits())
        assert report.topic == sending.topic


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values_change(dialect: str) -> None:
    said = defaultdict(set)
    for sending in itertools.takewhile(lambda sending: sending.at_s < HOUR_S, messages(dialect, 1, START)):
        said[sending.topic].add(sending.payload)
    assert max(len(payloads) for payloads in said.values()) >= 3


def test_a_leak_happens_once_and_its_sensor_s_battery_runs_low() -> None:
    leaks = [sending.payload for sending in hour() if b"water_leak" in sending.payload]
    assert sum(b'"water_leak":true' in payload for payload in leaks) == 1
    assert b'"battery_low":false' in leaks[0]
    assert b'"battery_low":true' in leaks[-1]


def test_a_device_goes_offline_and_comes_back() -> None:
    words = [sending.payload for sending in hour() if sending.topic == "tele/gewaechshaus/LWT"]
    assert words[:3] == [b"Online", b"Offline", b"Online"]


def test_energy_only_rises() -> None:
    totals = [float(s.payload) for s in hour() if s.topic == "shellies/shelly1pm-B1E2F4/relay/0/energy"]
    assert totals == sorted(totals)
    assert totals[-1] > totals[0]
