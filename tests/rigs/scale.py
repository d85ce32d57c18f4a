"""How the agent fares with very many messages and very many devices.

    python -m tests.rigs.scale [--messages 1000000] [--out build/bench/scale.json]

A day of a large home goes through `dragoman interpret`, warm and cold; a million messages of 500 devices go through the
whole line while its memory is looked at; and the cost of a message is measured with 10 to 100,000 devices. Devices
are named by numbers, as fleets of that size are, or each by a word of its own, which is new to the model.
"""

from __future__ import annotations

import argparse
import base64
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agent.bench import traffic
from agent.bench.rates import resident_mib
from agent.bench.stages import BATCH, Line
from agent.core.decode import Limits
from agent.core.message import Message
from agent.core.pipeline import Interpreter
from agent.tflite import load

DEVICES = (10, 100, 1_000, 10_000, 100_000)
MEASURED = 3_000
"""Messages of which the cost is measured, at each number of devices."""
FLAT = 1.2
"""The most that a message may cost, in that with the fewest devices."""
WARM_PER_S, COLD_PER_S = 15_000, 800
RESIDENT_MIB, GROWTH = 80, 1.05


@dataclass(frozen=True, slots=True)
class Interpreted:
    """What `dragoman interpret` did with a file of messages."""

    kind: str
    messages: int
    per_s: float
    processor_per_s: float
    """Of its own processor time."""
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Point:
    """The cost of a message when so many devices have been seen and speak in turn."""

    named_by: str
    devices: int
    us_per_message: float
    resident_mib: float


@dataclass(frozen=True, slots=True)
class Growth:
    """Resident memory of a process through which messages went."""

    messages: int
    mib: float


def interpreted(kind: str, messages: Iterable[Message], folder: Path) -> Interpreted:
    """Let a process of its own read the messages from a file."""
    source = folder / f"{kind}.jsonl"
    count = 0
    with source.open("w") as file:
        for message in messages:
            file.write(f'{{"topic":{json.dumps(message.topic)},"payload":{json.dumps(message.payload.decode())}}}\n')
            count += 1
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with source.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "agent", "interpret", "--stats"],
            stdin=file,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=True,
        )
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = float(done.stderr.decode().rpartition("peak memory ")[2].split()[0])
    source.unlink()
    return Interpreted(kind, count, round(count / seconds), round(count / processor_s), peak)


def fleet(devices: int, named_by: str, first: int, messages: int) -> Iterator[Message]:
    """Messages of devices that speak in turn."""
    for number in range(first, first + messages):
        which = number * 7_919 % devices
        name = f"{100_000_000 + which}" if named_by == "number" else _word(which)
        payload = {"temperature": 20 + number % 7 / 2, "humidity": 40 + number % 9, "battery": 90 + number % 3}
        yield Message(f"site/meters/{name}/state", json.dumps(payload).encode(), 1.8e9 + number * 1e-4)


def _word(number: int) -> str:
    # Letters alone: digits in a name are masked, which would make one device of many.
    text = base64.b32encode(number.to_bytes(4, "big")).decode().rstrip("=").lower()
    return text.translate(str.maketrans("234567", "äöüéàç"))


def curve() -> list[Point]:
    """The cost of a message by the number of devices; each in a process of its own, for the memory's sake."""
    points = []
    for named_by, devices in itertools.product(("number", "word"), DEVICES):
        done = subprocess.run(
            [sys.executable, "-m", "tests.rigs.scale", "--point", named_by, str(devices)],
            capture_output=True,
            check=True,
        )
        points.append(Point(named_by, devices, *json.loads(done.stdout)))
        print(f"{points[-1]}", file=sys.stderr)
    return points


def _point(named_by: str, devices: int) -> tuple[float, float]:
    interpreter = Interpreter(load(), Limits(), 20_000)
    seen = max(devices, MEASURED)
    _interpret(interpreter, fleet(devices, named_by, 0, seen))
    messages = list(fleet(devices, named_by, seen, MEASURED))
    quickest = float("inf")
    for _ in range(3 if devices <= MEASURED or named_by == "number" else 1):
        started = time.process_time()
        _interpret(interpreter, messages)
        quickest = min(quickest, time.process_time() - started)
    return round(quickest / MEASURED * 1e6, 2), _resident_mib()


