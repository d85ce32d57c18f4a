from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.behaviour import Behaviour, Watch
from agent.core.decode import DecodeError, Limits
from agent.core.devices import Devices
from agent.core.events import Events
from agent.core.memory import Memory
from agent.core.message import Interpretation, Message, Outcome, Refusal
from agent.core.ontology import LABELS, accepts_unit
from agent.core.pipeline import Interpreter, Pipeline, Reader
from agent.core.publish import Publisher
from tests import fakes
from tests.core.making import AT, CountingReader, home, message, random_reader, topics, trees
from tests.core.test_fields import leaves
from tests.core.test_publish import strictly


def line_of(reader: Reader, memo: int = 1_000) -> Pipeline:
    memory = Memory(Devices(100, 1_000), Events(0.0, 0.0), Behaviour(Watch(), 0.5))
    return Pipeline(Interpreter(reader, Limits(), memo), memory, home(), Publisher("dragoman"))


GOOD = message("home/room/temperature", "21.4")


def test_a_message_becomes_an_interpretation() -> None:
    (outcome,) = line_of(fakes.reader()).receive([message("home/room", '{"t": 21.4}')])
    assert outcome.refusal is None
    assert outcome.interpretation is not None
    (reading,) = outcome.interpretation.readings
    assert (reading.path, reading.label, reading.value, reading.unit) == ("/t", "temperature", 21.4, "°C")
    assert outcome.interpretation.summary == "room: temperature 21.4 °C"
    assert outcome.interpretation.model == "fake 1"
    assert [publication.topic for publication in outcome.publications] == [
        "dragoman/interpretation/home/room",
        "dragoman/device/home_room",
    ]


