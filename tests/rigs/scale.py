"""How the agent fares with very many messages and very many devices.

    python -m tests.rigs.scale [--messages 1000000] [--out build/bench/scale.json]

A day of a large home goes through `dragoman interpret`, warm and cold; a million messages of 500 devices go through the
whole line while its memory is looked at; and the cost of a message is measured with 10 to 100,000 devices. Devices
are named by numbers, as fleets of that size are, or each by a word of its own, which is new to the model. Messages are
interpreted, or go through the whole line, with room to remember all of the devices.

However many devices there are, the same comes of each message. All speak in turn, so that nothing of a device is in the
processor's cache that does not have to be, and each every five minutes: then its state is published with every message,
what its readings are is settled, and nobody has to wait for the others. The time between messages is counted, too, in
which is looked at who is silent, less what that costs where there is no device.
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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from agent.bench import traffic
from agent.bench.rates import resident_mib
from agent.bench.stages import Line
from agent.config import Config
from agent.config import Limits as Bounds
from agent.core.decode import Limits
from agent.core.message import Message
from agent.core.pipeline import Interpreter, Reader
from agent.garbage import search_seldom
from agent.tflite import load

DEVICES = (10, 100, 1_000, 10_000, 100_000)
KINDS = (("number", "interpreted"), ("word", "interpreted"), ("number", "whole line"))
"""What devices are named by, and what is done with their messages."""
HEARD = 8
"""Times that each device was heard before: then Home Assistant was told of it, and from then on all messages cost the
same. Only to every twentieth of a device is added half of a per cent of that, by which it is asked how often it speaks.
"""
EACH_S = 300.0
"""Between two messages of a device."""
TOGETHER = 10
"""Messages that come at once: of the fewest devices one each."""
MEASURED = 3_000
"""Messages of which the cost is measured, at each number of devices."""
FLAT = 1.2
"""The most that a message may cost, in that with the fewest devices."""
WARM_PER_S, COLD_PER_S = 15_000, 800
RESIDENT_MIB, GROWTH = 80, 1.05
"""Of a process that holds the messages besides; `dragoman bench` looks at the agent alone."""


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
    way: str
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


def _day(messages: int) -> list[Interpreted]:
    """A day of a large home, known, and a fiftieth of it as if each message was the first of its kind."""
    with tempfile.TemporaryDirectory(prefix="dragoman-scale-") as name:
        return [
            interpreted("warm", traffic.wide(messages), Path(name)),
            interpreted("cold", traffic.strange(messages // 50), Path(name)),
        ]


def fleet(devices: int, named_by: str, first: int, messages: int) -> Iterator[Message]:
    """Messages of devices that speak in turn."""
    for number in range(first, first + messages):
        which = number * 7_919 % devices
        name = f"{100_000_000 + which}" if named_by == "number" else _word(which)
        payload = {"temperature": 20 + number % 7 / 2, "humidity": 40 + number % 9, "battery": 90 + number % 3}
        yield Message(f"site/meters/{name}/state", json.dumps(payload).encode(), 1.8e9)


def _word(number: int) -> str:
    # Letters alone: digits in a name are masked, which would make one device of many.
    text = base64.b32encode(number.to_bytes(4, "big")).decode().rstrip("=").lower()
    return text.translate(str.maketrans("234567", "äöüéàç"))


def curve() -> list[Point]:
    """The cost of a message by the number of devices; each in a process of its own, for the memory's sake."""
    points = []
    for (named_by, way), devices in itertools.product(KINDS, DEVICES):
        points.append(Point(named_by, way, devices, *_alone("--point", named_by, way, str(devices))))
        print(f"{points[-1]}", file=sys.stderr)
    return points


def _alone(*arguments: str) -> Any:
    """What a part of this rig finds in a process of its own, in which is loaded what `dragoman run` loads."""
    begin = "from agent.later import UNUSED, postpone; postpone(UNUSED); from tests.rigs.scale import main; main()"
    done = subprocess.run([sys.executable, "-c", begin, *arguments], capture_output=True, check=True)
    return json.loads(done.stdout)


def _point(named_by: str, way: str, devices: int) -> tuple[float, float]:
    work: Callable[[Sequence[Message]], object]
    reader = load()
    if way == "interpreted":
        heard = 1
        work = Interpreter(reader, Limits(), 20_000, topics=2 * devices).interpret
    else:
        heard = HEARD
        line = Line(reader, Config(limits=Bounds(devices=2 * devices, series=8 * devices)))

        def work(messages: Sequence[Message]) -> None:
            line.receive(messages)
            line.wait(EACH_S * len(messages) / devices)

    search_seldom()
    idle = _idle(reader, EACH_S * MEASURED / devices) if way == "whole line" else 0.0
    seen = max(heard * devices, MEASURED)
    _give(work, fleet(devices, named_by, 0, seen))
    quickest = float("inf")
    for number in range(3 if devices <= MEASURED or named_by == "number" else 1):
        messages = list(fleet(devices, named_by, seen + number * MEASURED, MEASURED))
        started = time.process_time()
        _give(work, messages)
        quickest = min(quickest, time.process_time() - started)
    return round((quickest - idle) / MEASURED * 1e6, 2), _resident_mib()


