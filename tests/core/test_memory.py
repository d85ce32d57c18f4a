"""Whatever a home sends and the model says of it: what is remembered can be published, kept and taken up."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.behaviour import Behaviour, Watch
from agent.core.decode import Limits
from agent.core.devices import Devices
from agent.core.events import Events
from agent.core.memory import Memory
from agent.core.message import Message
from agent.core.pace import REFRESH_S
from agent.core.pipeline import Interpreter, Pipeline
from agent.core.publish import Publisher
from tests import fakes
from tests.core.making import AT, home, random_reader, topics, trees
from tests.schemas import check

FEW = st.sampled_from(["a/b", "c/b", "a/b/c", "gw/events", "home/room/lamp"])


def memory() -> Memory:
    return Memory(Devices(5, 40), Events(0.0, 0.5), Behaviour(Watch(True, True, True, True), 0.0))


@settings(max_examples=60)
@given(st.lists(st.tuples(FEW | topics.filter(bool), trees, st.booleans()), max_size=8))
def test_any_home_can_be_published_kept_and_taken_up(sent: list[tuple[str, Any, bool]]) -> None:
    remembered = memory()
    line = Pipeline(Interpreter(random_reader(), Limits(), 100), remembered, home(), Publisher("dragoman"))
    for number, (topic, tree, retained) in enumerate(sent * 2):
        message = Message(topic, json.dumps(tree).encode(), AT + number, 1, retained, mid=number)
        (outcome,) = line.receive([message])
        for publication in (*outcome.publications, *line.tick(AT + number + 0.5)):
            check(publication.topic, publication.payload)
    devices = remembered.devices.all()
    assert len(devices) <= 5
    for device in devices:
        keys = [reading.key for reading in device.readings]
        assert len(set(keys)) == len(keys)
        assert all(re.fullmatch("[a-z0-9_]{1,128}", key) for key in keys)
    kept = json.loads(json.dumps(remembered.everything().records))
    later = memory()
    later.restore(kept, remembered.everything().sides, remembered.everything().handled)
    assert json.loads(json.dumps(later.everything().records)) == kept
    assert later.devices.all() == devices
    assert later.devices.series == remembered.devices.series


def test_a_device_that_says_the_same_is_published_once_in_a_while() -> None:
    line = Pipeline(Interpreter(fakes.reader(), Limits(), 100), memory(), home(), Publisher("dragoman"))
    published = []
    for number in range(20):
        (outcome,) = line.receive([Message("home/x", b"21.4", AT + 10 * number)])
        published.append([publication.topic for publication in outcome.publications].count("dragoman/device/home"))
    assert [number * 10 for number, count in enumerate(published) if count] == [
        0,
        REFRESH_S,
        2 * REFRESH_S,
        3 * REFRESH_S,
    ]
