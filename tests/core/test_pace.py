"""A device is published at once after a pause, never twice within one, and in the end as it is."""

from __future__ import annotations

import itertools
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent.core.behaviour import Behaviour, Watch
from agent.core.decode import Limits
from agent.core.devices import Devices
from agent.core.events import Events
from agent.core.memory import Memory
from agent.core.message import Message, Publication
from agent.core.pace import PAUSE_S, READINGS_PER_S, REFRESH_S, Pace
from agent.core.pipeline import Interpreter, Pipeline
from agent.core.publish import Publisher
from tests import fakes
from tests.core.making import AT, home

STEPS = st.lists(st.tuples(st.floats(0, 2), st.sampled_from(["changed", "same", "look"])), max_size=40)


@given(STEPS)
def test_no_change_is_kept_back_and_none_is_told_within_a_pause(steps: list[tuple[float, str]]) -> None:
    pace = Pace()
    at, published, unsaid = 0.0, [], False
    for after, step in steps:
        at += after
        if step == "look":
            told = pace.over(at) == ["a"]
            assert told == (unsaid and at - published[-1] >= PAUSE_S)
        else:
            told = pace.due("a", 3, at, changed=step == "changed")
            unsaid |= step == "changed"
            assert told or step == "same" or at - published[-1] < PAUSE_S
        if told:
            assert not published or at - published[-1] >= PAUSE_S
            published.append(at)
            unsaid = False
        assert (pace.waiting() == ["a"]) == unsaid


def test_many_large_devices_share_a_budget_and_each_has_its_turn() -> None:
    pace = Pace()
    readings, seconds = 500, 20
    names = [f"d{number}" for number in range(40)]
    told: dict[str, list[float]] = {name: [] for name in names}
    for step in range(10 * seconds):
        at = step / 10
        for name in names:
            if pace.due(name, readings, at, changed=True):
                told[name].append(at)
        for name in pace.over(at):
            told[name].append(at)
    count = sum(map(len, told.values()))
    assert count * readings <= (seconds + 1) * READINGS_PER_S + readings
    # At its turn each has waited for the others, once around.
    around_s = len(names) * readings / READINGS_PER_S
    gaps = [later - earlier for times in told.values() for earlier, later in itertools.pairwise(times)]
    assert max(gaps) <= around_s + 1
    assert max(times[0] for times in told.values()) <= around_s + 1


def test_what_says_the_same_is_published_now_and_then() -> None:
    pace = Pace()
    assert pace.due("a", 3, 0.0, changed=True)
    assert not pace.due("a", 3, REFRESH_S - 1, changed=False)
    assert pace.due("a", 3, REFRESH_S, changed=False)


def test_a_clock_that_is_set_back_keeps_nothing_back() -> None:
    pace = Pace()
    assert pace.due("a", 1, 1e9, changed=True)
    assert not pace.due("a", 1, 1e9 + 0.1, changed=True)
    assert pace.over(1e9 - 9) == ["a"]
    assert pace.due("a", 1, 1e9 - 99, changed=True)


def test_what_is_no_more_does_not_wait() -> None:
    pace = Pace()
    pace.due("a", 1, 0.0, changed=True)
    pace.due("a", 1, 0.1, changed=True)
    pace.forget("a")
    assert (pace.over(9), pace.waiting()) == ([], [])


def states(publications: Any) -> list[Any]:
    """Temperatures that were published of the device."""
    return [
        json.loads(publication.payload)["readings"]["temperature"]["value"]
        for publication in publications
        if publication.topic == "dragoman/device/home"
    ]


def test_of_changes_in_a_row_the_first_is_published_at_once_and_the_last_after_the_pause() -> None:
    memory = Memory(Devices(5, 40), Events(0.0, 0.5), Behaviour(Watch(), 0.0))
    line = Pipeline(Interpreter(fakes.reader(), Limits(), 100), memory, home(), Publisher("dragoman"))
    told: list[Publication] = []
    for number in range(5):
        (outcome,) = line.receive([Message("home/x", str(20 + number).encode(), AT + 0.05 * number)])
        told += [*outcome.publications, *line.tick(AT + 0.05 * number)]
    assert states(told) == [20]
    assert states(line.rest()) == [24], "what would be published if this were the end"
    assert states(line.tick(AT + PAUSE_S)) == [24]
    assert (states(line.rest()), states(line.tick(AT + 9))) == ([], [])
