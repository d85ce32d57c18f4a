"""The line itself: messages in, outcomes out. Everything in between is a function of them and of what came before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from agent.core import fields as fields_step
from agent.core import interpret as interpret_step
from agent.core.decode import DecodeError, Limits, decode
from agent.core.encode import Tokens, render, tokens
from agent.core.memo import Memo
from agent.core.memory import Memory
from agent.core.message import Field, Interpretation, Message, Outcome, Publication, Refusal, Report
from agent.core.publish import Publisher
from agent.core.verdict import Calibration, Scores, Verdict, verdicts

_AT_ONCE = 512
"""Texts whose tokens exist together: 2 KiB each, and a home's flood must fit into a small machine."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A model, ready to read: tokens in, scores out."""

    name: str
    """Name and version, as Interpretations carry it."""
    scores: Callable[[Tokens], Scores]
    calibration: Calibration


class Interpreter:
    """Messages to Interpretations; remembers only what the model said of a text, never what a home sent."""

    def __init__(self, reader: Reader, limits: Limits, memo_capacity: int) -> None:
        self._reader = reader
        self._limits = limits
        self._memo: Memo[Verdict] = Memo(memo_capacity)
        self.counters: Counter[str] = Counter()

    def interpret(self, messages: Sequence[Message]) -> list[Interpretation | Refusal]:
        """One result for each message, in order. What the memo lacks goes through the model in common batches."""
        read = [self._read(message) for message in messages]
        unknown: dict[str, None] = {}
        known: dict[str, Verdict] = {}
        for entry in read:
            if isinstance(entry, Refusal):
                continue
            for text in entry.texts:
                verdict = self._memo.get(text)
                if verdict is None:
                    unknown[text] = None
                else:
                    known[text] = verdict
        texts = list(unknown)
        for text, verdict in zip(texts, self.verdicts(texts), strict=True):
            known[text] = verdict
            self._memo.put(text, verdict)
        results = [entry if isinstance(entry, Refusal) else self._interpretation(entry, known) for entry in read]
        # Counted when all of them are there: should a bug stop them, they come again one by one.
        for result in results:
            self._count(result)
        return results

    def fields(self, message: Message) -> tuple[list[Field], list[Verdict]]:
        """The fields of one message and what the model holds of each. Raises DecodeError."""
        found = fields_step.fields(decode(message, self._limits))
        return found, self.verdicts([render(field) for field in found])

    def verdicts(self, texts: Sequence[str]) -> list[Verdict]:
        """What the model holds of rendered texts, one Verdict each; not memoised."""
        found: list[Verdict] = []
        for start in range(0, len(texts), _AT_ONCE):
            scores = self._reader.scores(tokens(texts[start : start + _AT_ONCE]))
            found += verdicts(scores, self._reader.calibration)
        return found

    def statistics(self) -> dict[str, Any]:
        """Counters since the start."""
        refused = {
            name.partition(".")[2]: count for name, count in self.counters.items() if name.startswith("refused.")
        }
        return {
            "messages": self.counters["messages"],
            "readings": self.counters["readings"],
            "unknown": self.counters["unknown"],
            "refused": sum(refused.values()),
            "refused_by_reason": refused,
            "memo": {"hits": self._memo.hits, "misses": self._memo.misses, "size": len(self._memo)},
        }

    def _read(self, message: Message) -> _Read | Refusal:
        try:
            report = decode(message, self._limits)
        except DecodeError as error:
            return Refusal(message.topic, message.received_at, error.reason, error.detail)
        found = fields_step.fields(report)
        return _Read(report, found, [render(field) for field in found])

    def _interpretation(self, read: _Read, known: dict[str, Verdict]) -> Interpretation:
        return interpret_step.interpret(
            read.report, read.fields, [known[text] for text in read.texts], self._reader.name
        )

    def _count(self, result: Interpretation | Refusal) -> None:
        self.counters["messages"] += 1
        if isinstance(result, Refusal):
            self.counters[f"refused.{result.reason}"] += 1
        else:
            self.counters["readings"] += len(result.readings)
            self.counters["unknown"] += sum(reading.label is None for reading in result.readings)


@dataclass(frozen=True, slots=True)
class _Read:
    report: Report
    fields: list[Field]
    texts: list[str]


class Pipeline:
    """Messages to everything that comes of them."""

    def __init__(self, interpreter: Interpreter, memory: Memory, publisher: Publisher) -> None:
        self._interpreter = interpreter
        self._memory = memory
        self._publisher = publisher
        self._events = 0

    def receive(self, messages: Sequence[Message]) -> list[Outcome]:
        """One Outcome for each message, in order."""
        return [self.outcome(result) for result in self.interpret(messages)]

    def interpret(self, messages: Sequence[Message]) -> list[Interpretation | Refusal]:
        """The first half: one result for each message, in order. What is remembered of the home stays as it was."""
        return self._interpreter.interpret(messages)

    def statistics(self) -> dict[str, Any]:
        """Counters since the start."""
        return {**self._interpreter.statistics(), "events": self._events, "series": len(self._memory)}

    def outcome(self, result: Interpretation | Refusal) -> Outcome:
        """The second half: everything that comes of one result, which is remembered."""
        publications: list[Publication] = []
        if isinstance(result, Refusal):
            refused = self._publisher.refusal(result)
            return Outcome(None, result, (), () if refused is None else (refused,))
        events = self._memory.observe(result)
        self._events += len(events)
        publications.append(self._publisher.interpretation(result))
        publications.extend(self._publisher.event(event) for event in events)
        return Outcome(result, None, events, tuple(publications))
