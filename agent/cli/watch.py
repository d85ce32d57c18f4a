"""Watch a running home: its devices with their latest readings and how sure the agent is of each, and what happens.
Needs a running `dragoman run` at the broker.

Under "sure" stands how probable the model holds its answer, or who knows better: "declared" by the home itself,
"corrected" by you."""

from __future__ import annotations

import argparse
import queue
import time
from contextlib import suppress
from pathlib import Path

from agent.audience import audience
from agent.cli import visit
from agent.core.message import Message

_WAITING = 10_000
"""Messages that may wait to be shown; beyond, the newest are left out."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    visit.add_arguments(parser)
    parser.add_argument("--seconds", type=float, default=float("inf"), metavar="N", help="end after N seconds")
    parser.add_argument("--json", action="store_true", help="print the interpretations, one a line, instead")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="write the last view as a picture")


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when ended, 1 for a broker that cannot be reached, 2 for a faulty configuration."""
    heard: queue.Queue[Message] = queue.Queue(_WAITING)

    def leave(message: Message) -> None:
        # What is not shown is shown with the next message of the device.
        with suppress(queue.Full):
            heard.put_nowait(message)

    ends_at = time.monotonic() + arguments.seconds
    with visit.visit(arguments, leave, lambda config: [f"{config.prefix}/#"]) as visited:
        prefix = f"{visited.config.prefix}/"
        try:
            with audience(arguments.json, arguments.picture, "dragoman watch") as watching:
                while (left := ends_at - time.monotonic()) > 0:
                    # Others may publish under the prefix, too, and not what is expected there.
                    with suppress(queue.Empty, ValueError, KeyError, TypeError, AttributeError):
                        message = heard.get(timeout=min(left, 0.1))
                        watching.hear(message.topic.removeprefix(prefix), message.payload)
                    watching.refresh()
        except KeyboardInterrupt:
            pass
    return 0
