"""What a simulated message is made of: leaves in a tree below a topic, and the truth of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agent.core.ontology import LABELS, Nature
from models.simulate import topics
from models.simulate.values import Item


@dataclass(frozen=True, slots=True)
class Truth:
    """What a leaf means; None is masked."""

    label: str | None
    unit: str | None
    polarity: str | None
    frame: bool = False
    """A leaf of the message's form, as a wrapper's time or a triple's name, rather than of what the device has to say."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A message and the truth about it."""

    topic: str
    tree: Any
    truths: dict[str, Truth]
    """By JSON pointer; leaves that are not in here are masked."""
    kind: str | None
    type: str | None
    device_level: int
    area_level: int

    @classmethod
    def on(
        cls, topic: topics.Topic, plain: Any, truths: dict[str, Truth], kind: str | None, type_: str | None
    ) -> Simulated:
        """The message on a topic."""
        return cls("/".join(topic.levels), plain, truths, kind, type_, topic.device_level, topic.area_level)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf under construction: the tree's builder finds its pointer later."""

    item: Item
    frame: bool = False


def frame(value: Any, label: str) -> Leaf:
    """A leaf that is there because of the message's form."""
    return Leaf(Item("", value, label, ""), frame=True)


def kind_of(labels: Iterable[str | None]) -> str:
    """What a message of fields with these labels is."""
    known = [label for label in labels if label is not None]
    if "action" in known:
        return "event"
    if known and all(label == "availability" for label in known):
        return "availability"
    if known and all(label in ("config_setting", "metadata", "firmware", "identifier") for label in known):
        return "config"
    measured = sum(LABELS[label].nature is Nature.MEASUREMENT for label in known)
    return "telemetry" if measured * 2 > len(known) else "state"


def truths_of(tree: Any) -> tuple[Any, dict[str, Truth]]:
    """(the tree with plain values in place of its leaves, what each of them means)."""
    truths: dict[str, Truth] = {}
    return _plain(tree, "", truths), truths


def _plain(node: Any, pointer: str, truths: dict[str, Truth]) -> Any:
    if isinstance(node, Leaf):
        truths[pointer] = Truth(node.item.label, node.item.unit, node.item.polarity, node.frame)
        return node.item.value
    if isinstance(node, dict):
        return {
            key: _plain(value, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", truths)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_plain(value, f"{pointer}/{index}", truths) for index, value in enumerate(node)]
    return node
