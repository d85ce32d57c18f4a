"""The memory on the disk."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.core.behaviour import Behaviour, Watch
from agent.core.devices import Devices
from agent.core.events import Events
from agent.core.memory import Memory
from agent.core.message import Event, Message
from agent.keeper import INTERVAL_S, Keeper
from agent.log import logger
from agent.state import NewerState
from agent.store import EVENTS, FILE, Store, StoreDamaged, StoreError, told_since
from tests.core.making import AT, interpretation, reading


def memory() -> Memory:
    return Memory(Devices(100, 1_000), Events(0.5, 0.5), Behaviour(Watch(), 0.5))


class Kept:
    """A Keeper in a folder, with a log to read."""

    def __init__(self, folder: Path) -> None:
        self._log = io.StringIO()
        self.keeper = Keeper(folder, memory, logger("debug", "json", self._log))
        self.memory = self.keeper.memory
        self.at = AT

    def hear(self, label: str, value: Any, topic: str = "home/device", mid: int = 0) -> tuple[Event, ...]:
        self.at += 10
        message = Message(topic, str(value).encode(), self.at, 1, False, bool(mid), mid)
        meant = replace(interpretation(reading(label, value), topic=topic), at=self.at)
        (seen,) = self.memory.observe(message, meant)
        return seen.events

    def logged(self) -> list[str]:
        return [json.loads(line)["event"] for line in self._log.getvalue().splitlines()]


def test_what_was_kept_is_taken_up(tmp_path: Path) -> None:
    first = Kept(tmp_path)
    first.hear("door", False)
    first.hear("temperature", 21.5, "home/device/t")
    first.keeper.close()
    second = Kept(tmp_path)
    assert second.memory.everything() == first.memory.everything()
    assert [event.kind for event in second.hear("door", True)] == ["opened"]
    assert second.logged() == first.logged() == []


def test_what_was_told_is_kept_although_the_agent_was_killed(tmp_path: Path) -> None:
    first = Kept(tmp_path)
    first.keeper.turn(0)
    first.hear("action", "single", mid=7)
    first.keeper.write_news(1)
    killed = Kept(tmp_path)
    assert killed.hear("action", "single", mid=7) == ()
    assert len(killed.hear("action", "single", mid=8)) == 1
    _, events = told_since(tmp_path, 0)
    assert [event["text"] for event in events] == ["device: single"]


def test_without_changes_nothing_is_written(tmp_path: Path) -> None:
    kept = Kept(tmp_path)

    def repeat(messages: int) -> None:
        for index in range(messages):
            label, value = (("temperature", 21.5), ("door", True), ("battery", 80))[index % 3]
            kept.hear(label, value, f"home/{index % 30}")
            kept.keeper.write_news(kept.at)
            kept.keeper.turn(kept.at)

    repeat(300)
    with sqlite3.connect(tmp_path / FILE) as other:
        # Rises when somebody else writes to the file.
        version = other.execute("PRAGMA data_version").fetchone()
        writes = kept.keeper.writes
        repeat(10_000)
        assert kept.keeper.writes == writes
        assert other.execute("PRAGMA data_version").fetchone() == version
        kept.hear("temperature", 22.0, "home/0")
        kept.keeper.turn(kept.at + INTERVAL_S)
        assert other.execute("PRAGMA data_version").fetchone() != version


def test_changes_are_written_together_and_seldom(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    for index in range(10_000):
        kept.hear("temperature", index / 10, f"home/{index % 30}")
        kept.keeper.write_news(index)
        kept.keeper.turn(index)
    assert kept.keeper.writes == 1 + 10_000 // INTERVAL_S


def test_only_the_latest_events_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept = Kept(tmp_path)
    kept.hear("action", "x")
    unsaved = kept.memory.unsaved()
    for index in range(30):
        store.save(replace(unsaved, events=unsaved.events * 1_000, handled=(str(index), "x")))
    with sqlite3.connect(tmp_path / FILE) as connection:
        assert EVENTS <= connection.execute("SELECT count(*) FROM event").fetchone()[0] <= EVENTS + 500
    assert store.load().handled == ("29", "x")


def test_a_forgotten_device_is_forgotten_on_the_disk(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.memory = kept.keeper.memory = Memory(Devices(1, 10), Events(0.5, 0.5), Behaviour(Watch(), 0.5))
    for topic in ("home/a", "home/b"):
        message = Message(topic, b"", AT)
        meant = interpretation(reading("door", True), topic=topic)
        kept.memory.observe(message, replace(meant, device=replace(meant.device, id=topic.replace("/", "_"))))
        kept.keeper.turn(kept.at)
        kept.at += INTERVAL_S
    assert list(Store(tmp_path).load().records) == ["home_b"]


@pytest.mark.parametrize("damage", ["noise", "record", "shape"])
def test_a_damaged_file_is_put_aside(tmp_path: Path, damage: str) -> None:
    first = Kept(tmp_path)
    first.hear("door", False)
    first.keeper.close()
    if damage == "noise":
        (tmp_path / FILE).write_bytes(b"noise" * 1_000)
    else:
        with sqlite3.connect(tmp_path / FILE) as connection:
            connection.execute(
                {
                    "record": "UPDATE device SET record = '{'",
                    "shape": "UPDATE device SET record = '{\"device\": {}}'",
                }[damage]
            )
    second = Kept(tmp_path)
    assert second.logged() == ["memory_not_read"]
    assert len(second.memory.devices) == 0
    assert (tmp_path / f"{FILE}.aside").exists()
    second.hear("door", False)
    second.keeper.close()
    assert len(Kept(tmp_path).memory.devices) == 1


def test_the_memory_of_a_newer_agent_is_refused_and_left_alone(tmp_path: Path) -> None:
    Kept(tmp_path).keeper.close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerState, match="memory version 99"):
        Kept(tmp_path)
    assert (tmp_path / FILE).exists()
    assert not (tmp_path / f"{FILE}.aside").exists()


def test_without_a_place_it_goes_on(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "missing")
    kept.hear("door", False)
    assert len(kept.hear("door", True)) == 1
    kept.keeper.write_news(0)
    kept.keeper.close()
    assert kept.logged() == ["memory_not_kept"]


def test_a_disk_that_fails_for_a_while_loses_only_what_was_told_meanwhile(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.hear("door", False)
    kept.keeper.turn(0)
    # Another program holds the file for longer than is waited.
    with sqlite3.connect(tmp_path / FILE, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        kept.hear("door", True)
        kept.keeper.write_news(10)
        kept.hear("door", False)
        kept.keeper.write_news(11)
        other.execute("ROLLBACK")
    assert kept.logged() == ["memory_not_kept"]
    kept.keeper.turn(10 + INTERVAL_S)
    assert kept.logged() == ["memory_not_kept", "memory_kept_again"]
    assert Store(tmp_path).load().records == json.loads(json.dumps(kept.memory.everything().records))


def test_reading_beside_it_needs_a_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no agent has kept"):
        told_since(tmp_path, 0)
    (tmp_path / FILE).write_bytes(b"noise" * 1_000)
    with pytest.raises(StoreDamaged):
        told_since(tmp_path, 0)


def test_the_memory_of_another_machine_is_taken_up(tmp_path: Path) -> None:
    first = Kept(tmp_path)
    first.hear("door", False)
    first.keeper.close()
    (tmp_path / "other").mkdir()
    shutil.copy(tmp_path / FILE, tmp_path / "other" / FILE)
    assert Kept(tmp_path / "other").memory.everything() == first.memory.everything()
