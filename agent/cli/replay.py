"""Publish a capture of `dragoman record` to a broker, at the speed at which it was recorded or another. An interrupted
replay goes on where it ended: its position is kept beside the capture until it is done."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import suppress
from itertools import islice
from pathlib import Path

from agent import capture
from agent.cli import CommandFailed, visit

_ANSWER_S = 15.0
_TOLD_S = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the capture")
    visit.add_arguments(parser)
    parser.add_argument("--speed", type=float, default=1.0, help="times as fast as recorded; 0 for as fast as possible")
    parser.add_argument("--from-start", action="store_true", help="do not go on with an interrupted replay")


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when all was published, 1 for a broker or capture that fails, 2 for a faulty configuration."""
    mark = arguments.file.with_name(f"{arguments.file.name}.position")
    done = first = 0 if arguments.from_start else _position(mark)
    told_at = 0.0
    began: tuple[float, float] | None = None
    with visit.visit(arguments) as visited:
        try:
            if first:
                print(f"going on after {first} messages", file=sys.stderr)
            for message in islice(capture.messages(arguments.file), first, None):
                began = began or (time.monotonic(), message.received_at)
                if arguments.speed > 0:
                    due = began[0] + (message.received_at - began[1]) / arguments.speed
                    time.sleep(max(0.0, due - time.monotonic()))
                sent = visited.client.publish(message.topic, message.payload, qos=1, retain=message.retained)
                sent.wait_for_publish(_ANSWER_S)
                if not sent.is_published():
                    raise ConnectionError(0, "the broker does not answer")
                done += 1
                if time.monotonic() - told_at >= _TOLD_S:
                    told_at = time.monotonic()
                    mark.write_text(str(done))
                    if sys.stderr.isatty():
                        print(f"\r{done} messages", end="", file=sys.stderr, flush=True)
            mark.unlink(missing_ok=True)
        except (OSError, ValueError, RuntimeError) as error:
            _keep(mark, done)
            raise CommandFailed(f"after {done} messages: {error}", 1) from None
        except KeyboardInterrupt:
            _keep(mark, done)
    print(f"{done - first} messages published", file=sys.stderr)
    return 0


def _position(mark: Path) -> int:
    with suppress(OSError, ValueError):
        return max(0, int(mark.read_text()))
    return 0


def _keep(mark: Path, done: int) -> None:
    with suppress(OSError):
        mark.write_text(str(done))
