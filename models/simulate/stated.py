"""Messages of a source's device in the form that the source states: its topics, its nesting, its own payloads."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from models.facts import Device, Fact
from models.simulate import topics
from models.simulate.items import of_fact, told
from models.simulate.leaves import Leaf, Simulated, kind_of, truths_of
from models.simulate.voice import Voice, spell

_PLACEHOLDER = "<id>"
"""Level of a stated topic where the device's own name stands."""
_RESPELLED = 0.3
"""How often another maker's spelling is put on the form."""
_FEWER = 0.5
"""How often a device tells only a part."""


def has_form(device: Device) -> bool:
    """Whether the source says more of the device's messages than its keys."""
    placed = any(fact.label and (fact.path or fact.topic) for fact in device.facts)
    return placed and (bool(device.payloads) or any(len(fact.path) > 1 or fact.topic for fact in device.facts))


def as_stated(rng: random.Random, speaking: Voice, device: Device, *, faithful: bool) -> Simulated:
    """A message as the source states it; unless `faithful`, some tell less or spell their keys otherwise."""
    if device.payloads and rng.random() < 0.6:
        by_path = {fact.path: fact for fact in device.facts}
        tree = _of_payload(rng.choice(device.payloads), (), by_path)
        topic = None
    else:
        stated, facts = _of_one_topic(rng, device)
        tree = _nested(rng, facts, speaking)
        topic = _filled(rng, speaking, stated) if stated else None
    if not faithful:
        if isinstance(tree, dict) and rng.random() < _FEWER:
            first = rng.randrange(len(tree)) if tree else 0
            tree = dict(list(tree.items())[first : first + rng.randint(1, 10)])
        if rng.random() < _RESPELLED:
            tree = _respelled(rng, speaking, tree)
    plain, truths = truths_of(tree)
    kind = kind_of(truth.label for truth in truths.values())
    if topic is None:
        topic = topics.for_object(rng, speaking, kind if kind in ("event", "availability") else None)
    return Simulated.on(topic, plain, truths, topic.kind or kind, device.type)


def _of_payload(node: Any, path: tuple[str, ...], by_path: dict[tuple[str, ...], Fact]) -> Any:
    """The payload with leaves where a fact tells what they are; the others are masked."""
    if isinstance(node, dict):
        return {key: _of_payload(value, (*path, key), by_path) for key, value in node.items()}
    if isinstance(node, list):
        return [_of_payload(value, (*path, str(index)), by_path) for index, value in enumerate(node)]
    fact = by_path.get(path)
    return node if fact is None or fact.label is None else Leaf(told(fact, node))


_MOST = 24
"""Fields of one message."""


def _of_one_topic(rng: random.Random, device: Device) -> tuple[tuple[str, ...] | None, Sequence[Fact]]:
    """A topic, None where none is stated, and the facts that the device tells on it."""
    groups: dict[tuple[str, ...] | None, list[Fact]] = defaultdict(list)
    for fact in device.facts:
        if fact.path or fact.topic:
            groups[fact.topic].append(fact)
    known = {topic: facts for topic, facts in groups.items() if any(fact.label for fact in facts)}
    topic = rng.choices(list(known), [len(facts) ** 0.5 for facts in known.values()])[0]
    return topic, in_a_row(rng, known[topic], _MOST)


def in_a_row(rng: random.Random, facts: Sequence[Fact], most: int) -> Sequence[Fact]:
    """At most so many of the facts, as they stand beside one another in the source."""
    if len(facts) <= most:
        return facts
    first = rng.randint(0, len(facts) - most)
    return facts[first : first + most]


def _nested(rng: random.Random, facts: Sequence[Fact], speaking: Voice) -> Any:
    """The facts' values by their paths; a value alone where the topic is all there is."""
    tree: dict[str, Any] = {}
    for fact in facts:
        leaf = Leaf(of_fact(rng, fact, speaking, faithful=True))
        if not fact.path:
            return leaf
        node: Any = tree
        for key in fact.path[:-1]:
            node = node.setdefault(key, {}) if isinstance(node, dict) else None
        if isinstance(node, dict):
            node.setdefault(fact.path[-1], leaf)
    return _with_arrays(tree)


def _with_arrays(node: Any) -> Any:
    """The tree with an array wherever members are numbered from zero."""
    if not isinstance(node, dict):
        return node
    members = {key: _with_arrays(value) for key, value in node.items()}
    numbered = bool(members) and list(members) == [str(index) for index in range(len(members))]
    return list(members.values()) if numbered else members


def _filled(rng: random.Random, speaking: Voice, stated: tuple[str, ...]) -> topics.Topic:
    """The stated topic of some device."""
    name, _ = topics.device_name(rng, speaking)
    levels = tuple(name if level == _PLACEHOLDER else level for level in stated)
    level = len(stated) - 1 - stated.index(_PLACEHOLDER) if _PLACEHOLDER in stated else topics.NONE
    return topics.Topic(levels, min(level, topics.NONE), topics.NONE, None)


def _respelled(rng: random.Random, speaking: Voice, node: Any) -> Any:
    if isinstance(node, dict):
        return {spell(rng, key, speaking) or key: _respelled(rng, speaking, value) for key, value in node.items()}
    if isinstance(node, list):
        return [_respelled(rng, speaking, value) for value in node]
    return node
