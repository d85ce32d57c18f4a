"""What a message costs in instructions and multiplications, and what that is in joules on a Raspberry Pi 4.

    python -m tests.rigs.energy [--messages 300] [--out build/bench/energy.json]

valgrind counts the instructions of `dragoman interpret` for some messages and for more of them; the difference is what
they cost, without the start. The count is the same whatever else the machine does. The joules are an estimate, by the
assumptions below; nobody has put a meter to it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agent.bench import traffic
from agent.core.message import Message
from agent.tflite import RELEASED

PER_S = 1.5e9
"""Instructions that one core of a Raspberry Pi 4 (Cortex-A72, 1.5 GHz) does in a second: about one a clock, as Python
has there. An Arm core is taken to need as many instructions as an x86-64 one."""
MARGINAL_W = 1.0
"""What one busy core takes beyond the idle board, at the plug: boards are said to take 2.7 W idle and 3.5 to 4 W with
one core busy."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one message."""

    kind: str
    fields: float
    instructions: float
    multiplications: float
    """Multiply-accumulates of the network."""
    joules: float
    """By the core that works, beyond the idle board."""
    per_joule: float


def multiplications(model: Path) -> int:
    """Multiply-accumulates of the network for one field, counted from its operators."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(model))
    interpreter.allocate_tensors()
    shapes = {detail["index"]: [int(size) for size in detail["shape"]] for detail in interpreter.get_tensor_details()}
    total = 0
    for operator in interpreter._get_ops_details():
        inputs, outputs = list(operator["inputs"]), list(operator["outputs"])
        name = operator["op_name"]
        if name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            weights, out = shapes[inputs[1]], shapes[outputs[0]]
            each = math.prod(weights[1:]) if name == "CONV_2D" else math.prod(weights[1:3])
            total += math.prod(out) * each
        elif name == "FULLY_CONNECTED":
            total += math.prod(shapes[inputs[1]]) * math.prod(shapes[outputs[0]][:-1])
    return total


def instructions(messages: Iterable[Message], folder: Path) -> int:
    """Of `dragoman interpret` from its start to its end."""
    source = folder / "messages.jsonl"
    source.write_text(
        "".join(
            f'{{"topic":{json.dumps(message.topic)},"payload":{json.dumps(message.payload.decode())}}}\n'
            for message in messages
        )
    )
    counting = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind"]
    with source.open("rb") as file:
        done = subprocess.run(
            [*counting, sys.executable, "-m", "agent", "interpret"],
            stdin=file,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=True,
        )
    return int(re.findall(rb"Collected\s*:\s*(\d+)", done.stderr)[-1])


def costs(count: int, folder: Path) -> list[Cost]:
    """Of a warm message and of one that is new, each of 5 to 16 fields."""
    model = RELEASED.parent / json.loads(RELEASED.read_text())["file"]
    per_field = multiplications(model)
    known = list(traffic.wide(200))
    kinds = {
        # The same messages again: all that they say is known by then.
        "warm": (known, list(itertools.islice(itertools.cycle(known), count))),
        "cold": ([], list(traffic.strange(count))),
    }
    found = []
    for kind, (before, measured) in kinds.items():
        more = instructions([*before, *measured, *measured] if kind == "warm" else measured, folder)
        fewer = instructions([*before, *measured] if kind == "warm" else measured[: count // 2], folder)
        each = (more - fewer) / (count if kind == "warm" else count - count // 2)
        fields = sum(len(json.loads(message.payload)) for message in measured) / count
        joules = each / PER_S * MARGINAL_W
        found.append(
            Cost(
                kind,
                round(fields, 1),
                round(each),
                0 if kind == "warm" else round(per_field * fields),
                joules,
                round(1 / joules),
            )
        )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("valgrind is missing: apt install valgrind", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="dragoman-energy-") as name:
        found = costs(arguments.messages, Path(name))
    table = Table("message", "fields", "instructions", "multiplications", "mJ", "messages per joule")
    for cost in found:
        table.add_row(
            cost.kind,
            f"{cost.fields}",
            f"{cost.instructions:,.0f}",
            f"{cost.multiplications:,.0f}",
            f"{cost.joules * 1e3:.3f}",
            f"{cost.per_joule:,}",
        )
    Console().print(table)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps([asdict(cost) for cost in found]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
