"""Show it all at work on this machine: an embedded broker, a simulated home of many dialects, the agent as it is, and
what it understood. Nothing outside is needed or touched. In a terminal it is a live view, else plain lines."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument("--seconds", type=_positive, metavar="N", help="end after N seconds; else Ctrl-C ends it")
    parser.add_argument("--speed", type=_positive, metavar="X", default=1.0, help="the home's pace: 2 is twice as fast")
    parser.add_argument("--seed", type=int, metavar="N", default=1, help="another number makes another day")
    parser.add_argument(
        "--json", action="store_true", help="print the interpretations, one a line, instead of the view"
    )
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="write the last view as a picture")


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when it ended as asked, 1 when something that it needs is missing or broke."""
    from agent.demo.broker import BrokerMissing
    from agent.demo.stage import StageError

    try:
        with _signals():
            _play(arguments)
    except KeyboardInterrupt:
        return 0
    except (BrokerMissing, StageError) as error:
        print(f"dragoman: {error}", file=sys.stderr)
        return 1
    return 0


def _play(arguments: argparse.Namespace) -> None:
    from agent.audience import audience
    from agent.demo.broker import broker
    from agent.demo.home import traffic
    from agent.demo.stage import agent_process, home, listener

    morning = datetime.now().replace(hour=6, minute=40, second=0, microsecond=0)
    with ExitStack() as stack:
        port = stack.enter_context(broker())
        heard = stack.enter_context(listener(port))
        running = stack.enter_context(agent_process(port))
        heard.await_online(running)
        showing = stack.enter_context(audience(arguments.json, arguments.picture, "dragoman demo"))
        stack.enter_context(home(port, traffic(arguments.seed, morning), arguments.speed))
        end = time.monotonic() + arguments.seconds if arguments.seconds else float("inf")
        while (left := end - time.monotonic()) > 0:
            message = heard.next(min(left, 0.1))
            if message is None:
                running.check()
            else:
                showing.hear(*message)
            showing.refresh()


@contextmanager
def _signals() -> Iterator[None]:
    """Within it a termination, or a terminal that closes, ends the demo as Ctrl-C does."""
    names = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(name, signal.default_int_handler) for name in names]
    try:
        yield
    finally:
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return number
