"""Nothing is lost on the way, and silence is explained: the agent at a real mosquitto that fares ill."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.broker.conftest import ROOT, Agent, Ear, Mosquitto
from tests.rigs.flood import Watch, flood
from tests.rigs.kill_storm import storm
from tests.rigs.peers import persistent, resident_bytes
from tests.rigs.proxy import Proxy

MakeAgent = Callable[..., Agent]
ANSWER = "dragoman/interpretation/haus/keller"
FAKE = ("tests.agent_with_fake_model",)
PUBACK = 0x40
QUOTA_EXCEEDED = b"\x97"


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_short_storm(tmp_path: Path, protocol: str) -> None:
    result = storm(1_500, kills=2, restarts=1, folder=tmp_path, module=FAKE, protocol=protocol)
    assert (result.lost, result.refused) == (0, 0), result


def hear_numbers(ear: Ear, wanted: Iterable[int]) -> None:
    """Return when all the numbers were interpreted; some may be more than once."""
    missing = set(wanted)
    while missing:
        missing.discard(ear.hear_json(ANSWER)["readings"][0]["raw"])


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_comes_while_the_agent_is_away_is_kept(
    broker: Mosquitto, ear: Ear, make_agent: MakeAgent, protocol: str, tmp_path: Path
) -> None:
    first = make_agent(broker.port, {"protocol": protocol}).ready()
    first.stop(signal.SIGKILL)
    first.close()
    (tmp_path / "notify").unlink()
    for number in range(20):
        ear.say("haus/keller", str(number))
    again = make_agent(broker.port, {"protocol": protocol}).ready()
    hear_numbers(ear, range(20))
    assert again.logged("connected")["detail"] == "the session goes on"


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_the_inbox_has_no_room_for_is_left_at_the_broker_and_fetched(
    tmp_path: Path, make_broker: Any, make_ear: Any, make_agent: MakeAgent, protocol: str
) -> None:
    broker = make_broker(persistent(tmp_path))
    login = {"protocol": protocol}
    first = make_agent(broker.port, login).ready()
    first.stop(signal.SIGKILL)
    first.close()
    (tmp_path / "notify").unlink()
    ear = make_ear(broker.port)
    for number in range(300):
        ear.say("haus/keller", str(number))
    agent = make_agent(broker.port, login, limits={"inbox_messages": 20}).ready()
    heard, status = [], set()
    while len(heard) < 300:
        message = ear.heard.get(timeout=10)
        if message.topic == ANSWER:
            heard.append(json.loads(message.payload)["readings"][0]["raw"])
        elif message.topic == "dragoman/status" and heard:
            status.add(message.payload)
    assert heard == list(range(300)), "each once and in order"
    assert status <= {b"online"}, "it said goodbye, so the broker does not tell that it is gone"
    agent.process.send_signal(signal.SIGUSR1)
    stats = ear.hear_json("dragoman/stats")
    while stats["messages"] < 300:
        agent.process.send_signal(signal.SIGUSR1)
        stats = ear.hear_json("dragoman/stats")
    assert stats["broker"]["left_at_broker"] > 0
    assert stats["broker"]["redelivered"] == 0
    assert agent.log().count('"inbox_full"') == 1
    assert not {"connection_lost", "session_lost", "client_id_in_use"} & set(agent.log().split('"'))
    assert agent.stop()[0] == 0


def test_a_backlog_of_large_messages_does_not_fill_the_memory(
    tmp_path: Path, make_broker: Any, make_ear: Any, make_agent: MakeAgent
) -> None:
    broker = make_broker(persistent(tmp_path))
    bounds = {"inbox_bytes": 4 * 2**20}
    text = "x" * 60_000
    first = make_agent(broker.port, limits=bounds).ready()
    ear = make_ear(broker.port)
    ear.say("haus/keller", f'[0, "{text}"]')
    hear_numbers(ear, [0])
    usual = resident_bytes(first.process.pid)
    first.stop(signal.SIGKILL)
    first.close()
    (tmp_path / "notify").unlink()
    count = 600
    for number in range(1, count + 1):
        ear.say("haus/keller", f'[{number}, "{text}"]')
    agent = make_agent(broker.port, limits=bounds)
    watch = Watch(agent.process.pid)
    try:
        hear_numbers(ear, range(1, count + 1))
    finally:
        watch.close()
    assert "inbox_full" in agent.log()
    # All of it would be 36 MB.
    assert watch.peak - usual < 24 * 10**6


@pytest.fixture
def proxy(broker: Mosquitto) -> Iterator[Proxy]:
    proxy = Proxy(broker.port)
    yield proxy
    proxy.close()


def test_link_that_is_cut_without_a_word(proxy: Proxy, ear: Ear, make_agent: MakeAgent) -> None:
    keepalive_s = 5
    agent = make_agent(proxy.port, {"keepalive": keepalive_s}).ready()
    ear.say("haus/keller", "0")
    hear_numbers(ear, [0])
    proxy.cut()
    started = time.monotonic()
    for number in range(1, 30):
        ear.say("haus/keller", str(number))
    lost = agent.logged("connection_lost")
    # The network thread looks once a second.
    assert time.monotonic() - started < keepalive_s + 1.5, lost
    assert proxy.connections == 1
    hear_numbers(ear, range(1, 30))
    assert proxy.connections == 2


def test_what_a_full_broker_did_not_take_is_published_again(broker: Mosquitto, ear: Ear, make_agent: MakeAgent) -> None:
    turned_away = 0

    def full(packet: bytes) -> bytes:
        # The broker has in truth taken it, so that a second copy shows that it was published again.
        nonlocal turned_away
        if packet[0] != PUBACK or turned_away == 4:
            return packet
        turned_away += 1
        return bytes([PUBACK, 3]) + packet[2:4] + QUOTA_EXCEEDED

    door = Proxy(broker.port, full)
    try:
        agent = make_agent(door.port).ready()
        assert "again" in agent.logged("broker_full")["detail"]
        for number in range(3):
            ear.say("haus/keller", str(number))
        hear_numbers(ear, range(3))
        agent.process.send_signal(signal.SIGUSR1)
        stats = ear.hear_json("dragoman/stats")
        while stats["broker"]["publications_postponed"] < 4 or stats["broker"]["unanswered"]:
            agent.process.send_signal(signal.SIGUSR1)
            stats = ear.hear_json("dragoman/stats")
        assert stats["broker"]["publications_refused"] == 0
    finally:
        door.close()


def test_second_agent_with_the_same_id_is_reported(
    broker: Mosquitto, ear: Ear, make_agent: MakeAgent, tmp_path: Path
) -> None:
    login = {"client_id": "twin"}
    first = make_agent(broker.port, login).ready()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    second = Agent(elsewhere, list(FAKE), {"broker": {"host": "127.0.0.1", "port": broker.port, **login}}, {})
    try:
        deadline = time.monotonic() + 30
        while "client_id_in_use" not in first.log() + second.log() and time.monotonic() < deadline:
            time.sleep(0.05)
        aside, holds = (first, second) if "client_id_in_use" in first.log() else (second, first)
        assert "Give each its own" in aside.logged("client_id_in_use")["detail"]
        before = [agent.log().count('"connected"') for agent in (aside, holds)]
        time.sleep(3)
        after = [agent.log().count('"connected"') for agent in (aside, holds)]
        assert after[0] == before[0]
        assert after[1] <= before[1] + 1
        ear.say("haus/keller", "21.4")
        assert ear.hear_json(ANSWER)["readings"][0]["raw"] == 21.4
    finally:
        second.close()


@pytest.mark.parametrize("protocols", [("5", "5"), ("3.1.1", "3.1.1"), ("5", "3.1.1")])
def test_two_agents_do_not_feed_each_other(
    broker: Mosquitto, ear: Ear, make_agent: MakeAgent, tmp_path: Path, protocols: tuple[str, str]
) -> None:
    make_agent(broker.port, {"client_id": "one", "protocol": protocols[0]}, prefix="one").ready()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    address = {"host": "127.0.0.1", "port": broker.port, "client_id": "two", "protocol": protocols[1]}
    second = Agent(elsewhere, list(FAKE), {"broker": address, "prefix": "two"}, {})
    try:
        second.ready()
        ear.say("haus/keller", "21.4")
        heard = []
        deadline = time.monotonic() + 1.5
        while time.monotonic() < deadline:
            while not ear.heard.empty():
                heard.append(ear.heard.get().topic)
            time.sleep(0.05)
        answers = {topic for topic in heard if "interpretation" in topic}
        assert answers >= {"one/interpretation/haus/keller", "two/interpretation/haus/keller"}
        # MQTT 3.1.1 has no mark for what an agent publishes. Status and counters of the other may be read there, once
        # each; what was interpreted, never.
        assert not {topic for topic in answers if topic.count("/interpretation/") > 1}
        assert protocols != ("5", "5") or len(answers) == 2
    finally:
        second.close()


RULES = {
    "hears nothing": ("topic write dragoman/#", "5", "nothing_heard", '"topic read #"'),
    "hears nothing by 3.1.1": ("topic write dragoman/#", "3.1.1", "nothing_heard", '"topic read #"'),
    "may not speak": ("topic read #", "5", "publication_refused", "topic write dragoman/#"),
    "may not speak by 3.1.1": ("topic read #", "3.1.1", "nothing_heard", '"topic write dragoman/#"'),
}


@pytest.mark.parametrize("case", RULES.values(), ids=RULES)
def test_missing_access_rule_is_named(
    tmp_path: Path, make_broker: Any, make_agent: MakeAgent, case: tuple[str, str, str, str]
) -> None:
    rule, protocol, event, missing = case
    (tmp_path / "acl").write_text(f"user dragoman\n{rule}\n")
    broker = make_broker(f"allow_anonymous true\nacl_file {tmp_path / 'acl'}")
    agent = make_agent(broker.port, {"username": "dragoman", "protocol": protocol})
    assert missing in agent.logged(event)["detail"]
    assert "proved" not in agent.log()


def test_the_access_rules_of_the_examples_suffice(tmp_path: Path, make_broker: Any, make_agent: MakeAgent) -> None:
    rules = (ROOT / "configs" / "mosquitto-acl.conf").read_text()
    (tmp_path / "acl").write_text(rules)
    broker = make_broker(f"allow_anonymous true\nacl_file {tmp_path / 'acl'}")
    agent = make_agent(broker.port, {"username": "dragoman"}).ready()
    agent.logged("proved")
    time.sleep(0.3)
    assert not [line for line in agent.log().splitlines() if json.loads(line)["level"] in ("warning", "error")]


def test_a_broker_that_forgot_the_session_is_told(tmp_path: Path, make_broker: Any, make_agent: MakeAgent) -> None:
    # Without persistence a restart forgets all sessions.
    broker = make_broker()
    agent = make_agent(broker.port).ready()
    broker.stop()
    broker.start()
    assert "lost" in agent.logged("session_lost")["detail"]


def test_a_broker_with_persistence_keeps_it(tmp_path: Path, make_broker: Any, make_agent: MakeAgent) -> None:
    broker = make_broker(persistent(tmp_path))
    agent = make_agent(broker.port).ready()
    broker.stop()
    agent.logged("connection_lost")
    broker.start()
    agent.ready()
    assert "session_lost" not in agent.log()


def test_short_flood(tmp_path: Path) -> None:
    result = flood(1.5, tmp_path, warm_up=400)
    assert result.holds, result
