"""The console script `dragoman`. stdout is data, stderr is logs; exit 0 done, 1 failed, 2 usage or configuration."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from agent import __version__
from agent.later import UNUSED, postpone

# Each command is a module with `add_arguments(parser)` and `main(arguments) -> exit status`, imported only when it is
# asked for, so that none pays for another's libraries.
COMMANDS = {
    "setup": "ask for the broker, try it, write the configuration",
    "run": "run the daemon",
    "check": "validate a configuration file",
    "interpret": "read messages as JSON Lines on stdin, write interpretations on stdout",
    "explain": "show how one message is understood",
    "watch": "watch a running home: devices, readings, events",
    "digest": "tell in ten lines what happened in the home",
    "correct": "correct what a field means",
    "discovery": "what Home Assistant is told of devices: list, approve, withdraw",
    "record": "record a home's messages, without names and addresses",
    "replay": "publish a recording to a broker",
    "bench": "measure speed and memory on this machine, beside a bare echo",
    "demo": "show it all at work: a broker, a simulated home and the agent",
}


class CommandFailed(Exception):
    """A command cannot go on; the text says why, to the user."""

    def __init__(self, problem: str, status: int) -> None:
        super().__init__(problem)
        self.status = status


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status of the command that the arguments name."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    command = arguments[0] if arguments else "--help"
    if command not in COMMANDS:
        return _overview(arguments)
    postpone(UNUSED)
    module = import_module(f"agent.cli.{command}")
    parser = argparse.ArgumentParser(prog=f"dragoman {command}", description=module.__doc__)
    module.add_arguments(parser)
    try:
        return int(module.main(parser.parse_args(arguments[1:])))
    except CommandFailed as failure:
        print(f"dragoman: {failure}", file=sys.stderr)
        return failure.status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of stdout has gone, as in `dragoman interpret | head`; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _overview(arguments: list[str]) -> int:
    listing = "\n".join(f"  {name:<10} {does}" for name, does in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="dragoman",
        usage="dragoman COMMAND [options]",
        description="Reads the messages of a home's MQTT devices and says what each field means.",
        epilog=f"commands:\n{listing}\n\n`dragoman COMMAND --help` tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"dragoman {__version__}")
    if arguments:
        parser.parse_known_args(arguments)
        parser.error(f"{arguments[0]!r} is no command; there are {', '.join(COMMANDS)}")
    parser.print_help(sys.stderr)
    return 2
