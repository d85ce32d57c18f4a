"""The line itself: messages in, outcomes out. Everything in between is a function of them and of what came before."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from agent.core import fields as fields_step
from agent.core import interpret as interpret_step
from agent.core.decode import DecodeError, Limits, decode
from agent.core.encode import Tokens, render, tokens
from agent.core.home import Home
from agent.core.memo import Memo
from agent.core.memory import Memory, Observation
from agent.core.message import Field, Interpretation, Message, Outcome, Publication, Refusal, Report
from agent.core.publish import Publisher
from agent.core.shape import Outline, Shapes, outline
from agent.core.topic import Topic, taken_apart
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

    def __init__(self, reader: Reader, limits: Limits, memo_capacity: int, topics: int = 16_384) -> None:
        """`topics`: of so many it is remembered what is derived of them."""
        self._reader = reader
        self._limits = limits
        self._memo: Memo[Verdict] = Memo(memo_capacity)
        self._shapes = Shapes(memo_capacity)
        self._topic = lru_cache(maxsize=topics)(taken_apart)
        self._known = 0
        self.counters: Counter[str] = Counter()

    def interpret(
        self, messages: Sequence[Message], known: interpret_step.Known | None = None
    ) -> list[Interpretation | Refusal]:
        """One result for each message, in order. What the memo lacks goes through the model in common batches.

        `known` tells of fields what the model need not guess.
        """
        read = [self._read(message) for message in messages]
        self._complete([entry for entry in read if not isinstance(entry, Refusal) and entry.unknown])
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
            "memo": {"hits": self._known + self._memo.hits, "misses": self._memo.misses, "size": len(self._memo)},
        }

    def _read(self, message: Message) -> _Read | Refusal:
        try:
            report = decode(message, self._limits)
        except DecodeError as error:
            return Refusal(message.topic, message.received_at, error.reason, error.detail)
        topic = self._topic(report.topic)
        seen = outline(topic, report.tree)
        shape = self._shapes.get(seen.shape)
        held = shape.verdicts(seen.plain) if shape is not None else []
        if shape is not None and None not in held:
            self._known += len(held)
            return _Read(report, topic, seen, shape.paths, held, {})
        found = fields_step.fields(report)
        if shape is None:
            held = [None] * len(found)
        # Where one value of a message is new, the others need not be rendered.
        unknown = {place: render(found[place]) for place, verdict in enumerate(held) if verdict is None}
        self._known += len(held) - len(unknown)
        return _Read(report, topic, seen, tuple([field.path for field in found]), held, unknown)

    def _complete(self, read: Sequence[_Read]) -> None:
        """Find the verdicts of rendered texts."""
        unknown: dict[str, None] = {}
        held: dict[str, Verdict] = {}
        for entry in read:
            for text in entry.unknown.values():
                verdict = self._memo.get(_digest(text))
                if verdict is None:
                    unknown[text] = None
                else:
                    held[text] = verdict
        texts = list(unknown)
        for text, verdict in zip(texts, self.verdicts(texts), strict=True):
            held[text] = verdict
            self._memo.put(_digest(text), verdict)
        for entry in read:
            for place, text in entry.unknown.items():
                entry.held[place] = held[text]
            self._shapes.learn(entry.outline, entry.paths, entry.verdicts)

    def _interpretation(self, read: _Read, known: interpret_step.Known | None) -> Interpretation:
        report, seen, verdicts = read.report, read.outline, read.verdicts
        agreed = self._shapes.agree(seen, report.topic.count("/") + 1, verdicts)
        return interpret_step.interpret(
            report, read.paths, seen.values, verdicts, agreed, topic=read.topic, model=self._reader.name, known=known
        )

    def _count(self, result: Interpretation | Refusal) -> None:
        self.counters["messages"] += 1
        if isinstance(result, Refusal):
            self.counters[f"refused.{result.reason}"] += 1
        else:
            self.counters["readings"] += len(result.readings)
            self.counters["unknown"] += [reading.label for reading in result.readings].count(None)


def _digest(text: str) -> bytes:
    """What stands for a rendered text: such texts would be a third of what is remembered, and two are never alike."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(slots=True)
