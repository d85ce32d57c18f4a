"""Record what the broker delivers into a file of JSON Lines, without what tells where you live: names, addresses,
coordinates and tokens are replaced. The file can be gone on with, given to others, replayed, and read by `dragoman
interpret`. Read it before you give it away."""

from __future__ import annotations

import argparse
import queue
import secrets
import sys
import time
from pathlib import Path

from agent import capture
from agent.cli import CommandFailed, visit
from agent.core.message import Message
from agent.core.redact import Redactor

_TOLD_S = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="where to; what is in it already is kept")
    visit.add_arguments(parser)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after so long")
    parser.add_argument("--messages", type=int, default=sys.maxsize, help="end when the file has so many")
    parser.add_argument("--unredacted", action="store_true", help="leave everything as it is; for your own eyes")


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when done or interrupted, 1 for a broker or file that fails, 2 for a faulty configuration."""
    heard: queue.SimpleQueue[Message] = queue.SimpleQueue()
    with visit.visit(arguments, heard.put):
        try:
            return _record(arguments, heard, None if arguments.unredacted else Redactor(secrets.token_bytes(32)))
        except OSError as error:
            raise CommandFailed(f"{arguments.file}: {error.strerror}", 1) from None


def _record(arguments: argparse.Namespace, heard: queue.SimpleQueue[Message], redactor: Redactor | None) -> int:
    count = before = capture.mend(arguments.file)
    if before:
        print(f"going on after {before} messages; words are replaced by others than before", file=sys.stderr)
    ends_at = time.monotonic() + arguments.seconds
    told_at = 0.0
    try:
        with arguments.file.open("a", encoding="utf-8") as file:
            while count < arguments.messages and time.monotonic() < ends_at:
                try:
                    message = heard.get(timeout=min(0.2, max(0.0, ends_at - time.monotonic())))
                    file.write(capture.line(redactor.message(message) if redactor else message) + "\n")
                    count += 1
                except queue.Empty:
                    file.flush()
                if sys.stderr.isatty() and time.monotonic() - told_at >= _TOLD_S:
                    told_at = time.monotonic()
                    print(f"\r{count} messages", end="", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        pass
    print(f"{count - before} messages recorded, {count} in {arguments.file}", file=sys.stderr)
    return 0
