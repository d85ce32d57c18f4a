from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from agent.core.fields import PLACE, SIBLINGS, fields
from agent.core.message import Field, Report
from tests.core.making import AT, topics, trees


def read(tree: Any, topic: str = "home/device") -> list[Field]:
    return fields(Report(topic, tree, AT))


@pytest.mark.parametrize(
    ("tree", "paths", "values"),
    [
        (21.4, [""], [21.4]),
        (None, [""], [None]),
        ({}, [], []),
        ([[], {}], [], []),
        ({"b": 1, "a": 2}, ["/b", "/a"], [1, 2]),
        (
            {"ENERGY": {"Power": 5, "Total": 1.5}, "Time": "x"},
            ["/ENERGY/Power", "/ENERGY/Total", "/Time"],
            [5, 1.5, "x"],
        ),
        ([1, [2, {"a": 3}]], ["/0", "/1/0", "/1/1/a"], [1, 2, 3]),
        ({"a/b": 1, "m~n": 2, "": 3, "~1": 4}, ["/a~1b", "/m~0n", "/", "/~01"], [1, 2, 3, 4]),
    ],
)
def test_leaves_in_document_order(tree: Any, paths: list[str], values: list[Any]) -> None:
    found = read(tree)
    assert [field.path for field in found] == paths
    assert [field.value for field in found] == values


def test_a_field_knows_its_keys_topic_and_neighbours() -> None:
    tree = {"id": 7, "ENERGY": {"Power": 5, "unit": "W", "Total": {"x": 1}}, "Time": "now"}
    power = read(tree, "tele/plug/SENSOR")[1]
    assert power.keys == ("ENERGY", "Power")
    assert power.topic == ("tele", "plug", "SENSOR")
    # The same object's first, nearest first, the following before the preceding; an object is no value to show.
    assert power.siblings == (("unit", "W"), ("Total", None), ("Time", "now"), ("id", 7))


def test_of_an_array_the_neighbours_are_known_by_their_values_alone() -> None:
    first, second = read({"list": [230, 4.1], "name": "x"})[:2]
    assert first.siblings == (PLACE, ("", 4.1), ("name", "x"))
    assert second.siblings == (("", 230), PLACE, ("name", "x"))
    assert (first.among, second.among) == (2, 2)
    assert read({"list": [{"a": 1}, {"b": 2}]})[0].siblings == ()


def test_in_an_array_the_nearest_neighbours_stand_in_order() -> None:
    row = read(list(range(9)))
    assert row[4].siblings == (*((("", number)) for number in (2, 3)), PLACE, *(("", n) for n in (5, 6, 7, 1, 8, 0)))
    assert row[0].siblings[:3] == (PLACE, ("", 1), ("", 2))
    assert row[8].siblings[:3] == (("", 6), ("", 7), PLACE)


def test_a_long_array_does_not_hide_the_keys_around_it() -> None:
    middle = read({"list": list(range(100)), "name": "x"})[50]
    assert middle.siblings[:5] == (("", 48), ("", 49), PLACE, ("", 51), ("", 52))
    assert middle.siblings[-1] == ("name", "x")


def test_only_the_nearest_neighbours_are_kept() -> None:
    middle = read({f"k{index}": index for index in range(100)})[50]
    assert [key for key, _ in middle.siblings[:4]] == ["k51", "k49", "k52", "k48"]
    assert len(middle.siblings) == SIBLINGS


def resolved(tree: Any, pointer: str) -> Any:
    """What a JSON pointer points to. Source: RFC 6901, section 4."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        tree = tree[int(key)] if isinstance(tree, list) else tree[key]
    return tree


def leaves(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        return [leaf for member in tree.values() for leaf in leaves(member)]
    if isinstance(tree, list):
        return [leaf for member in tree for leaf in leaves(member)]
    return [tree]


@given(topics, trees)
def test_every_leaf_appears_once_and_its_pointer_resolves_to_it(topic: str, tree: Any) -> None:
    found = read(tree, topic)
    assert [field.value for field in found] == leaves(tree)
    assert len({field.path for field in found}) == len(found)
    for field in found:
        assert resolved(tree, field.path) is field.value
        assert "/".join(field.topic) == topic
        assert len(field.siblings) <= SIBLINGS
