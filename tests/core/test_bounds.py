"""Whatever a home sends for ever, what is remembered of it stays within bounds."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable, Iterator

import pytest

from agent.core.behaviour import Behaviour, Watch
from agent.core.devices import Devices
from agent.core.events import Events
from agent.core.memory import Memory
from agent.core.message import DeviceRef, Interpretation, Message, Reading
from tests.core.making import AT

DEVICES, SERIES = 20, 200


def said(topic: str, name: str, value: object, *, path: str = "/state", label: str = "switch_state") -> Interpretation:
    device = DeviceRef(name, name, "plug", None, topic.count("/") + 1)
    return Interpretation(topic, AT, False, device, "state", (_reading(path, label, value),), "a summary", "fake 1")


def _reading(path: str, label: str, value: object) -> Reading:
    return Reading(path, label, value, None, 0.9, "model", value)


def new_topics() -> Iterator[Interpretation]:
    for number in itertools.count():
        yield said(f"home/d{number}", f"home_d{number}", number % 2 == 0)


def new_fields() -> Iterator[Interpretation]:
    for number in itertools.count():
        yield said("home/d", "home_d", number % 2 == 0, path=f"/k{number}")


def new_sides() -> Iterator[Interpretation]:
    """Another first level each time, and what makes two devices one: the same condition by the same name."""
    for number in itertools.count():
        yield said(f"s{number}/plug", f"s{number}_plug", True, path=f"/p{number}/state")


def new_identifiers() -> Iterator[Interpretation]:
    """A gateway with ever more devices behind one topic."""
    for number in itertools.count():
        for name in (f"n{number}", f"n{number // 2}"):
            known = said("gateway/event", "gateway_event", name, path="/id", label="identifier")
            yield known


def colliding_names() -> Iterator[Interpretation]:
    """Topics that differ, of which one name comes."""
    for number in itertools.count():
        yield said(f"home/d{number}", "home_d", True, path="/state")


@pytest.mark.parametrize("home", [new_topics, new_fields, new_sides, new_identifiers, colliding_names])
def test_memory_does_not_grow_for_ever(home: Callable[[], Iterator[Interpretation]]) -> None:
    memory = Memory(Devices(DEVICES, SERIES), Events(0.0, 0.5), Behaviour(Watch(), 0.0))
    sizes = []
    for number, interpretation in enumerate(itertools.islice(home(), 3_000)):
        memory.observe(Message(interpretation.topic, b"x", AT, 1, mid=number), interpretation)
        if number in (1_499, 2_999):
            sizes.append(len(pickle.dumps(memory)))
    assert len(memory.devices) <= DEVICES
    assert memory.devices.series <= max(SERIES, 512), "one device alone may have more"
    assert sizes[1] < 1.1 * sizes[0], "of what came since nothing was written down"


def test_what_was_never_written_is_not_struck_out() -> None:
    memory = Memory(Devices(2, SERIES), Events(0.0, 0.5), Behaviour(Watch(), 0.0))
    for number, interpretation in enumerate(itertools.islice(new_topics(), 4)):
        memory.observe(Message(interpretation.topic, b"x", AT, 1, mid=number), interpretation)
    assert sorted(memory.unsaved().records) == ["home_d2", "home_d3"]
    for number, interpretation in enumerate(itertools.islice(new_topics(), 4, 6)):
        memory.observe(Message(interpretation.topic, b"x", AT, 1, mid=number), interpretation)
    records = memory.unsaved().records
    assert sorted(records) == ["home_d2", "home_d3", "home_d4", "home_d5"]
    assert [name for name, record in records.items() if record is None] == ["home_d2", "home_d3"]
