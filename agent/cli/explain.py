"""Show how one message is understood: its fields, what each means, in which unit, how sure the agent is, what else it
might be, and which characters of topic, path, value and neighbours decided."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from agent.core.decode import DecodeError, Limits
from agent.core.encode import SEGMENTS, render
from agent.core.message import Interpretation, Message, Reading
from agent.core.occlusion import influence
from agent.core.pipeline import Interpreter
from agent.core.publish import interpretation_json
from agent.core.verdict import Verdict
from agent.tflite import ArtifactError, load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument("topic")
    parser.add_argument("payload", help="the message's payload; - reads it from stdin")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when the message was understood, 1 when it or the model cannot be read."""
    payload = (
        sys.stdin.buffer.read() if arguments.payload == "-" else arguments.payload.encode("utf-8", "surrogateescape")
    )
    message = Message(arguments.topic, payload, time.time())
    try:
        interpreter = Interpreter(load(), Limits(), 0)
        fields, verdicts = interpreter.fields(message)
    except (ArtifactError, DecodeError) as error:
        print(f"dragoman: {error}", file=sys.stderr)
        return 1
    (interpretation,) = interpreter.interpret([message])
    assert isinstance(interpretation, Interpretation)
    rows = []
    for reading, field, verdict in zip(interpretation.readings, fields, verdicts, strict=True):
        text = render(field)
        rows.append(_Row(reading, verdict, text, influence(text, interpreter.verdicts)))
    if arguments.json:
        print(json.dumps(_shape(interpretation, rows), ensure_ascii=False, indent=2))
    else:
        _show(Console(), interpretation, rows)
    return 0


@dataclass(frozen=True, slots=True)
class _Row:
    reading: Reading
    verdict: Verdict
    text: str
    falls: Sequence[float]
    """Influence of each character of the text."""


def _shape(interpretation: Interpretation, rows: Sequence[_Row]) -> dict[str, object]:
    shape = interpretation_json(interpretation)
    for reading, row in zip(shape["readings"], rows, strict=True):
        reading["runners_up"] = [{"label": label, "probability": round(p, 3)} for label, p in row.verdict.runners_up]
        reading["decided_by"] = {
            name: {"text": text.strip(), "influence": round(max(falls), 3)} for name, text, falls in _segments(row)
        }
    return shape


def _segments(row: _Row) -> list[tuple[str, str, Sequence[float]]]:
    """(name, text, influences) of the segments that are not empty."""
    found = []
    start = 0
    for segment in SEGMENTS:
        end = start + segment.width
        if row.text[start:end].strip():
            found.append((segment.name, row.text[start:end], row.falls[start:end]))
        start = end
    return found


def _show(console: Console, interpretation: Interpretation, rows: Sequence[_Row]) -> None:
    device = interpretation.device
    console.print(Text.assemble((interpretation.summary, "bold")))
    place = f" in {device.area}" if device.area else ""
    console.print(
        Text(f"a {interpretation.kind} message of {device.name} ({device.type or 'unknown type'}){place}", "dim")
    )
    table = Table(box=None, pad_edge=False, header_style="dim", row_styles=("", "on grey7"))
    table.add_column("field", overflow="fold", min_width=8)
    table.add_column("value", overflow="fold", max_width=20)
    table.add_column("means", style="bold")
    table.add_column("unit")
    table.add_column("sure", justify="right")
    table.add_column("or else", style="dim")
    table.add_column("decided by", overflow="fold")
    for row in rows:
        reading = row.reading
        means = reading.label or "?"
        if reading.polarity == "inverted":
            means += " (inverted)"
        others = ", ".join(f"{label} {p:.0%}" for label, p in row.verdict.runners_up[1:3] if p >= 0.005)
        table.add_row(
            reading.path or "(payload)",
            json.dumps(reading.raw, ensure_ascii=False),
            means,
            reading.unit or "",
            Text(f"{reading.confidence:.0%}", _trust(reading.confidence)),
            others,
            _decided(row),
        )
    console.print(table)
    for problem in interpretation.problems:
        console.print(Text(f"{problem.path}: {problem.detail}", "yellow"))


def _trust(confidence: float) -> str:
    return "green" if confidence >= 0.8 else "yellow" if confidence >= 0.5 else "red"


def _decided(row: _Row) -> Text:
    """The telling parts of the rendered field, brighter where hiding a character changed the answer more."""
    shown = Text()
    strongest = max([*row.falls, 0.05])
    segments = _segments(row)
    telling = max(max(falls) for _, _, falls in segments) / 4
    for _, text, falls in segments:
        if max(falls) < telling:
            continue
        if shown:
            shown.append(" · ", "grey30")
        begin = len(text) - len(text.lstrip())
        for character, fall in zip(text[begin:].rstrip(), falls[begin:], strict=False):
            share = max(fall, 0.0) / strongest
            level = 90 + int(165 * share)
            color = f"#{level:02x}{int(90 + 110 * share):02x}5a" if share > 0.15 else "grey42"
            shown.append(character, Style(color=color, bold=share > 0.6))
    return shown
