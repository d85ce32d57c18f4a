from __future__ import annotations

import json
from typing import Any

import pytest

from agent.core.corrections import Correction, CorrectionError, Corrections, correction, kept, matches, restored

PATHS = ("/t", "/x", "/battery")


def claimed(corrections: Corrections, topic: str, paths: tuple[str, ...] = PATHS, depth: int = 2) -> dict[str, Any]:
    return {path: claim.labels for path, claim in corrections.claims(topic, paths, depth).items()}


def made(*messages: str, topic_filter: str = "home/a", path: str = "/x") -> Corrections:
    """Corrections with one, made after messages on the topics."""
    corrections = Corrections()
    for topic in messages:
        corrections.claims(topic, PATHS, 2)
    corrections.add(Correction(topic_filter, path, "moisture", "%"))
    return corrections


def test_at_once_for_the_topic_and_its_siblings() -> None:
    corrections = made("home/a", "home/b")
    assert claimed(corrections, "home/a") == {"/x": ("moisture",)}
    assert claimed(corrections, "home/b") == {"/x": ("moisture",)}
    (claim,) = corrections.claims("home/b", PATHS, 2).values()
    assert (claim.unit, claim.source, claim.named) == ("%", "override", True)


@pytest.mark.parametrize(
    ("topic", "paths", "depth"),
    [
        ("home/b", ("/y", "/z", "/x"), 2),
        ("home/b/deep", PATHS, 3),
        ("other/b", PATHS, 2),
        # The level that differs says which of the device's readings it is.
        ("home/b", PATHS, 1),
        ("home/b", ("/t", "/battery"), 2),
    ],
)
def test_no_sibling(topic: str, paths: tuple[str, ...], depth: int) -> None:
    assert claimed(made("home/a"), topic, paths, depth) == {}


def test_a_sibling_may_leave_out_what_it_has_not_measured() -> None:
    assert claimed(made("home/a"), "home/b", ("/x", "/t")) == {"/x": ("moisture",)}


def test_a_lone_value_has_siblings_of_the_same_last_level() -> None:
    corrections = Corrections([Correction("haus/keller/feuchte", "", "moisture", shape=("",))])
    assert claimed(corrections, "haus/bad/feuchte", ("",)) == {"": ("moisture",)}
    assert claimed(corrections, "haus/keller/temperatur", ("",)) == {}


def test_before_the_first_message_there_is_no_shape_to_compare() -> None:
    corrections = made()
    assert claimed(corrections, "home/b") == {}
    revision = corrections.revision
    assert claimed(corrections, "home/a") == {"/x": ("moisture",)}
    assert claimed(corrections, "home/b") == {"/x": ("moisture",)}
    # The shape is worth keeping, once.
    assert corrections.revision == revision + 1
    claimed(corrections, "home/a")
    assert corrections.revision == revision + 1


def test_filter_with_wildcards_is_taken_as_it_stands() -> None:
    corrections = made(topic_filter="home/+/state")
    assert claimed(corrections, "home/a/state") == {"/x": ("moisture",)}
    assert claimed(corrections, "home/a") == {}


def test_the_topic_itself_counts_more_than_a_later_sibling() -> None:
    corrections = made("home/a", "home/b")
    corrections.add(Correction("home/b", "/x", "humidity"))
    assert claimed(corrections, "home/a") == {"/x": ("moisture",)}
    assert claimed(corrections, "home/b") == {"/x": ("humidity",)}
    assert claimed(corrections, "home/c") == {"/x": ("humidity",)}


def test_withdrawn() -> None:
    corrections = made("home/a")
    assert corrections.withdraw("home/a", "/x")
    assert not corrections.withdraw("home/a", "/x")
    assert claimed(corrections, "home/a") == {}
    assert len(corrections) == 0


def test_kept_and_restored() -> None:
    corrections = made("home/a")
    corrections.add(Correction("b/+", "/y", None))
    shapes = json.loads(json.dumps(kept(corrections)))
    again = Corrections(restored([*shapes, {"label": "no such"}, 7]))
    assert list(again) == list(corrections)
    assert claimed(again, "home/b") == {"/x": ("moisture",)}
    assert restored({"not": "a list"}) == []


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        ([], "an object"),
        ({"path": "/x", "label": "door"}, '"topic_filter"'),
        ({"topic_filter": "a", "path": "x", "label": "door"}, '"path"'),
        ({"topic_filter": "a", "path": "/x"}, '"label"'),
        ({"topic_filter": "a", "path": "/x", "label": "doors"}, "garage_door"),
        (
            {"topic_filter": "a", "path": "/x", "label": "humidity", "unit": "°C"},
            '"unit" must be one that goes with humidity: %',
        ),
        ({"topic_filter": "a", "path": "/x", "label": "lock_state", "unit": "°C"}, "goes with lock_state: it has none"),
        ({"topic_filter": "a", "path": "/x", "label": "config_setting", "unit": 5}, '"unit" must be a text'),
        ({"topic_filter": "a", "path": "/x", "label": "humidity", "polarity": "inverted"}, "for conditions"),
        ({"topic_filter": "a", "path": "/x", "label": "door", "polarity": "odd"}, "normal or inverted"),
    ],
)
def test_what_is_no_correction(tree: Any, reason: str) -> None:
    with pytest.raises(CorrectionError, match=reason):
        correction(tree)


@pytest.mark.parametrize(
    ("topic_filter", "topic", "matching"),
    [
        ("a/b", "a/b", True),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("#", "a", True),
        ("+/b", "a/c", False),
        ("a/b/c", "a/b", False),
    ],
)
def test_topic_filters(topic_filter: str, topic: str, matching: bool) -> None:
    assert matches(topic_filter, topic) is matching
