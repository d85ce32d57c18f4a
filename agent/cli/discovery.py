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
    table = Table("state", "device", "name", "seen", "entities, or why none", box=None, pad_edge=False)
    table.header_style = "bold"
    for column in table.columns:
        column.no_wrap = True
    table.columns[1].overflow = "fold"
    table.columns[1].no_wrap = False
    table.columns[3].justify = "right"
    for row in devices:
        entities = ", ".join(name.replace("_", " ") for name in row["entities"])
        reason = Text(row.get("reason", ""), style="italic bright_black")
        table.add_row(
            Text(row["state"], style=_STYLES[row["state"]]),
            row["id"],
            Text(row["name"]),
            f"{row['sightings']:,}",
            Text(entities) if entities else reason,
        )
    console.print(table)
    if terminal:
        _sum_up(console, Counter(row["state"] for row in devices))


def _sum_up(console: Console, states: Counter[str]) -> None:
    counts = ", ".join(f"{states[state]} {state}" for state in _STYLES if states[state])
    hint = "; to announce those that wait: dragoman discovery approve DEVICE, or --all" if states["waiting"] else ""
    console.print(Text(f"\n{counts}{hint}", style="bright_black"))
