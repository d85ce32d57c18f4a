"""The released model in both runtimes. tflite-runtime, which 32-bit systems use, ends at Python 3.11."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest

from agent.core.fields import fields
from agent.core.message import Report
from models.simulate.__main__ import LEXICON
from models.simulate.messages import World, simulate
from models.simulate.vocabulary import Vocabulary
from models.simulate.wording import wording

RUNTIMES = ("ai_edge_litert", "tflite_runtime") if sys.version_info < (3, 12) else ("ai_edge_litert",)

# Importing a module that stands as None fails as if it were not installed.
ANSWER = """
import sys
for other in {others!r}:
    sys.modules[other] = None
from agent.cli import main
sys.exit(main(["interpret"]))
"""


def without(runtimes: list[str], lines: str) -> subprocess.CompletedProcess[str]:
    """The command, run where these runtimes are not installed."""
    others = [f"{runtime}{part}" for runtime in runtimes for part in ("", ".interpreter")]
    program = ANSWER.format(others=others)
    return subprocess.run([sys.executable, "-c", program], input=lines, capture_output=True, text=True, check=False)


def labels(runtime: str, lines: str) -> list[str | None]:
    """The label of every field, in order, as the command answers on this runtime alone."""
    run = without([other for other in ("ai_edge_litert", "tflite_runtime") if other != runtime], lines)
    assert run.returncode == 0, run.stderr
    return [reading["label"] for line in run.stdout.splitlines() for reading in json.loads(line)["readings"]]


@pytest.fixture(scope="module")
def messages() -> str:
    rng = random.Random(11)
    world = World(Vocabulary(LEXICON, []), [], wording())
    simulated = [message for _ in range(500) for message in simulate(rng, world)]
    return "\n".join(
        json.dumps({"topic": message.topic, "payload": json.dumps(message.tree)})
        for message in simulated
        if fields(Report(message.topic, message.tree, 0.0))
    )


def test_every_runtime_that_there_is_gives_the_same_labels(messages: str) -> None:
    first, *others = (labels(runtime, messages) for runtime in RUNTIMES)
    assert len(first) > 2_000
    for other in others:
        agreed = sum(a == b for a, b in zip(first, other, strict=True)) / len(first)
        assert agreed >= 0.995


def test_a_machine_without_a_runtime_is_told_so_in_one_line() -> None:
    run = without(["ai_edge_litert", "tflite_runtime"], "")
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    assert line.startswith("dragoman: no TFLite runtime can be loaded")
