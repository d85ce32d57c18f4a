"""What one message can cost at most: the costliest that the default limits let in, by the released model.

    python -m tests.rigs.costliest

Each shape drives one step to its limit. None may take longer than STATED_S, nor publish more than STATED_BYTES. Nothing
is remembered from one message to the next, so the memo helps none of them.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from agent.assembly import memory, pipeline
from agent.config import Config
from agent.core.decode import Limits
from agent.core.home import Owner
from agent.core.message import Message
from agent.core.pipeline import Pipeline, Reader
from agent.tflite import load

STATED_S = 0.5
"""Of a core's time on an x86-64 machine. docs/delivery.md says it."""
STATED_BYTES = 2 * 2**20
_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Cost:
    """What one message cost."""

    shape: str
    payload_bytes: int
    seconds: float
    """Of processor time; of several tries the middle one."""
    readings: int
    published_bytes: int


def measure(rounds: int = 3) -> list[Cost]:
    """The cost of each shape; the first is a usual message, to compare with."""
    reader = load()
    # The first message of a process pays for what is loaded and set up.
    _line(reader).receive([Message("warm/up", b'{"a": 1, "b": "2"}', 0.0)])
    costs = []
    for shape, payload in SHAPES.items():
        took = []
        for number in range(rounds):
            line = _line(reader)
            content = payload(number).encode()
            started = time.process_time()
            (outcome,) = line.receive([Message("zigbee2mqtt/Kitchen Window", content, 1_800_000_000.0, qos=1)])
            took.append(time.process_time() - started)
            readings = 0 if outcome.interpretation is None else len(outcome.interpretation.readings)
            published = sum(len(publication.payload) for publication in outcome.publications)
        costs.append(Cost(shape, len(content), statistics.median(took), readings, published))
    return costs


def _line(reader: Reader) -> Pipeline:
    config = Config()
    return pipeline(config, reader, memory(config), Owner())


def _usual(number: int) -> str:
    return f'{{"contact": false, "battery": {number}, "temperature": 21.4, "linkquality": 87}}'


def _different_keys(number: int) -> str:
    return json.dumps({f"k{number}x{key}": key for key in range(_LIMITS.leaves)})


def _flags(number: int) -> str:
    # Binaries make events besides.
    return json.dumps({f"door{number}x{key} contact open": key % 2 == 0 for key in range(_LIMITS.leaves)})


def _long_texts(number: int) -> str:
    length = _LIMITS.payload_bytes // _LIMITS.leaves - 24
    return json.dumps({f"k{number}x{key}": "1" * length for key in range(_LIMITS.leaves)})


def _long_words(number: int) -> str:
    # Names are cut into words at their humps and separators, of which these have as many as they can.
    return json.dumps({f"aB_-{'aB_' * 60}{number}x{key}": "- 1 ° " * 4 for key in range(_LIMITS.leaves)})


def _long_paths(number: int) -> str:
    inner: object = {f"{number}x{key}": key for key in range(_LIMITS.leaves)}
    for _ in range(_LIMITS.depth - 1):
        inner = {"/" * (_LIMITS.key_characters // _LIMITS.depth - 1): inner}
    return json.dumps(inner)


def _long_numbers(number: int) -> str:
    return json.dumps([number] + [10**4_200 + entry for entry in range(60)])


def _one_long_text(number: int) -> str:
    return json.dumps({"text": f"{number} " + "1 " * (_LIMITS.payload_bytes // 2 - 32)})


def _control_characters(number: int) -> str:
    # Each takes one byte more than six in JSON again.
    return json.dumps({"text": "\x01" * (_LIMITS.text_characters - 1), "n": number})


def _too_many_leaves(number: int) -> str:
    return f"[{number}{',1' * (_LIMITS.payload_bytes // 2 - 8)}]"


def _too_deep(number: int) -> str:
    return "[" * (_LIMITS.payload_bytes // 2) + str(number)


def _spaces(number: int) -> str:
    return f"{number}{' ' * (_LIMITS.payload_bytes - 16)}°C"


def _many_empty(number: int) -> str:
    return f"[{number}{',{}' * (_LIMITS.payload_bytes // 3 - 8)}]"


SHAPES: dict[str, Callable[[int], str]] = {
    "a usual message": _usual,
    "1,024 different keys": _different_keys,
    "1,024 flags": _flags,
    "1,024 long texts": _long_texts,
    "1,024 long names": _long_words,
    "1,024 long paths": _long_paths,
    "60 numbers of 4,200 digits": _long_numbers,
    "one long text": _one_long_text,
    "control characters": _control_characters,
    "130,000 leaves": _too_many_leaves,
    "130,000 levels": _too_deep,
    "260,000 spaces": _spaces,
    "87,000 empty objects": _many_empty,
}


def main() -> int:
    costs = measure()
    table = Table("message", "payload", "ms", "times usual", "readings", "published")
    for cost in costs:
        table.add_row(
            cost.shape,
            f"{cost.payload_bytes:,}",
            f"{cost.seconds * 1e3:.1f}",
            f"{cost.seconds / costs[0].seconds:.0f}",
            f"{cost.readings:,}",
            f"{cost.published_bytes:,}",
        )
    Console().print(table)
    seconds = max(cost.seconds for cost in costs)
    published = max(cost.published_bytes for cost in costs)
    print(
        f"at most {seconds * 1e3:.0f} ms (stated {STATED_S * 1e3:.0f}), {published:,} bytes (stated {STATED_BYTES:,})"
    )
    return 1 if seconds > STATED_S or published > STATED_BYTES else 0


if __name__ == "__main__":
    sys.exit(main())
