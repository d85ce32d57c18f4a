"""How a quantized model reads messages that were written by hand: `python -m models.probe MODEL.tflite`.

They are in the manner of devices that are in no source (`handwritten/`), and so ask what simulated messages cannot:
what becomes of words, topics and forms that nobody has put into the simulator. Prints what is wrong, for a person to
read.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from agent.core.decode import Limits, decode
from agent.core.encode import render, tokens
from agent.core.fields import fields
from agent.core.message import Message
from agent.core.verdict import Calibration, verdicts
from agent.tflite import Model

MESSAGES = Path(__file__).parent / "handwritten"


@dataclass(frozen=True, slots=True)
class Asked:
    """A field and what it means."""

    topic: str
    path: str
    text: str
    """Rendered."""
    label: str
    unit: str | None
    """None where it has none, or where any is right."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of the fields that were read rightly."""

    fields: int
    label: float
    unit: float
    """Of those fields that have one."""


def asked(messages: Path) -> list[Asked]:
    """All fields that a file of messages asks for."""
    found = []
    for entry in yaml.safe_load(messages.read_text(encoding="utf-8")):
        report = decode(Message(entry["topic"], entry["payload"].encode(), 0.0), Limits())
        for field in fields(report):
            label, _, unit = entry["means"].get(field.path, "").partition(" ")
            if label:
                any_or_none = unit in ("", "-")
                found.append(Asked(entry["topic"], field.path, render(field), label, None if any_or_none else unit))
    return found


def probe(model: Model, rows: Sequence[Asked]) -> tuple[Figures, list[tuple[Asked, str, str, float]]]:
    """The figures, and what was read wrongly: the field, label and unit that the model holds, and its confidence."""
    held = verdicts(model(tokens([row.text for row in rows])), Calibration(1.0, 0.0))
    right = [verdict.label == row.label for row, verdict in zip(rows, held, strict=True)]
    told = [verdict.unit == row.unit for row, verdict in zip(rows, held, strict=True) if row.unit]
    wrong = [
        (row, verdict.label or "", verdict.unit, verdict.confidence)
        for row, verdict in zip(rows, held, strict=True)
        if verdict.label != row.label or (row.unit and verdict.unit != row.unit)
    ]
    return Figures(len(rows), sum(right) / len(right), sum(told) / len(told)), wrong


def main() -> None:
    """Print the errors and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    model = Model(parser.parse_args().model.read_bytes())
    console = Console()
    for messages in sorted(MESSAGES.glob("*.yaml")):
        figures, wrong = probe(model, asked(messages))
        table = Table("topic", "field", "means", "read as", "confidence", title=messages.stem)
        for row, label, unit, confidence in wrong:
            table.add_row(row.topic, row.path, f"{row.label} {row.unit or ''}", f"{label} {unit}", f"{confidence:.2f}")
        console.print(table)
        console.print(
            f"{messages.stem}: of {figures.fields} fields written by hand: label {figures.label:.3f},"
            f" unit {figures.unit:.3f}",
            highlight=False,
        )


if __name__ == "__main__":
    main()
