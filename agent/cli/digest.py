"""Tell in ten lines what happened in the home, from the memory that `dragoman run` keeps. Needs no broker."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from agent.cli.run import configured
from agent.config_file import ConfigError
from agent.core.devices import Devices
from agent.core.digest import digest
from agent.state import State
from agent.store import StoreError, told_since

_UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_STYLES = {"info": "", "notice": "green", "warning": "yellow", "critical": "bold red"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="the configuration that the agent runs with")
    parser.add_argument("--state", type=Path, metavar="FOLDER", help="instead of the configured state_directory")
    parser.add_argument(
        "--since", type=_seconds, default="24h", metavar="TIME", help="how far to look back: 90m, 24h, 7d; default 24h"
    )
    parser.add_argument("--json", action="store_true", help="print the lines as JSON")
    parser.set_defaults(broker=None)


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when told, 1 when there is no memory to read, 2 for a faulty configuration."""
    try:
        folder = arguments.state or State.of(configured(arguments).state_directory, os.environ).folder
        if folder is None:
            raise StoreError("the agent keeps no memory: state_directory is not set; or name the folder by --state")
        since = time.time() - arguments.since
        records, events = told_since(folder, since)
        devices = Devices(len(records) + 1, sys.maxsize)
        devices.restore([record["device"] for record in records.values()], ())
    except ConfigError as error:
        print(f"dragoman: {error}", file=sys.stderr)
        return 2
    except (StoreError, ValueError, KeyError, TypeError) as error:
        print(
            f"dragoman: {error if isinstance(error, StoreError) else f'the memory is damaged: {error!r}'}",
            file=sys.stderr,
        )
        return 1
    lines = digest(events, devices.all(), f"Since {_moment(since)}", _clock)
    if arguments.json:
        print(json.dumps([{"severity": line.severity, "text": line.text} for line in lines], ensure_ascii=False))
        return 0
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(_safe(line.text), style=_STYLES[line.severity]))
    return 0


def _clock(at: str) -> str:
    return _moment(datetime.fromisoformat(at).timestamp())


def _moment(at: float) -> str:
    """The local time of day, with the day when it is not today's."""
    moment = datetime.fromtimestamp(at)
    today = moment.date() == datetime.now().date()
    return f"{moment:%H:%M}" if today else f"{moment:%a %H:%M}"


def _safe(text: str) -> str:
    return "".join(character if character.isprintable() else "·" for character in text)


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d{1,5})([mhdw])", text)
    if match is None or not int(match.group(1)):
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 90m, 24h or 7d")
    return float(int(match.group(1)) * _UNITS[match.group(2)])
