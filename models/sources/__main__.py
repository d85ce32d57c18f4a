"""Reads every training source: `python -m models.sources build/sources build/facts`.

Writes one facts file per source, and beside them what Home Assistant says about units and about words for states.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from models.facts import Device, read_devices, write_devices

SOURCES = ("homeassistant", "tasmota", "esphome", "zha", "zigbee", "iobroker", "zwave")
"""Modules of this package; each has `devices(folder)`."""


def write_tables(sources: Path, facts: Path) -> None:
    """Write the tables that are not about devices."""
    from models.sources import homeassistant

    tables: dict[str, Any] = {
        "state_words": homeassistant.state_words(sources),
        "option_words": homeassistant.option_words(sources),
        "allowed_units": homeassistant.allowed_units(sources),
    }
    for name, table in tables.items():
        text = json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True)
        (facts / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def tally(devices: Iterator[Device]) -> tuple[int, ...]:
    """Numbers of devices, facts, labelled facts, distinct labels, distinct keys and languages."""
    count = facts = labelled = 0
    labels: Counter[str] = Counter()
    keys: set[tuple[str, ...]] = set()
    languages: set[str] = set()
    for device in devices:
        count += 1
        for fact in device.facts:
            facts += 1
            keys.add(fact.path)
            languages.update(fact.names)
            if fact.label:
                labelled += 1
                labels[fact.label] += 1
    return count, facts, labelled, len(labels), len(keys), len(languages)


def main(arguments: list[str] | None = None) -> int:
    """Exit code of `python -m models.sources SOURCES FACTS`."""
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(prog="python -m models.sources", description=__doc__)
    parser.add_argument("sources", type=Path, help="folder of the fetched packages (models.sources.fetch)")
    parser.add_argument("facts", type=Path, help="folder that the facts files are written to")
    parser.add_argument("--only", action="append", choices=SOURCES, help="this source only (may be repeated)")
    options = parser.parse_args(arguments)
    console = Console(stderr=True)
    table = Table(title="Training sources")
    table.add_column("source")
    for heading in ("devices", "facts", "labelled", "labels", "keys", "languages"):
        table.add_column(heading, justify="right")
    options.facts.mkdir(parents=True, exist_ok=True)
    failures = 0
    for name in SOURCES:
        if options.only and name not in options.only:
            continue
        path = options.facts / f"{name}.jsonl"
        with console.status(f"reading {name}"):
            try:
                # Written aside first: a parser that fails half-way must not leave half a file for the simulator.
                unfinished = path.with_suffix(".unfinished")
                write_devices(unfinished, import_module(f"models.sources.{name}").devices(options.sources))
                unfinished.replace(path)
            except Exception as error:
                # One source that cannot be read must not keep the others from being written; the exit code tells.
                failures += 1
                console.print(f"[red]{name} failed:[/] {type(error).__name__}: {error}")
                continue
            table.add_row(name, *(f"{number:,}" for number in tally(read_devices(path))))
    if not options.only or "homeassistant" in options.only:
        write_tables(options.sources, options.facts)
    console.print(table)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
