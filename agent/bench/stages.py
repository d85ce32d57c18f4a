"""What a message costs from stage to stage, in this process and without a broker."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.assembly import memory, pipeline
from agent.bench import traffic
from agent.config import Config
from agent.core.decode import Limits, decode
from agent.core.encode import render, tokens
from agent.core.fields import fields
from agent.core.home import Owner
from agent.core.message import Interpretation, Message
from agent.core.pipeline import Interpreter, Reader
from agent.core.publish import Publisher
from agent.core.shape import outline
from agent.core.topic import taken_apart
from agent.core.verdict import verdicts

BATCH = 64
"""Messages that are worked on together, as many as the service takes."""
_ROUNDS = 3
_APART_S = 1e-4
"""Between messages at full speed."""
_TICK_S = 10.0
"""While no message comes; so often is looked at who is silent."""
_WARMING = 8_000
_WARM = 2_000
"""Messages with other values than those before, of which the memo knows all but a few texts."""
_COLD = 300
_LONE_FIELDS = 16


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a message's way."""

    name: str
    warm: bool
    """Whether messages go through it whose shape is known; the others go through it when it is not."""
    us_per_message: float


@dataclass(frozen=True, slots=True)
class Lone:
    """From a message to the publications that come of it, one message at a time."""

    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Costs:
    """Of messages in this process."""

    fields_per_message: float
    stages: tuple[Stage, ...]
    model_us_per_field: float
    """In full batches."""
    memo_hit_us: float
    """Per field, of a message whose shape is known."""
    memo_miss_us: float
    """Per field, of one that is new."""
    warm_per_s: float
    """Messages of 5 to 16 fields, interpreted and written as JSON."""
    cold_per_s: float
    """The same, with keys that were never seen."""
    warm_lone: Lone
    cold_lone: Lone
    """Of 16 fields."""


