"""The agent goes on, and says so, where the machine beneath it fails."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.broker.conftest import Agent, Ear, Mosquitto

MakeAgent = Callable[..., Agent]
ANSWER = "dragoman/interpretation/haus/keller"
FULL_BYTES = 16_384


def full_disk(folder: Path) -> Path:
    # Whatever is written to /dev/full fails as on a full disk.
    (folder / "session.new").symlink_to("/dev/full")
    return folder


def read_only(folder: Path) -> Path:
    # Nothing can be created there, not even by root, whom permissions would not keep from it.
    return Path("/proc/self/task")


@pytest.mark.parametrize("case", [(full_disk, "No space left"), (read_only, "cannot be written")])
def test_state_that_cannot_be_kept(
    tmp_path: Path, broker: Mosquitto, ear: Ear, make_agent: MakeAgent, case: tuple[Callable[[Path], Path], str]
) -> None:
    spoil, words = case
    folder = tmp_path / "state"
    folder.mkdir()
    agent = make_agent(broker.port, state_directory=str(spoil(folder))).ready()
    detail = agent.logged("state_not_kept")["detail"]
    assert words in detail
    assert "goes on" in detail
    ear.say("haus/keller", "21.4")
    assert ear.hear_json(ANSWER)["readings"][0]["value"] == 21.4


def test_disk_that_fills_up_while_the_agent_works(
    tmp_path: Path, broker: Mosquitto, ear: Ear, make_agent: MakeAgent
) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    agent = make_agent(broker.port, command=("agent", "run"), state_directory=str(folder)).ready()
    window, event = "zigbee2mqtt/Kitchen Window", "dragoman/event/zigbee2mqtt_kitchen_window"
    for contact, told in (("true", None), ("false", "opened")):
        ear.say(window, f'{{"battery": 97, "contact": {contact}, "linkquality": 120, "voltage": 3015}}')
        assert told is None or ear.hear_json(event)["event"] == told
    assert "memory_not_kept" not in agent.log()
    # No file may grow from now on, though what is there may be written anew, as on a full disk; the log is shorter.
    log = (tmp_path / "agent.log").stat().st_size
    assert log < FULL_BYTES < (folder / "memory.db-wal").stat().st_size
    resource.prlimit(agent.process.pid, resource.RLIMIT_FSIZE, (FULL_BYTES, resource.RLIM_INFINITY))
    for contact, told in (("true", "closed"), ("false", "opened")):
        ear.say(window, f'{{"battery": 97, "contact": {contact}, "linkquality": 120, "voltage": 3015}}')
        assert ear.hear_json(event)["event"] == told
    detail = agent.logged("memory_not_kept")["detail"]
    assert "memory.db cannot be written" in detail
    assert "goes on" in detail
    assert agent.log().count("memory_not_kept") == 1
    resource.prlimit(agent.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert agent.stop()[0] == 0
    assert agent.logged("memory_kept_again")["events_missing_in_digest"] >= 1


def test_changed_client_id_is_explained(tmp_path: Path, broker: Mosquitto, ear: Ear, make_agent: MakeAgent) -> None:
    first = make_agent(broker.port, {"client_id": "first"}, state_directory=str(tmp_path)).ready()
    first.stop(signal.SIGKILL)
    first.close()
    (tmp_path / "notify").unlink()
    second = make_agent(broker.port, {"client_id": "second"}, state_directory=str(tmp_path)).ready()
    assert "client_id: 'first'" in second.logged("client_id_changed")["detail"]


def test_filters_of_the_last_run_are_given_up(
    tmp_path: Path, broker: Mosquitto, ear: Ear, make_agent: MakeAgent
) -> None:
    first = make_agent(broker.port, subscribe=["haus/#", "garten/#"], state_directory=str(tmp_path)).ready()
    first.stop(signal.SIGKILL)
    first.close()
    (tmp_path / "notify").unlink()
    make_agent(broker.port, subscribe=["haus/#"], state_directory=str(tmp_path)).ready()
    ear.say("garten/tor", "1")
    ear.say("haus/keller", "21.4")
    while True:
        topic = ear.heard.get(timeout=10).topic
        assert topic != "dragoman/interpretation/garten/tor"
        if topic == ANSWER:
            break


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_clock_that_is_set_back_a_year(
    tmp_path: Path, broker: Mosquitto, ear: Ear, make_agent: MakeAgent, protocol: str
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    agent = make_agent(
        broker.port,
        {"protocol": protocol, "keepalive": 5},
        environ={"CLOCK_AHEAD_S": str(clock)},
        stats_interval=1,
        state_directory=str(tmp_path),
    ).ready()
    ear.say("haus/keller", "1")
    before = at(ear.hear_json(ANSWER))
    assert abs(datetime.now(UTC) - before) < timedelta(minutes=1)
    new = tmp_path / "new"
    new.write_text(str(-365 * 86_400))
    new.replace(clock)
    told = agent.logged("clock_was_set")
    assert (told["level"], round(told["by_s"] / 86_400)) == ("warning", -365)
    # The link lives through a keepalive, counters come, and so do answers.
    deadline = time.monotonic() + 7
    while time.monotonic() < deadline:
        ear.say("haus/keller", "2")
        after = at(ear.hear_json(ANSWER))
        assert abs(before - after - timedelta(days=365)) < timedelta(minutes=1)
        assert abs(after - at(ear.hear_json("dragoman/stats"))) < timedelta(minutes=1)
    assert "connection_lost" not in agent.log()
    assert agent.stop()[0] == 0, agent.log()


def at(shape: dict[str, str]) -> datetime:
    return datetime.fromisoformat(shape["at"])
