"""Examples on disk: rendered fields and their truths, in shards that training maps into memory."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.core.encode import WIDTH, render
from agent.core.fields import fields
from agent.core.message import Report
from agent.core.ontology import DEVICE_TYPES, KINDS, LABELS, UNITS, Nature
from models.simulate.leaves import Simulated

HEADS = ("label", "unit", "polarity", "kind", "type", "device_level", "area_level")
MASKED = -1
"""Target of a head whose truth is not known; it takes no part in the loss."""
_LABEL = {label: index for index, label in enumerate(LABELS)}
_UNIT = {unit: index for index, unit in enumerate(UNITS)}
_KIND = {kind: index for index, kind in enumerate(KINDS)}
_TYPE = {type_: index for index, type_ in enumerate(DEVICE_TYPES)}


@dataclass(frozen=True, slots=True)
class Shard:
    """Examples of one file."""

    texts: np.ndarray
    """uint32 [n, WIDTH]: the code points of rendered texts."""
    targets: np.ndarray
    """int16 [n, heads], MASKED where not known."""


def examples(message: Simulated) -> list[tuple[str, tuple[int, ...]]]:
    """The message's leaves as the runtime renders them, each with its targets in the order of HEADS."""
    found = []
    for field in fields(Report(message.topic, message.tree, 0.0)):
        truth = message.truths.get(field.path)
        if truth is None:
            continue
        label = _LABEL.get(truth.label or "", MASKED)
        unit = MASKED if truth.unit is None else _UNIT.get(truth.unit, MASKED)
        if label != MASKED and LABELS[truth.label or ""].nature is Nature.BINARY:
            unit = MASKED
        polarity = MASKED if truth.polarity is None else int(truth.polarity == "inverted")
        found.append(
            (
                render(field),
                (
                    label,
                    unit,
                    polarity,
                    _KIND.get(message.kind or "", MASKED),
                    _TYPE.get(message.type or "", MASKED),
                    message.device_level,
                    message.area_level,
                ),
            )
        )
    return found


def write_shard(path: Path, rows: list[tuple[str, tuple[int, ...]]], seed: int) -> None:
    """Write the rows, shuffled, so that the fields of one message do not stand together."""
    random.Random(seed).shuffle(rows)
    texts = np.frombuffer("".join(text for text, _ in rows).encode("utf-32-le", "replace"), np.uint32)
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(
        partial, texts=texts.reshape(len(rows), WIDTH), targets=np.array([target for _, target in rows], np.int16)
    )
    partial.rename(path)


def labelled(folder: Path, count: int) -> tuple[list[str], np.ndarray]:
    """Rendered texts of the first `count` examples whose label is known, and their label indices, int16 [n]."""
    texts: list[str] = []
    labels: list[np.ndarray] = []
    for shard in read_shards(folder):
        known = np.flatnonzero(shard.targets[:, 0] != MASKED)[: count - len(texts)]
        texts += lines(shard.texts[known])
        labels.append(shard.targets[known, 0])
        if len(texts) >= count:
            break
    return texts, np.concatenate(labels)


def lines(texts: np.ndarray) -> list[str]:
    """Rendered texts from their code points, uint32 [n, WIDTH]."""
    joined = texts.tobytes().decode("utf-32-le", "replace")
    return [joined[start : start + WIDTH] for start in range(0, len(joined), WIDTH)]


def read_shards(folder: Path) -> Iterator[Shard]:
    """The shards of a folder, in the order of their names."""
    return read(sorted(folder.glob("shard-*.npz")))


def read(paths: Iterable[Path]) -> Iterator[Shard]:
    """The shards at the paths, one at a time."""
    for path in paths:
        with np.load(path) as content:
            yield Shard(content["texts"], content["targets"])
