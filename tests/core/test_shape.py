from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.core.decode import Limits
from agent.core.encode import render
from agent.core.fields import fields
from agent.core.message import Interpretation, Report
from agent.core.pipeline import Interpreter
from agent.core.shape import LEAVES, Outline, Shapes, outline
from agent.core.topic import taken_apart
from tests.core.making import AT, message, random_reader, topics, trees, verdict

PLUG = {"state": "ON", "power": 41.2, "energy": {"today": 1.25}, "phases": [230, 231]}


def outline_of(topic: str, tree: Any) -> Outline:
    return outline(taken_apart(topic), tree)


def texts(topic: str, tree: Any) -> list[str]:
    return [render(field) for field in fields(Report(topic, tree, AT))]


@pytest.mark.parametrize(
    ("topic", "tree"),
    [
        ("home/plug", {**PLUG, "power": 47.9, "energy": {"today": 8.75}}),
        ("home/plug", {**PLUG, "power": True}),
        ("home/plug", {**PLUG, "power": "far too long a text to be shown"}),
    ],
)
def test_the_values_of_members_do_not_matter(topic: str, tree: Any) -> None:
    assert outline_of(topic, tree).shape == outline_of("home/plug", PLUG).shape


@pytest.mark.parametrize(
    ("topic", "tree"),
    [
        ("home/lamp", PLUG),
        ("home/plug/state", PLUG),
        ("home/plug", {**PLUG, "voltage": 230}),
        ("home/plug", {**PLUG, "state": "OFF"}),
        ("home/plug", {**PLUG, "energy": 1.25}),
        ("home/plug", {**PLUG, "energy": {"total": 1.25}}),
        ("home/plug", {**PLUG, "phases": [230, 231, 229]}),
        ("home/plug", {**PLUG, "phases": [230, 31]}),
        ("home/plug", {**PLUG, "phases": {"0": 230, "1": 231}}),
    ],
)
def test_topic_keys_words_and_arrays_do(topic: str, tree: Any) -> None:
    assert outline_of(topic, tree).shape != outline_of("home/plug", PLUG).shape


# Nearly alike, so that shapes meet: the same keys, words that may be truths, numbers that may be texts, no key.
leaf = st.sampled_from([None, True, False, 0, 1, 1.0, 21.4, -3, "on", "true", "null", "1", "", "x" * 16, "x" * 17])
alike = st.recursive(
    leaf,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "0", "1", ""]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=400)
@given(st.sampled_from(["home/a", "home/b", "home/1234", "home/98765"]), alike, alike)
@example("home/a", {"": None, "a": True}, {"": None, "a": "true"})
def test_equal_shapes_and_plain_values_are_rendered_alike(topic: str, one: Any, other: Any) -> None:
    mine, others = outline_of(topic, one), outline_of(topic, other)
    if mine.shape == others.shape:
        for text, same, plain, other_plain in zip(
            texts(topic, one), texts(topic, other), mine.plain, others.plain, strict=True
        ):
            assert (text == same) or plain != other_plain


@given(topics.filter(bool), trees)
def test_leaves_are_those_of_the_fields(topic: str, tree: Any) -> None:
    found = outline_of(topic, tree)
    wanted = [field.value for field in fields(Report(topic, tree, AT))]
    assert [json.dumps(value) for value in found.values] == [json.dumps(value) for value in wanted]
    assert len(found.plain) == len(wanted)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(["home/a", "home/1234", "home/98765"]), alike), max_size=12))
def test_what_is_remembered_of_shapes_changes_nothing(sent: list[tuple[str, Any]]) -> None:
    remembering = Interpreter(random_reader(), Limits(), 20)
    forgetful = Interpreter(random_reader(), Limits(), 0)
    for topic, tree in sent:
        arrived = message(topic, json.dumps(tree))
        assert remembering.interpret([arrived]) == forgetful.interpret([arrived])


def test_what_a_shape_holds_is_not_asked_again_whatever_the_topic_of_the_same_words() -> None:
    interpreter = Interpreter(random_reader(), Limits(), 100)
    (first,) = interpreter.interpret([message("home/a4c1385e", '{"t": 21.4, "h": 45}')])
    (second,) = interpreter.interpret([message("home/b9925171", '{"t": 22.9, "h": 47}')])
    assert interpreter.statistics()["memo"] == {"hits": 2, "misses": 2, "size": 2}
    assert isinstance(first, Interpretation)
    assert isinstance(second, Interpretation)
    assert [reading.label for reading in first.readings] == [reading.label for reading in second.readings]
    assert [reading.value for reading in second.readings] == [22.9, 47]
    assert second.device.id != first.device.id


def test_the_oldest_shape_makes_room() -> None:
    shapes = Shapes(8)
    outlines = [outline_of(f"home/{name}", {"a": 1, "b": 2}) for name in "xyz"]
    for entry in outlines:
        shapes.learn(entry, ("/a", "/b"), [verdict("power"), verdict("voltage")])
    assert [shapes.get(entry.shape) is not None for entry in outlines] == [False, True, True]
    assert len(shapes) == 6


def test_one_leaf_that_says_something_else_each_time_does_not_grow_without_end() -> None:
    shapes = Shapes(1_000)
    for number in range(200):
        shapes.learn(outline_of("home/x", {"text": f"{'x' * 30}{chr(200 + number)}"}), ("/text",), [verdict("other")])
    assert len(shapes) <= 65


def test_of_a_message_with_very_many_leaves_no_shape_is_kept() -> None:
    shapes = Shapes(10_000)
    many = LEAVES + 1
    entry = outline_of("home/x", list(range(many)))
    shapes.learn(entry, tuple(str(number) for number in range(many)), [verdict("other")] * many)
    assert len(shapes) == 0