def _idle(reader: Reader, seconds: float) -> float:
    """Processor time for which it is looked at who is silent where there is nobody: that is no message's cost."""
    line = Line(reader)
    started = time.process_time()
    line.wait(seconds)
    return time.process_time() - started


def _give(work: Callable[[Sequence[Message]], object], messages: Iterable[Message]) -> None:
    waiting = iter(messages)
    while batch := list(itertools.islice(waiting, TOGETHER)):
        work(batch)


def growth(messages: int) -> list[Growth]:
    """Resident memory after 500 devices, and on the way to so many messages, in a process of its own."""
    return [Growth(*entry) for entry in _alone("--growth", str(messages))]


def _growth(messages: int) -> list[tuple[int, float]]:
    # What `dragoman run` has loaded besides.
    import agent.cli.run  # noqa: F401

    line = Line(load())
    home = traffic.home(500, 10_000)
    search_seldom()
    found = []
    for number in range(max(1, messages // len(home))):
        line.receive(home)
        if number in (0, 1, 4, 9) or (number + 1) % 10 == 0:
            found.append(((number + 1) * len(home), _resident_mib()))
    return found


def _resident_mib() -> float:
    return round(resident_mib(os.getpid()), 1)


def _show(runs: Sequence[Interpreted], points: Sequence[Point], memory: Sequence[Growth]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("interpret", "messages", "a second", "of its own core", "peak MiB")
    for run in runs:
        table.add_row(
            run.kind, f"{run.messages:,}", f"{run.per_s:,.0f}", f"{run.processor_per_s:,.0f}", f"{run.peak_mib:.0f}"
        )
    console.print(table)
    table = Table("named by", "messages are", "devices", "µs a message", "MiB")
    for point in points:
        costs = f"{point.us_per_message:.1f}", f"{point.resident_mib:.0f}"
        table.add_row(point.named_by, point.way, f"{point.devices:,}", *costs)
    console.print(table)
    table = Table("messages through the whole line", "MiB")
    for entry in memory:
        table.add_row(f"{entry.messages:,}", f"{entry.mib:.0f}")
    console.print(table)


def _faults(runs: Sequence[Interpreted], points: Sequence[Point], memory: Sequence[Growth]) -> list[str]:
    faults = []
    for run, least in zip(runs, (WARM_PER_S, COLD_PER_S), strict=False):
        if run.processor_per_s < least:
            faults.append(f"{run.kind}: {run.processor_per_s:,.0f} a second, wanted {least:,}")
    for named_by, way in KINDS:
        costs = [point.us_per_message for point in points if (point.named_by, point.way) == (named_by, way)]
        # What is new to the model costs more.
        if named_by == "number" and max(costs, default=0.0) > FLAT * min(costs, default=0.0):
            faults.append(f"{way}: a message costs {min(costs)} to {max(costs)} µs, wanted within {FLAT - 1:.0%}")
    if memory and memory[1].mib > RESIDENT_MIB:
        faults.append(f"{memory[1].mib:.0f} MiB after 500 devices, wanted {RESIDENT_MIB}")
    if memory and memory[-1].mib > GROWTH * memory[1].mib:
        faults.append(f"grew from {memory[1].mib:.0f} to {memory[-1].mib:.0f} MiB, wanted {GROWTH - 1:.0%}")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", choices=("interpret", "devices", "memory"), help="one part, into the file of --out")
    parser.add_argument("--point", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--growth", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.point:
        print(json.dumps(_point(*arguments.point[:2], int(arguments.point[2]))))
        return 0
    if arguments.growth:
        print(json.dumps(_growth(arguments.growth)))
        return 0
    parts = [arguments.only] if arguments.only else ["interpret", "devices", "memory"]
    runs = _day(arguments.messages) if "interpret" in parts else []
    points = curve() if "devices" in parts else []
    memory = growth(arguments.messages) if "memory" in parts else []
    _show(runs, points, memory)
    if arguments.out:
        # A part alone leaves the others as they were found before.
        found = json.loads(arguments.out.read_text()) if arguments.only and arguments.out.exists() else {}
        fresh: dict[str, Sequence[Any]] = {"interpret": runs, "devices": points, "memory": memory}
        found |= {name: [asdict(row) for row in rows] for name, rows in fresh.items() if name in parts}
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(found))
    faults = _faults(runs, points, memory)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
