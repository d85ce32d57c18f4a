"""Read messages from stdin as JSON Lines, {"topic": ..., "payload": ...} or "payload_b64" for bytes, and write one
interpretation a line to stdout, in the same order; an "id" is echoed. A line that cannot be read is answered by a
line with its "error". No broker is needed."""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from agent.core.decode import Limits
from agent.core.message import Message, Refusal
from agent.core.pipeline import Interpreter
from agent.core.publish import interpretation_line, line, refusal_json
from agent.garbage import search_seldom
from agent.tflite import ArtifactError, load

BATCH = 64
"""Messages interpreted together, when so many are waiting."""
MEMO = 50_000
LINE_BYTES = 8 * 2**20
"""A longer line is answered by its error; it would be an attack or a file without line ends."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument("--stats", action="store_true", help="print rate and memory to stderr at the end")


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when all input was answered, 1 when the model cannot be used."""
    try:
        interpreter = Interpreter(load(), Limits(), MEMO)
    except ArtifactError as error:
        print(f"dragoman: {error}", file=sys.stderr)
        return 1
    search_seldom()
    started = time.perf_counter()
    output = sys.stdout.buffer
    for lines in _waiting(sys.stdin.buffer):
        entries = [_TOO_LONG if text is None else _entry(text) for text in lines]
        results = iter(interpreter.interpret([entry.message for entry in entries if entry.message]))
        answers = []
        for entry in entries:
            if entry.message is None:
                text = line(refusal_json(Refusal("", time.time(), "input", entry.error)))
            else:
                result = next(results)
                text = line(refusal_json(result)) if isinstance(result, Refusal) else interpretation_line(result)
            answers.append(f"{entry.echo}{text[1:]}\n")
        output.write("".join(answers).encode("utf-8", "replace"))
        output.flush()
    if arguments.stats:
        _print_statistics(interpreter, time.perf_counter() - started)
    return 0


# Nobody changes one, but frozen it takes several times as long to make.
@dataclass(slots=True)
class _Entry:
    message: Message | None
    echo: str
    """Beginning of the line that answers it."""
    error: str = ""


_TOO_LONG = _Entry(None, "{", f"the line has more than {LINE_BYTES} bytes")


def _entry(text: bytes) -> _Entry:
    """The message that one line of input holds, or what is wrong with the line."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        return _Entry(None, "{", f"the line is not JSON: {str(error)[:200]}")
    if not isinstance(fields, dict):
        return _Entry(None, "{", 'the line is no object with "topic" and "payload"')
    identifier = fields.get("id")
    echo = f"{line({'id': identifier})[:-1]}," if isinstance(identifier, (str, int)) else "{"
    topic = fields.get("topic")
    if not isinstance(topic, str):
        return _Entry(None, echo, '"topic" is missing or no string')
    try:
        payload = _payload(fields)
    except ValueError as error:
        return _Entry(None, echo, str(error))
    return _Entry(Message(topic, payload, time.time(), retained=fields.get("retained") is True), echo)


def _payload(fields: dict[str, Any]) -> bytes:
    if "payload_b64" in fields:
        try:
            return base64.b64decode(fields["payload_b64"], validate=True)
        except (TypeError, binascii.Error) as error:
            raise ValueError(f'"payload_b64" is not base64: {error}') from None
    payload = fields.get("payload")
    if isinstance(payload, str):
        return payload.encode("utf-8", "surrogatepass")
    if payload is None:
        raise ValueError('"payload" or "payload_b64" is missing')
    try:
        return json.dumps(payload).encode()
    except RecursionError:
        raise ValueError('"payload" is nested beyond what can be read') from None


def _waiting(source: BinaryIO) -> Iterator[list[bytes | None]]:
    """Lines of a stream in groups: all that are there, up to BATCH, without waiting for more; None for a long one."""
    parts: list[bytes] = []
    descriptor = source.fileno()
    while chunk := os.read(descriptor, 1 << 18):
        *whole, rest = chunk.split(b"\n")
        if whole:
            whole[0] = b"".join([*parts, whole[0]])
            parts = []
            lines = _readable(whole)
            for start in range(0, len(lines), BATCH):
                yield lines[start : start + BATCH]
        # No more than its beginning is kept of a line that is already too long.
        if sum(map(len, parts)) <= LINE_BYTES:
            parts.append(rest)
    yield _readable([b"".join(parts)])


def _readable(lines: list[bytes]) -> list[bytes | None]:
    return [text if len(text) <= LINE_BYTES else None for text in lines if text.strip()]


def _print_statistics(interpreter: Interpreter, seconds: float) -> None:
    statistics = interpreter.statistics()
    # Linux gives kibibytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    memo = statistics["memo"]
    print(
        f"{statistics['messages']} messages, {statistics['readings']} readings in {seconds:.2f} s: "
        f"{statistics['messages'] / seconds:.0f} messages/s; "
        f"{statistics['refused']} refused, {statistics['unknown']} readings unknown; "
        f"memo {memo['hits']} hits, {memo['misses']} misses; peak memory {peak:.0f} MiB",
        file=sys.stderr,
    )
