"""A day of a home, told by the released model: `day.jsonl` has the messages and the sentences that each must bring."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog import get_logger

from agent.assembly import memory, pipeline
from agent.config import Config
from agent.core.home import Owner
from agent.core.message import Message
from agent.core.pipeline import Pipeline, Reader
from agent.keeper import Keeper
from agent.store import told_since
from agent.tflite import load
from tests.schemas import check

MIDNIGHT = 1_795_392_000.0
DAY = [json.loads(line) for line in Path(__file__).with_name("day.jsonl").read_text().splitlines()]
EXPECTED = [sentence for entry in DAY for sentence in entry.get("events", ())]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


def messages() -> Iterator[Message]:
    for mid, entry in enumerate(DAY, 1):
        hours, minutes, seconds = map(float, entry["at"].split(":"))
        payload = entry["payload"]
        text = payload if isinstance(payload, str) else json.dumps(payload)
        at = MIDNIGHT + 3_600 * hours + 60 * minutes + seconds
        yield Message(entry["topic"], text.encode(), at, 1, entry.get("retained", False), mid=mid)


def sent_again(day: Iterable[Message]) -> Iterator[Message]:
    """Each message twice, the second time marked as one that comes again, when others have come meanwhile."""
    before: Message | None = None
    for message in day:
        yield message
        if before is not None:
            yield replace(before, redelivered=True, received_at=message.received_at + 0.005)
        before = message
    if before is not None:
        yield replace(before, redelivered=True, received_at=before.received_at + 0.005)


def heard_twice(day: Iterable[Message]) -> Iterator[Message]:
    """Each message twice at once and without a mark, as by subscriptions that overlap."""
    for message in day:
        yield message
        yield replace(message, mid=message.mid + 10_000, received_at=message.received_at + 0.005)


class Agent:
    """What of the agent stands between two brokers, with its memory in a folder."""

    def __init__(self, folder: Path, reader: Reader) -> None:
        self._keeper = Keeper(folder, lambda: memory(Config()), get_logger())
        self._pipeline: Pipeline = pipeline(Config(), reader, self._keeper.memory, Owner())

    def told(self, day: Iterable[Message]) -> list[str]:
        """Sentences of the events that are published."""
        found = []
        for message in day:
            for publications in (
                self._pipeline.tick(message.received_at),
                self._pipeline.receive([message])[0].publications,
            ):
                self._keeper.write_news(message.received_at)
                for publication in publications:
                    check(publication.topic, publication.payload)
                    if publication.topic.startswith("dragoman/event/"):
                        found.append(json.loads(publication.payload)["text"])
        self._keeper.turn(message.received_at)
        return found

    def stop(self) -> None:
        self._keeper.close()


@pytest.mark.parametrize("delivered", [list, sent_again, heard_twice])
def test_exactly_what_happened_is_told(tmp_path: Path, reader: Reader, delivered: Any) -> None:
    assert Agent(tmp_path, reader).told(delivered(messages())) == EXPECTED
    assert [event["text"] for event in told_since(tmp_path, 0)[1]] == EXPECTED


@pytest.mark.parametrize("cut", range(1, len(DAY), 3))
def test_a_restart_in_the_middle_changes_nothing(tmp_path: Path, reader: Reader, cut: int) -> None:
    day = list(messages())
    first = Agent(tmp_path, reader)
    told = first.told(day[:cut])
    first.stop()
    # The broker sends again what it has no acknowledgement for, and what it keeps.
    again = [
        replace(message, redelivered=True, received_at=day[cut].received_at) for message in day[max(0, cut - 5) : cut]
    ]
    assert told + Agent(tmp_path, reader).told([*again, *day[cut:]]) == EXPECTED


def test_a_killed_agent_tells_nothing_twice(tmp_path: Path, reader: Reader) -> None:
    day = list(messages())
    told: list[str] = []
    for cut in range(0, len(day), 10):
        # Never stopped, so that only what it wrote before it spoke is left.
        again = [replace(message, redelivered=True) for message in day[max(0, cut - 10) : cut]]
        told += Agent(tmp_path, reader).told([*again, *day[cut : cut + 10]])
    assert told == EXPECTED
