"""What the owner of the home corrects: the meaning of a field, for its device and for siblings of the same shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from agent.core.claim import Claim
from agent.core.memo import Memo
from agent.core.ontology import LABELS, Nature, accepts_unit

CAPACITY = 1_000
_ALIKE = 2 / 3
"""Share of the fields of two messages that both must have to be of one shape; devices leave out what they have not
measured."""


class CorrectionError(Exception):
    """A correction that cannot be taken, told in a sentence."""


@dataclass(frozen=True, slots=True)
class Correction:
    """The owner's word on one field."""

    topic_filter: str
    """A topic, whose siblings are meant too, or a filter with wildcards, which is taken as it stands."""
    path: str
    """JSON pointer."""
    label: str | None
    """None: it means nothing that the vocabulary knows."""
    unit: str | None = None
    polarity: str | None = None
    shape: tuple[str, ...] = ()
    """Paths of the message that it was made for; empty until one is seen."""

    @property
    def claim(self) -> Claim:
        """What it says of a field."""
        labels = () if self.label is None else (self.label,)
        return Claim(labels, named=True, unit=self.unit, polarity=self.polarity, source="override")


def correction(tree: Any) -> Correction:
    """The correction that a request holds. Raises CorrectionError."""
    if not isinstance(tree, dict):
        raise CorrectionError('a correction is an object {"topic_filter", "path", "label", "unit"}')
    topic_filter, path, label = tree.get("topic_filter"), tree.get("path"), tree.get("label")
    unit, polarity = tree.get("unit"), tree.get("polarity")
    if not isinstance(topic_filter, str) or not topic_filter:
        raise CorrectionError('"topic_filter" is missing: write a topic, or a filter such as home/+/state')
    if not isinstance(path, str) or (path and not path.startswith("/")):
        raise CorrectionError('"path" must be a JSON pointer such as /temperature, or "" for a payload of one value')
    if "label" not in tree or not (label is None or label in LABELS):
        raise CorrectionError(f'"label" must be null or one of {", ".join(LABELS)}')
    if unit is not None and not isinstance(unit, str):
        raise CorrectionError('"unit" must be a text such as °C, or null')
    if unit is not None and (label is None or not accepts_unit(LABELS[label], unit)):
        known = ", ".join(filter(None, LABELS[label].units)) if label is not None else ""
        raise CorrectionError(f'"unit" must be one that goes with {label}: {known or "it has none"}')
    if polarity not in (None, "normal", "inverted"):
        raise CorrectionError('"polarity" must be normal or inverted')
    if polarity is not None and (label is None or LABELS[label].nature is not Nature.BINARY):
        raise CorrectionError(f'"polarity" is for conditions, and {label} is none')
    return Correction(topic_filter, path, label, unit, polarity)


class Corrections:
    """All that hold, the latest first."""

    def __init__(self, kept: Iterable[Correction] = (), topics: int = 20_000) -> None:
        """`kept`: those of earlier runs, the latest first. `topics`: of so many is known what their last message looked
        like."""
        self._held = {(entry.topic_filter, entry.path): entry for entry in reversed(list(kept))}
        self._shapes: Memo[tuple[str, ...]] = Memo(topics)
        self._interned: Memo[tuple[str, ...]] = Memo(topics)
        self.revision = 0
        """Rises with every change that is to be kept."""

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Any:
        return reversed(list(self._held.values()))

    def add(self, entry: Correction) -> None:
        """Let a correction hold, in place of one for the same field. Raises CorrectionError when there are too many."""
        key = (entry.topic_filter, entry.path)
        if key not in self._held and len(self._held) >= CAPACITY:
            raise CorrectionError(f"there are {CAPACITY} corrections already; withdraw some")
        self._held.pop(key, None)
        seen = self._shapes.get(entry.topic_filter) or ()
        self._held[key] = replace(entry, shape=seen if entry.path in seen else ())
        self.revision += 1

    def withdraw(self, topic_filter: str, path: str) -> bool:
        """Whether there was such a correction; it holds no longer."""
        found = self._held.pop((topic_filter, path), None)
        self.revision += found is not None
        return found is not None

    def claims(self, topic: str, paths: Sequence[str], depth: int) -> Mapping[str, Claim]:
        """What holds for the fields of a message, by path. `depth`: how many levels of the topic name its device."""
        shape = tuple(paths)
        self._remember(topic, shape)
        if not self._held:
            return _NONE
        present = frozenset(shape)
        found: dict[str, Claim] = {}
        near: dict[str, Claim] = {}
        for entry in self:
            if entry.path not in present:
                continue
            if entry.topic_filter == topic:
                if not entry.shape:
                    self._held[(topic, entry.path)] = replace(entry, shape=shape)
                    self.revision += 1
                found.setdefault(entry.path, entry.claim)
            elif matches(entry.topic_filter, topic) or _is_sibling(entry, topic, present, depth):
                near.setdefault(entry.path, entry.claim)
        return {**near, **found}

    def _remember(self, topic: str, shape: tuple[str, ...]) -> None:
        known = self._shapes.get(topic)
        if known != shape:
            # Hundreds of devices of one make have one tuple between them.
            name = "\n".join(shape)
            one = self._interned.get(name)
            if one is None:
                self._interned.put(name, shape)
            self._shapes.put(topic, one or shape)


_NONE: Mapping[str, Claim] = {}


def _is_sibling(entry: Correction, topic: str, present: frozenset[str], depth: int) -> bool:
    """Whether the topic is that of another device than the correction's, and the message of the same shape.

    The two differ in one level, and by the model's word that one is of the device's name or above: what follows it
    says which of a device's readings this is.
    """
    ours, theirs = entry.topic_filter.split("/"), topic.split("/")
    if not entry.shape or len(ours) != len(theirs) or len(ours) < 2:
        return False
    differing = [index for index, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1]]
    if len(differing) != 1 or differing[0] >= depth:
        return False
    shape = frozenset(entry.shape)
    return len(shape & present) >= _ALIKE * len(shape | present)


def matches(topic_filter: str, topic: str) -> bool:
    """Whether the topic filter takes in the topic (MQTT 5, section 4.7)."""
    if "+" not in topic_filter and "#" not in topic_filter:
        return topic_filter == topic
    wanted, levels = topic_filter.split("/"), topic.split("/")
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(levels) or level not in ("+", levels[index]):
            return False
    return len(wanted) == len(levels)


def kept(corrections: Iterable[Correction]) -> list[dict[str, Any]]:
    """The corrections as JSON values, the latest first."""
    return [asdict(entry) for entry in corrections]


def restored(shapes: Any) -> list[Correction]:
    """The corrections of `kept`; those that this version cannot take are left out."""
    found = []
    for shape in shapes if isinstance(shapes, list) else ():
        try:
            entry = correction(shape)
        except CorrectionError:
            continue
        seen = shape.get("shape")
        paths = tuple(path for path in seen if isinstance(path, str)) if isinstance(seen, (list, tuple)) else ()
        found.append(replace(entry, shape=paths))
    return found
