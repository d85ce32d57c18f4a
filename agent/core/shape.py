"""What messages of one shape have in common, worked out once.

A home's devices say the same again and again with other numbers. What the encoder makes of a field depends on the
topic, on the keys, on words and on the neighbours in an array, but of the field's own value on no more than what
`plain_value` says of it. So two messages are of one shape when all of that is equal except the values of their members,
and for each leaf of a shape it is kept what was held of it by the plain value. A message whose shape and plain values
are known is neither taken apart into fields nor rendered: that is ten times the work of looking them up.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

from agent.core.consensus import Consensus, consensus
from agent.core.encode import plain_value, plain_words
from agent.core.topic import Topic
from agent.core.verdict import Verdict

LEAVES = 128
"""Messages with more have no shape that is kept: such are rare, and seldom twice alike."""
_PLAIN_VALUES = 64
"""Kept for one leaf; of one that says something else each time nothing is worth to be kept."""
_NUMBERS = 16_384
"""Remembered of each type."""
_LARGEST = 10**18
"""What is remembered must be short: JSON knows numbers of thousands of digits."""

Key = TypeVar("Key")
Entry = TypeVar("Entry")
Structure: TypeAlias = Hashable
"""Of a tree without its leaves: of an object the tuple of its keys, of an array its length, and None of a leaf. With
objects or arrays in it, it is the tuple of that, and for each of them of its position and structure."""


# Nobody changes one, but frozen it takes several times as long to make.
@dataclass(slots=True)
class Outline:
    """A tree taken apart: what it shares with others of its shape, and what it says by itself."""

    shape: Hashable
    """Equal for two messages when they are of one shape."""
    values: list[Any]
    """The leaves in document order."""
    plain: list[str]
    """What the encoder sees of each of them."""


def outline(topic: Topic, tree: Any) -> Outline:
    """The outline of a message on the topic."""
    values: list[Any] = []
    plain: list[str] = []
    seen: list[int | str] = []
    structure = _structure(tree, values, plain, seen)
    return Outline((topic.plain, structure, tuple(seen)), values, plain)


def _structure(node: Any, values: list[Any], plain: list[str], seen: list[int | str]) -> Structure:
    """The node's structure; its leaves are added to `values` and `plain`.

    Added to `seen` are those of its leaves, by their number, that the encoder shows their neighbours.
    """
    members: Any
    whole: Hashable
    if type(node) is dict:
        # A member without a name shows its value as those of an array do.
        members, shown = node.values(), "" in node
        whole = tuple(node)
    elif type(node) is list:
        members, shown = node, True
        whole = len(node)
    else:
        members, shown = (node,), False
        whole = None
    inner: list[Hashable] = []
    for position, value in enumerate(members):
        kind = type(value)
        if kind is dict or kind is list:
            inner += position, _structure(value, values, plain, seen)
            continue
        if kind is float:
            text = _FLOATS[value]
        elif kind is int and -_LARGEST < value < _LARGEST:
            text = _INTEGERS[value]
        elif kind is str:
            text, words = _plain_text(value) if len(value) <= _LONGEST else (plain_value(value), "")
            # In an array, too: beside a member without a name "true" is a word, and true is not.
            if words:
                seen += len(values), words
        else:
            text = plain_value(value)
        if shown:
            # Nothing is not the word for it.
            seen += len(values), "" if value is None else text
        values.append(value)
        plain.append(text)
    return (whole, *inner) if inner else whole


class _PlainNumbers(dict[Any, str]):
    """What the encoder sees of numbers. Few texts come of many numbers, and a home says the same ones again."""

    def __missing__(self, number: int | float) -> str:
        if len(self) >= _NUMBERS:
            self.clear()
        text = self[number] = sys.intern(plain_value(number))
        return text


# By type: 1 and 1.0 are equal, and not the same to the model.
_FLOATS, _INTEGERS = _PlainNumbers(), _PlainNumbers()


_LONGEST = 64
"""Characters of a text of which it is remembered what it says; longer ones are seldom said twice."""


@lru_cache(maxsize=16_384)
def _plain_text(text: str) -> tuple[str, str]:
    return plain_value(text), plain_words(text)


def _interned(shape: Any) -> Any:
    """The shape with texts of which there is one for all."""
    if type(shape) is tuple:
        return tuple([_interned(part) for part in shape])
    return sys.intern(shape) if type(shape) is str else shape


@dataclass(slots=True, eq=False)
class Shape:
    """What is kept of a shape."""

    paths: tuple[str, ...]
    """JSON pointers of its leaves."""
    held: tuple[dict[str, Verdict], ...]
    """For each leaf the verdicts by plain value."""
    agreed: dict[tuple[str, ...], Consensus] = field(default_factory=dict, init=False)
    """What the verdicts agree on, by the plain values of all leaves."""
    size: int = field(default=1, init=False)
    """Entries together, and one, since a shape without leaves is to be kept, too."""

    def verdicts(self, plain: Sequence[str]) -> list[Verdict | None]:
        """What is held of the leaves of a message of the shape; None for those of which that is not known."""
        return [held.get(text) for held, text in zip(self.held, plain, strict=True)]


class Shapes:
    """The shapes of the latest messages, with at most `capacity` entries in all."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: dict[Hashable, Shape] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def get(self, shape: Hashable) -> Shape | None:
        """What is kept of a shape, which thereby becomes the most recent one; None when there is nothing."""
        found = self._kept.pop(shape, None)
        if found is not None:
            self._kept[shape] = found
        return found

    def learn(self, message: Outline, paths: tuple[str, ...], verdicts: Sequence[Verdict]) -> None:
        """Keep what is held of the leaves of a message; the oldest shapes make room."""
        shape = self._kept.get(message.shape)
        if shape is None:
            if len(paths) > LEAVES:
                return
            # Hundreds of devices have the same keys, and each message that is read has copies of its own.
            paths = tuple(map(sys.intern, paths))
            shape = self._kept[_interned(message.shape)] = Shape(paths, tuple([{} for _ in paths]))
            self._size += shape.size
        for held, text, verdict in zip(shape.held, message.plain, verdicts, strict=True):
            if text not in held:
                self._put(shape, held, text, verdict)
        self._make_room()

    def agree(self, message: Outline, levels: int, verdicts: Sequence[Verdict]) -> Consensus:
        """What the verdicts of a message agree on whose topic has so many levels."""
        shape = self._kept.get(message.shape)
        if shape is None:
            return consensus(verdicts, levels)
        plain = tuple(message.plain)
        agreed = shape.agreed.get(plain)
        if agreed is None:
            agreed = consensus(verdicts, levels)
            self._put(shape, shape.agreed, plain, agreed)
            self._make_room()
        return agreed

    def _put(self, shape: Shape, entries: dict[Key, Entry], key: Key, entry: Entry) -> None:
        change = 1
        if len(entries) >= _PLAIN_VALUES:
            change -= len(entries)
            entries.clear()
        entries[key] = entry
        shape.size += change
        self._size += change

    def _make_room(self) -> None:
        while self._size > self._capacity:
            oldest = next(iter(self._kept))
            self._size -= self._kept.pop(oldest).size