def costs(reader: Reader, messages: int = 2_000) -> Costs:
    """Measure; of several rounds the quickest, since what else runs on the machine only adds."""
    home = traffic.home(500, messages)
    reports = [decode(message, Limits()) for message in home]
    topics = [taken_apart(report.topic) for report in reports]
    taken = [fields(report) for report in reports]
    texts = [[render(field) for field in found] for found in taken]
    leaves = sum(map(len, taken)) / len(home)
    few = [text for found in texts[: messages // 8] for text in found][:512]
    encoded = tokens(few)
    scores = reader.scores(encoded)
    interpreter, line = Interpreter(reader, Limits(), 50_000), Line(reader)
    interpreter.interpret(home)
    results = [result for result in interpreter.interpret(home) if isinstance(result, Interpretation)]
    line.receive(home)
    publisher = Publisher("dragoman")
    per_field = {
        "encode": _us(lambda: tokens(few)) / len(few),
        "model": _us(lambda: reader.scores(encoded)) / len(few),
        "verdict": _us(lambda: verdicts(scores, reader.calibration)) / len(few),
    }
    steps: dict[str, tuple[bool, float]] = {
        "decode": (True, _us(lambda: [decode(message, Limits()) for message in home]) / len(home)),
        "shape": (
            True,
            _us(lambda: [outline(topic, report.tree) for topic, report in zip(topics, reports, strict=True)])
            / len(home),
        ),
        "fields": (False, _us(lambda: [fields(report) for report in reports]) / len(home)),
        "render": (False, _us(lambda: [[render(field) for field in found] for found in taken]) / len(home)),
        **{name: (False, us * leaves) for name, us in per_field.items()},
    }
    whole = _us(lambda: _interpret(interpreter, home)) / len(home)
    steps["interpret"] = (True, max(0.0, whole - steps["decode"][1] - steps["shape"][1]))
    steps["publish"] = (True, _us(lambda: [publisher.interpretation(result) for result in results]) / len(home))
    everything = _us(lambda: line.receive(home)) / len(home)
    steps["memory"] = (True, max(0.0, everything - whole - steps["publish"][1]))
    warm, cold = _rates(reader)
    cold_us = sum(us for name, (_, us) in steps.items() if name in ("fields", "render", *per_field))
    return Costs(
        fields_per_message=round(leaves, 2),
        stages=tuple(Stage(name, warm, round(us, 2)) for name, (warm, us) in steps.items()),
        model_us_per_field=round(per_field["model"], 2),
        memo_hit_us=round((steps["shape"][1] + steps["interpret"][1]) / leaves, 2),
        memo_miss_us=round((steps["shape"][1] + steps["interpret"][1] + cold_us) / leaves, 2),
        warm_per_s=round(warm),
        cold_per_s=round(cold),
        warm_lone=_lone(reader, home, warm=True),
        cold_lone=_lone(reader, list(traffic.strange(_COLD, fields=_LONE_FIELDS)), warm=False),
    )


def _interpret(interpreter: Interpreter, messages: Sequence[Message]) -> None:
    for start in range(0, len(messages), BATCH):
        interpreter.interpret(messages[start : start + BATCH])


class Line:
    """The whole line, by a clock that goes on as fast as messages come: a device is published at most so often."""

    def __init__(self, reader: Reader, config: Config | None = None) -> None:
        """`config`: as it is by default, where there is none."""
        config = config or Config()
        self._pipeline = pipeline(config, reader, memory(config), Owner())
        self._now = 1_800_000_000.0

    def receive(self, messages: Sequence[Message]) -> None:
        """Everything that comes of the messages."""
        for start in range(0, len(messages), BATCH):
            self._pipeline.receive(self._arrived(messages[start : start + BATCH]))
            if self._pipeline.memory.has_news:
                # As whoever writes it down does.
                self._pipeline.memory.unsaved(news_only=True)
            self._pipeline.tick(self._now)

    def wait(self, seconds: float) -> None:
        """Time passes in which no message comes."""
        until = self._now + seconds
        while self._now < until:
            self._now = min(until, self._now + _TICK_S)
            self._pipeline.tick(self._now)

    def statistics(self) -> dict[str, Any]:
        """Counters."""
        return self._pipeline.statistics()

    def _arrived(self, messages: Sequence[Message]) -> list[Message]:
        arrived = []
        for message in messages:
            self._now += _APART_S
            arrived.append(replace(message, received_at=self._now))
        return arrived


def _us(work: Callable[[], object]) -> float:
    """Microseconds of processor time that the work takes, the quickest of several rounds."""
    quickest = float("inf")
    for _ in range(_ROUNDS):
        started = time.process_time()
        work()
        quickest = min(quickest, time.process_time() - started)
    return quickest * 1e6


def _rates(reader: Reader) -> tuple[float, float]:
    """Messages of 5 to 16 fields a second, warm and cold."""
    interpreter = Interpreter(reader, Limits(), 50_000)
    stream = list(traffic.wide(_WARMING + _WARM))
    _interpret(interpreter, stream[:_WARMING])
    warm = stream[_WARMING:]
    publisher = Publisher("dragoman")

    def answer(messages: Iterable[Message]) -> None:
        waiting = iter(messages)
        while batch := list(itertools.islice(waiting, BATCH)):
            for result in interpreter.interpret(batch):
                if isinstance(result, Interpretation):
                    publisher.interpretation(result)

    warm_us = _us(lambda: answer(warm)) / len(warm)
    cold = list(traffic.strange(_COLD))
    started = time.process_time()
    answer(cold)
    return 1e6 / warm_us, len(cold) / (time.process_time() - started)


def _lone(reader: Reader, messages: Sequence[Message], *, warm: bool) -> Lone:
    line = Line(reader)
    if warm:
        line.receive(messages)
    else:
        # What a process sets up with its first message is no cost of every message.
        line.receive([Message("home/first", b'{"a": 1, "b": 2}', 0.0)])
    took = []
    for message in messages:
        started = time.perf_counter()
        line.receive([message])
        took.append(time.perf_counter() - started)
    took.sort()
    return Lone(round(took[len(took) // 2] * 1e3, 3), round(took[len(took) * 99 // 100] * 1e3, 3))