BAD = [
    ("not JSON", "home/x", b'{"a": ', "malformed_json"),
    ("broken UTF-8", "home/x", b'{"a": "\xff"}', "not_utf8"),
    ("1 MB of nesting", "home/x", b"[" * 524_288 + b"]" * 524_288, "payload_too_large"),
    ("200 kB of nesting", "home/x", b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    ("deep arrays", "home/x", b"[" * 30 + b"1" + b"]" * 30, "too_deep"),
    ("duplicate keys", "home/x", b'{"a": 1, "a": 2}', "duplicate_key"),
    ("empty", "home/x", b"", "empty"),
    ("whitespace", "home/x", b" \n", "empty"),
    ("null bytes", "home/x", b"\0\0\0", "empty"),
    ("only a byte order mark", "home/x", b"\xef\xbb\xbf", "empty"),
    ("integer of 5000 digits", "home/x", b'{"a": ' + b"9" * 5_000 + b"}", "number_too_long"),
    ("bare integer of 5000 digits", "home/x", b"9" * 5_000, "number_too_long"),
    ("half a character in a value", "home/x", b'{"a": "\\ud800"}', "lone_surrogate"),
    ("half a character in a key", "home/x", b'{"\\udfff": 1}', "lone_surrogate"),
    ("long key", "home/x", json.dumps({"k" * 100_000: [1] * 1_000}).encode(), "key_too_long"),
    ("topic of 60 kB", "t" * 60_000, b"1", "topic_too_long"),
    ("wildcard topic", "home/+", b"1", "topic_not_valid"),
    ("other wildcard topic", "home/#", b"1", "topic_not_valid"),
    ("topic with a null", "home/\0", b"1", "topic_not_valid"),
    ("topic that is not UTF-8", "home/\udcff", b"1", "topic_not_valid"),
    ("empty topic", "", b"1", "topic_not_valid"),
]


@pytest.mark.parametrize(("topic", "payload", "reason"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_message_is_refused_with_its_reason_and_the_next_is_read(topic: str, payload: bytes, reason: str) -> None:
    line = line_of(fakes.reader())
    bad, good = line.receive([Message(topic, payload, AT), GOOD])
    assert bad.interpretation is None
    assert bad.refusal is not None
    assert bad.refusal.reason == reason
    assert bad.refusal.detail
    assert bad.events == ()
    published = [strictly(publication.payload)["error"]["reason"] for publication in bad.publications]
    assert published == ([] if reason.startswith("topic_") else [reason])
    assert good.interpretation is not None
    # Alone, too, and after it.
    assert line.receive([Message(topic, payload, AT)])[0].refusal == bad.refusal
    assert line.receive([GOOD])[0].interpretation == good.interpretation
    statistics = line.statistics()
    assert (statistics["messages"], statistics["refused"], statistics["refused_by_reason"]) == (4, 2, {reason: 2})


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize("payload", ["{}", '{{"a": {}, "b": 1}}', "[1, [{}]]"])
def test_a_number_that_is_none_is_a_problem_and_the_rest_is_read(word: str, payload: str) -> None:
    (outcome,) = line_of(random_reader()).receive([message("home/x", payload.format(word))])
    assert outcome.interpretation is not None
    (problem,) = outcome.interpretation.problems
    troubled = {reading.path: reading for reading in outcome.interpretation.readings}[problem.path]
    assert (problem.reason, troubled.raw, troubled.value) == ("not_finite", None, None)
    assert strictly(outcome.publications[0].payload)["problems"][0]["path"] == problem.path


@pytest.mark.parametrize(
    "payload",
    ['{"t": "1e999"}', '{"t": "\\u0000"}', "\ufeff21.4", '{"t": ' + "9" * 4_000 + "}", '{"": {"": ""}}', "{}", "[]"],
)
def test_odd_messages_are_read(payload: str) -> None:
    (outcome,) = line_of(fakes.reader()).receive([message("home/x", payload)])
    assert outcome.interpretation is not None
    assert strictly(outcome.publications[0].payload)["schema"] == 1


def test_events_are_published_behind_the_interpretation() -> None:
    switch = list(LABELS).index("switch_state")

    def scores(tokens: Any) -> Any:
        found = fakes.scores(tokens)
        found.label[:, switch] = 20
        return found

    line = line_of(Reader("fake 1", scores, fakes.reader().calibration))
    later = Message("home/plug", b'{"state": "ON"}', AT + 1)
    first, second = line.receive([message("home/plug", '{"state": "OFF"}'), later])
    assert first.events == ()
    assert [event.kind for event in second.events] == ["turned_on"]
    assert [publication.topic for publication in second.publications] == [
        "dragoman/interpretation/home/plug",
        "dragoman/device/home_plug",
        "dragoman/event/home_plug",
    ]
    statistics = line.statistics()
    assert (statistics["events"], statistics["series"], statistics["readings"]) == (1, 1, 2)


def test_a_declaration_ends_what_is_interpreted_together() -> None:
    line = line_of(fakes.reader())
    sent = [GOOD, message("homeassistant/sensor/x/config", "{}"), GOOD]
    first, second = line.interpret(sent)
    assert isinstance(first, Interpretation)
    assert second is None
    assert len(line.memory.devices) == 0, "the first half remembers nothing"
    assert len(line.receive(sent)) == 3


def test_of_no_messages_come_no_outcomes() -> None:
    counting = CountingReader()
    assert line_of(counting.reader).receive([]) == []
    assert counting.asked == []


def test_what_the_memo_holds_is_not_asked_again() -> None:
    counting = CountingReader()
    interpreter = Interpreter(counting.reader, Limits(), 100)
    same = [message("home/x", '{"t": 21.4, "h": 45}'), message("home/x", '{"t": 22.6, "h": 46}')]
    first = interpreter.interpret(same)
    second = interpreter.interpret(same)
    assert counting.asked == [2]
    assert interpreter.statistics()["memo"] == {"hits": 4, "misses": 4, "size": 2}
    assert first == second


def test_a_flood_goes_through_the_model_in_pieces() -> None:
    counting = CountingReader()
    interpreter = Interpreter(counting.reader, Limits(), 10)
    flood = [message(f"home/{index}x", json.dumps({f"k{key}z": 1 for key in range(50)})) for index in range(12)]
    found = interpreter.interpret(flood)
    assert counting.asked == [512, 88]
    assert [len(entry.readings) for entry in found if isinstance(entry, Interpretation)] == [50] * 12
    assert interpreter.statistics()["memo"]["size"] == 10


def test_below_the_threshold_a_reading_is_unknown_and_counted() -> None:
    interpreter = Interpreter(random_reader(threshold=1.1), Limits(), 10)
    (found,) = interpreter.interpret([message("home/x", '{"a": 1, "b": 2}')])
    assert isinstance(found, Interpretation)
    assert [(reading.label, reading.value) for reading in found.readings] == [(None, 1), (None, 2)]
    assert interpreter.statistics()["unknown"] == 2


def test_the_fields_of_a_message_with_what_the_model_holds_of_them() -> None:
    interpreter = Interpreter(random_reader(), Limits(), 0)
    fields, verdicts = interpreter.fields(message("home/x", '{"a": 1, "b": 2}'))
    assert [field.path for field in fields] == ["/a", "/b"]
    (found,) = interpreter.interpret([message("home/x", '{"a": 1, "b": 2}')])
    assert isinstance(found, Interpretation)
    assert [verdict.label for verdict in verdicts] == [reading.label for reading in found.readings]
    assert interpreter.fields(message("home/x", "{}")) == ([], [])
    with pytest.raises(DecodeError, match="empty"):
        interpreter.fields(message("home/x", ""))


def check(outcome: Outcome, topic: str, tree: Any) -> None:
    """Every leaf is there, in order and as it was sent, in valid JSON."""
    assert outcome.interpretation is not None
    shape = strictly(outcome.publications[0].payload)
    assert shape["topic"] == topic
    assert [json.dumps(reading["raw"]) for reading in shape["readings"]] == [json.dumps(leaf) for leaf in leaves(tree)]
    for reading in shape["readings"]:
        unit = reading["unit"]
        assert unit is None or accepts_unit(LABELS[reading["label"]], unit)
    for publication in outcome.publications:
        strictly(publication.payload)
        publication.topic.encode()


@settings(max_examples=60)
@given(st.lists(st.tuples(topics.filter(bool), trees), max_size=3))
def test_any_json_and_any_scores_give_valid_json_with_every_leaf_in_order(sent: list[tuple[str, Any]]) -> None:
    line = line_of(random_reader(), memo=4)
    outcomes = line.receive([message(topic, json.dumps(tree)) for topic, tree in sent])
    for (topic, tree), outcome in zip(sent, outcomes, strict=True):
        check(outcome, topic, tree)


@settings(max_examples=60)
@given(st.text(st.characters(), max_size=12), st.binary(max_size=40) | st.text(max_size=20).map(str.encode))
def test_any_bytes_are_answered_and_counted(topic: str, payload: bytes) -> None:
    line = line_of(random_reader())
    bad, good = line.receive([Message(topic, payload, AT), GOOD])
    assert (bad.interpretation is None) == (bad.refusal is not None) == bool(line.statistics()["refused"])
    for publication in bad.publications:
        strictly(publication.payload)
    assert good.interpretation is not None


@settings(max_examples=30)
@given(st.lists(st.tuples(topics.filter(bool), trees), max_size=4))
def test_together_or_alone_a_message_means_the_same(sent: list[tuple[str, Any]]) -> None:
    messages = [message(topic, json.dumps(tree)) for topic, tree in sent * 2]
    together = Interpreter(random_reader(), Limits(), 100).interpret(messages)
    alone = Interpreter(random_reader(), Limits(), 0, topics=0)
    for number, found in enumerate(together):
        assert not isinstance(found, Refusal)
        assert alone.interpret([messages[number]]) == [found]
