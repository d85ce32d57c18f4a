"""Check a configuration file. Every fault is listed on stderr with its place and what to write instead; a file
without faults is answered by the configuration as it will be used, defaults included, on stdout. With --schema the
JSON Schema for editors is printed instead."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import yaml
from rich.console import Console
from rich.text import Text

from agent.config import plain
from agent.config_file import ConfigError, Fault, load
from agent.reference import json_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("-c", "--config", type=Path, metavar="FILE", help="the configuration")
    wanted.add_argument("--schema", action="store_true", help="print the JSON Schema of configuration files")


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when the file can be used, 2 when it has faults."""
    if arguments.schema:
        print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        return 0
    try:
        config = load(arguments.config, os.environ)
    except ConfigError as error:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        for fault in error.faults:
            console.print(_shown(fault))
        count = len(error.faults)
        console.print(f"{count} fault{'s' if count > 1 else ''}", style="bold")
        return 2
    # There is no secret to hide: the configuration knows where a password is, and not the password.
    print(yaml.safe_dump(plain(config), sort_keys=False, allow_unicode=True), end="")
    return 0


def _shown(fault: Fault) -> Text:
    """The fault in one line, coloured where the terminal shows colours; without them it is `str(fault)`."""
    key = f"{fault.key}: " if fault.key else ""
    return Text.assemble(
        (f"{fault.place()}: ", "dim"), (key, "bold cyan"), (fault.problem, "red"), "; ", (fault.remedy, "green")
    )