class _Read:
    report: Report
    topic: Topic
    outline: Outline
    paths: tuple[str, ...]
    held: list[Verdict | None]
    """None until it is found."""
    unknown: dict[int, str]
    """Rendered fields whose verdicts are to be found, by their place; none where the message's shape knows them all."""

    @property
    def verdicts(self) -> list[Verdict]:
        """What the model holds of each field, when all of that is found."""
        return cast("list[Verdict]", self.held)


class Pipeline:
    """Messages to everything that comes of them."""

    def __init__(self, interpreter: Interpreter, memory: Memory, home: Home, publisher: Publisher) -> None:
        self._interpreter = interpreter
        self.memory = memory
        self.home = home
        self._publisher = publisher
        self._events = 0

    def receive(self, messages: Sequence[Message]) -> list[Outcome]:
        """One Outcome for each message, in order."""
        outcomes: list[Outcome] = []
        while len(outcomes) < len(messages):
            rest = messages[len(outcomes) :]
            # There may be fewer results.
            outcomes += [self.outcome(*pair) for pair in zip(rest, self.interpret(rest), strict=False)]
        return outcomes

    def interpret(self, messages: Sequence[Message]) -> list[Interpretation | Refusal | None]:
        """The first half: results of the first messages, in order, at least one. No device is remembered yet.

        None is the result of what is no device's word, and the last: it may change what the messages behind it mean.
        """
        for index, message in enumerate(messages):
            if self.home.concerns(message):
                return [*self._interpreter.interpret(messages[:index], self.home.knowledge), None]
        return [*self._interpreter.interpret(messages, self.home.knowledge)]

    def outcome(self, message: Message, result: Interpretation | Refusal | None) -> Outcome:
        """The second half: everything that comes of a message and its result, which is remembered."""
        if result is None:
            heard = self.home.hear(message)
            return Outcome(None, None, (), heard.publications, answer=heard.answer)
        if isinstance(result, Refusal):
            refused = self._publisher.refusal(result)
            return Outcome(None, result, (), () if refused is None else (refused,))
        observed = self.memory.observe(message, result)
        # What lists several devices is published as what it is: a message of its topic.
        meant = observed[0].interpretation if len(observed) == 1 else result
        publications = [self._publisher.interpretation(meant)]
        for seen in observed:
            publications += self._told(seen, live=not result.retained)
        events = tuple([event for seen in observed for event in seen.events])
        self._events += len(events)
        return Outcome(meant, None, events, tuple(publications))

    def _told(self, seen: Observation, *, live: bool) -> list[Publication]:
        """What is published of one device after a message; `live` when it was not retained."""
        publications = [self._publisher.no_device(device) for device in seen.removed]
        if seen.device is not None and seen.due:
            publications.append(self._publisher.device(seen.device))
        if seen.removed:
            publications += self.home.forget(seen.removed)
        if seen.device is not None:
            publications += self.home.tell(seen.device, seen.news, self.memory.behaviour.silent_after_s, live=live)
        if seen.events:
            publications += [self._publisher.event(event) for event in seen.events]
        return publications

    def connected(self, at: float) -> None:
        """The connection to the broker stands; it may be one that has forgotten everything."""
        self.home.connected(at)

    def tick(self, now: float) -> list[Publication]:
        """What is to be published because time has passed; `now` in seconds since the Unix epoch."""
        events = self.memory.tick(now)
        self._events += len(events)
        publications = [self._publisher.event(event) for event in events]
        announced = self.home.tick(now)
        devices = [self.memory.devices.get(device) for device in self.home.announced] if announced else []
        states = [self._publisher.device(device) for device in devices if device is not None]
        states += [self._publisher.device(device) for device in self.memory.due(now)]
        return [*announced, *states, *publications]

    def rest(self) -> list[Publication]:
        """What is to be published before the end, because it will not be later."""
        return [self._publisher.device(device) for device in self.memory.waiting()]

    def statistics(self) -> dict[str, Any]:
        """Counters since the start."""
        return {
            **self._interpreter.statistics(),
            "events": self._events,
            "devices": len(self.memory.devices),
            "series": self.memory.devices.series,
            **self.home.statistics(),
        }