def _interpret(interpreter: Interpreter, messages: Iterable[Message]) -> None:
    waiting = iter(messages)
    while batch := list(itertools.islice(waiting, BATCH)):
        interpreter.interpret(batch)


def growth(messages: int) -> list[Growth]:
    """Resident memory after 500 devices, and on the way to so many messages, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.rigs.scale", "--growth", str(messages)], capture_output=True, check=True
    )
    return [Growth(*entry) for entry in json.loads(done.stdout)]


def _growth(messages: int) -> list[tuple[int, float]]:
    # What `dragoman run` has loaded besides.
    import agent.cli.run  # noqa: F401

    line = Line(load())
    home = traffic.home(500, 10_000)
    found = []
    for number in range(max(1, messages // len(home))):
        line.receive(home)
        if number in (0, 1, 4, 9) or (number + 1) % 10 == 0:
            found.append(((number + 1) * len(home), _resident_mib()))
    return found


def _resident_mib() -> float:
    return round(resident_mib(os.getpid()), 1)


def _show(runs: Sequence[Interpreted], points: Sequence[Point], memory: Sequence[Growth]) -> None:
    console = Console()
    table = Table("interpret", "messages", "a second", "of its own core", "peak MiB")
    for run in runs:
        table.add_row(
            run.kind, f"{run.messages:,}", f"{run.per_s:,.0f}", f"{run.processor_per_s:,.0f}", f"{run.peak_mib:.0f}"
        )
    console.print(table)
    table = Table("named by", "devices", "µs a message", "MiB")
    for point in points:
        table.add_row(point.named_by, f"{point.devices:,}", f"{point.us_per_message:.1f}", f"{point.resident_mib:.0f}")
    console.print(table)
    table = Table("messages through the whole line", "MiB")
    for entry in memory:
        table.add_row(f"{entry.messages:,}", f"{entry.mib:.0f}")
    console.print(table)


def _faults(runs: Sequence[Interpreted], points: Sequence[Point], memory: Sequence[Growth]) -> list[str]:
    faults = []
    for run, least in zip(runs, (WARM_PER_S, COLD_PER_S), strict=True):
        if run.processor_per_s < least:
            faults.append(f"{run.kind}: {run.processor_per_s:,.0f} a second, wanted {least:,}")
    by_number = [point.us_per_message for point in points if point.named_by == "number"]
    if max(by_number) > FLAT * min(by_number):
        faults.append(f"a message costs from {min(by_number)} to {max(by_number)} µs, wanted within {FLAT - 1:.0%}")
    if memory[1].mib > RESIDENT_MIB:
        faults.append(f"{memory[1].mib:.0f} MiB after 500 devices, wanted {RESIDENT_MIB}")
    if memory[-1].mib > GROWTH * memory[1].mib:
        faults.append(f"grew from {memory[1].mib:.0f} to {memory[-1].mib:.0f} MiB, wanted {GROWTH - 1:.0%}")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--point", nargs=2, metavar=("NAMED_BY", "DEVICES"), help=argparse.SUPPRESS)
    parser.add_argument("--growth", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.point:
        print(json.dumps(_point(arguments.point[0], int(arguments.point[1]))))
        return 0
    if arguments.growth:
        print(json.dumps(_growth(arguments.growth)))
        return 0
    with tempfile.TemporaryDirectory(prefix="dragoman-scale-") as name:
        runs = [
            interpreted("warm", traffic.wide(arguments.messages), Path(name)),
            interpreted("cold", traffic.strange(arguments.messages // 50), Path(name)),
        ]
    points = curve()
    memory = growth(arguments.messages)
    _show(runs, points, memory)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        shape = {"interpret": runs, "devices": points, "memory": memory}
        arguments.out.write_text(json.dumps({name: [asdict(row) for row in rows] for name, rows in shape.items()}))
    faults = _faults(runs, points, memory)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
