"""Correct what a field means: at once, for good, and for the same field of sibling devices of the same shape.

dragoman correct zigbee2mqtt/Cellar /soil humidity --unit %   the field at that path of that topic is a humidity
dragoman correct home/+/door "" door --inverted               topic filters are taken as they stand
dragoman correct --list                                       what holds
dragoman correct --withdraw zigbee2mqtt/Cellar /soil          leave it to the model again"""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console
from rich.table import Table

from agent.cli import ask
from agent.core.ontology import LABELS
from agent.core.requests import CORRECT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help="the topic, or a topic filter")
    parser.add_argument("path", nargs="?", metavar="PATH", help='JSON pointer, such as /temperature; "" for one value')
    parser.add_argument("label", nargs="?", metavar="LABEL", help='what it means; "none" for nothing that has a word')
    parser.add_argument("--unit", help="in Home Assistant's spelling")
    parser.add_argument("--inverted", action="store_true", help="conditions: true means that the state does not hold")
    parser.add_argument("--list", action="store_true", help="show the corrections that hold")
    parser.add_argument("--withdraw", action="store_true", help="withdraw the correction of TOPIC PATH")
    ask.add_arguments(parser)


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when done, 1 when the agent refuses or is silent, 2 for usage or configuration."""
    if arguments.list:
        answer = ask.asked(arguments, CORRECT, {"command": "list"})
        if not arguments.json:
            _show(answer.get("corrections", []))
        return 0
    answer = ask.asked(arguments, CORRECT, _request(arguments))
    if not arguments.json:
        print(answer["detail"])
    return 0


def _request(arguments: argparse.Namespace) -> dict[str, Any]:
    """The request that the arguments ask for; leaves by SystemExit(2) where they do not go together."""
    parser = argparse.ArgumentParser(prog="dragoman correct")
    if arguments.topic is None or arguments.path is None:
        parser.error("TOPIC and PATH are needed, or --list")
    place = {"topic_filter": arguments.topic, "path": arguments.path}
    if arguments.withdraw:
        return {"command": "withdraw", **place}
    if arguments.label is None:
        parser.error("LABEL is needed")
    if arguments.label != "none" and arguments.label not in LABELS:
        parser.error(f"{arguments.label!r} is no label; there are none, {', '.join(LABELS)}")
    request = {**place, "label": None if arguments.label == "none" else arguments.label, "unit": arguments.unit}
    return {**request, "polarity": "inverted"} if arguments.inverted else request


def _show(corrections: list[dict[str, Any]]) -> None:
    table = Table("topic", "path", "means", "unit", "", box=None, pad_edge=False, header_style="bold")
    for entry in corrections:
        label = entry["label"] or "nothing known"
        table.add_row(entry["topic_filter"], entry["path"], label, entry["unit"] or "", entry["polarity"] or "")
    Console().print(table if corrections else "no corrections")
