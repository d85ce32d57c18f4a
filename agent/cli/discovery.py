"""What Home Assistant is told of devices: list them, approve some, take some or all back.

A device that was withdrawn stays away until it is approved by name."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.cli import ask
from agent.core.requests import DISCOVERY

_STYLES = {"announced": "green", "waiting": "yellow", "withdrawn": "red", "heard": "bright_black"}

_NARROW = 100
"""Columns of a terminal below which it is narrow."""
_WIDEST = {False: 40, True: 30}
"""Cells of an identifier that stand on one line, by whether the terminal is narrow."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument("command", choices=("list", "approve", "withdraw"))
    parser.add_argument("devices", nargs="*", metavar="DEVICE", help="identifiers, as `list` shows them")
    parser.add_argument("--all", action="store_true", help="all that wait for approval, or all that are announced")
    ask.add_arguments(parser)


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when done, 1 when the agent refuses or is silent, 2 for usage or configuration."""
    if arguments.command == "list":
        answer = ask.asked(arguments, DISCOVERY, {"command": "list"})
        if not arguments.json:
            _show(answer.get("devices", []))
        return 0
    if bool(arguments.devices) == arguments.all:
        argparse.ArgumentParser(prog="dragoman discovery").error("name devices, or write --all")
    wanted = {"all": True} if arguments.all else {"devices": arguments.devices}
    answer = ask.asked(arguments, DISCOVERY, {"command": arguments.command, **wanted})
    if not arguments.json:
        print(answer["detail"])
    return 0


def _show(devices: list[dict[str, Any]]) -> None:
    terminal = sys.stdout.isatty()
    # A program that reads lines wants each device whole, on one.
    console = Console() if terminal else Console(width=10_000)
    if not devices:
        console.print("no devices yet")
        return
    narrow = console.width < _NARROW
    table = Table(box=None, pad_edge=False, header_style="bold", expand=terminal)
    table.add_column("state", no_wrap=True)
    # An identifier is there to be copied: it wraps rather than being cut.
    widest = _WIDEST[narrow] if terminal else None
    table.add_column("device", overflow="fold", max_width=widest)
    if not narrow:
        table.add_column("name", no_wrap=True, max_width=16 if terminal else None)
    table.add_column("seen", no_wrap=True, justify="right")
    table.add_column("entities, or why none", no_wrap=not narrow, ratio=1)
    for row in devices:
        entities = ", ".join(name.replace("_", " ") for name in row["entities"])
        cells = [Text(row["state"], style=_STYLES[row["state"]]), row["id"], f"{row['sightings']:,}"]
        if not narrow:
            cells.insert(2, Text(row["name"]))
        table.add_row(*cells, entities or Text(row.get("reason", ""), style="italic bright_black"))
    console.print(table)
    if terminal:
        _sum_up(console, Counter(row["state"] for row in devices))


def _sum_up(console: Console, states: Counter[str]) -> None:
    counts = ", ".join(f"{states[state]} {state}" for state in _STYLES if states[state])
    hint = "; to announce those that wait: dragoman discovery approve DEVICE, or --all" if states["waiting"] else ""
    console.print(Text(f"\n{counts}{hint}", style="bright_black"))
