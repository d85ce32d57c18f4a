"""What a look at a broker found, for a person: who speaks there, and what the model makes of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.table import Table

from agent.core.message import Interpretation
from agent.core.pipeline import Interpreter
from agent.probe import Seen

SURE = 0.8
"""Less certain readings are counted and not named."""
_SHOWN = 15
_LABELS = 6


@dataclass(frozen=True, slots=True)
class Level:
    """What is said below one first level of topics."""

    name: str
    topics: int
    devices: int
    readings: int
    unsure: int
    """Of the readings."""
    labels: tuple[tuple[str, int], ...]
    """What the sure ones are, the most common first, with the number of readings."""


def levels(seen: Seen, interpreter: Interpreter) -> list[Level]:
    """The first levels of topics, the busiest first, as the last message of each topic was understood."""
    below: defaultdict[str, list[Interpretation]] = defaultdict(list)
    for result in interpreter.interpret(seen.latest):
        if isinstance(result, Interpretation):
            below[result.topic.partition("/")[0]].append(result)
    return [_level(name, topics, below[name]) for name, topics in seen.levels]


def _level(name: str, topics: int, interpretations: Sequence[Interpretation]) -> Level:
    readings = [reading for one in interpretations for reading in one.readings]
    sure = [reading.label for reading in readings if reading.label and reading.confidence >= SURE]
    return Level(
        name=name,
        topics=topics,
        devices=len({one.device.id for one in interpretations}),
        readings=len(readings),
        unsure=len(readings) - len(sure),
        labels=tuple(Counter(sure).most_common()),
    )


def table(found: Sequence[Level]) -> Table:
    """The busiest levels as a table."""
    shown = Table(box=None, pad_edge=False, header_style="dim")
    shown.add_column("topics", overflow="fold", min_width=12)
    for heading in ("how many", "devices", "readings", "unsure"):
        shown.add_column(heading, justify="right")
    shown.add_column("among them", overflow="fold")
    for level in found[:_SHOWN]:
        counts = (str(count) for count in (level.topics, level.devices, level.readings, level.unsure))
        shown.add_row(f"{level.name}/#", *counts, ", ".join(_named(level)))
    if len(found) > _SHOWN:
        shown.add_row(f"and {len(found) - _SHOWN} more", str(sum(level.topics for level in found[_SHOWN:])))
    return shown


def _named(level: Level) -> Iterator[str]:
    for label, count in level.labels[:_LABELS]:
        yield label if count == 1 else f"{count} {label}"
    if len(level.labels) > _LABELS:
        yield "..."
