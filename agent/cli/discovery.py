"""What Home Assistant is told of devices: list them, approve some, take some or all back.

A device that was withdrawn stays away until it is approved by name."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console
from rich.table import Table

from agent.cli.ask import add_broker_arguments, asked
from agent.core.requests import DISCOVERY

_STYLES = {"announced": "green", "waiting": "yellow", "withdrawn": "red"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument("command", choices=("list", "approve", "withdraw"))
    parser.add_argument("devices", nargs="*", metavar="DEVICE", help="identifiers, as `list` shows them")
    parser.add_argument("--all", action="store_true", help="all that wait for approval, or all that are announced")
    add_broker_arguments(parser)


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when done, 1 when the agent refuses or is silent, 2 for usage or configuration."""
    if arguments.command == "list":
        answer, status = asked(arguments, DISCOVERY, {"command": "list"})
        if answer is not None and not arguments.json:
            _show(answer.get("devices", []))
        return status
    if bool(arguments.devices) == arguments.all:
        argparse.ArgumentParser(prog="dragoman discovery").error("name devices, or write --all")
    wanted = {"all": True} if arguments.all else {"devices": arguments.devices}
    answer, status = asked(arguments, DISCOVERY, {"command": arguments.command, **wanted})
    if answer is not None and status == 0 and not arguments.json:
        print(answer["detail"])
    return status


def _show(devices: list[dict[str, Any]]) -> None:
    table = Table("device", "name", "state", "seen", "entities", box=None, pad_edge=False, header_style="bold")
    table.columns[3].justify = "right"
    for row in devices:
        state = f"[{_STYLES[row['state']]}]{row['state']}" if row["state"] in _STYLES else row["state"]
        table.add_row(row["id"], row["name"], state, str(row["sightings"]), ", ".join(row["entities"]))
    Console().print(table if devices else "no devices yet")
