"""Small stand-ins for what lies outside, shared by the tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from agent.config import Config
from agent.connection import Change, News, Settings
from agent.core.encode import Tokens
from agent.core.message import Message, Publication
from agent.core.ontology import DEVICE_TYPES, KINDS, LABELS, UNITS
from agent.core.pipeline import Reader
from agent.core.verdict import LEVELS, Calibration, Scores
from agent.ledger import Delivery
from agent.outbox import Answer
from tests.schemas import check


def scores(tokens: Tokens) -> Scores:
    """Scores of a model that takes everything for a temperature in °C."""
    count = len(tokens.characters)

    def logits(classes: int, best: int) -> np.ndarray:
        rows = np.zeros((count, classes), np.float32)
        rows[:, best] = 10
        return rows

    return Scores(
        label=logits(len(LABELS), list(LABELS).index("temperature")),
        unit=logits(len(UNITS), UNITS.index("°C")),
        polarity=logits(2, 0),
        kind=logits(len(KINDS), KINDS.index("telemetry")),
        type=logits(len(DEVICE_TYPES), DEVICE_TYPES.index("climate_sensor")),
        device_level=logits(LEVELS, 0),
        area_level=logits(LEVELS, LEVELS - 1),
    )


def reader() -> Reader:
    """A model that takes everything for a temperature."""
    return Reader("fake 1", scores, Calibration())


class FakeConnection:
    """A transport without a broker: hands out the given batches one after the other, keeps what is published."""

    def __init__(self, batches: Iterable[list[Message] | list[Change]], prefix: str = "dragoman") -> None:
        self._batches = iter(batches)
        self.published: list[Publication] = []
        self.answered: list[Message] = []
        self.settings = Settings(Config().broker, None, prefix, ("#",), ())
        self.protocol = "5"
        self.subscribed = False
        self.opened = self.closed = False

    def open(self) -> None:
        self.opened = True

    def take(self, limit: int, timeout_s: float) -> tuple[list[Delivery], list[Change]]:
        batch: list[Any] = next(self._batches, [])
        changes = [entry for entry in batch if isinstance(entry, Change)]
        self.subscribed |= any(change.news is News.SUBSCRIBED for change in changes)
        return [Delivery(entry) for entry in batch if isinstance(entry, Message)], changes

    def answer(self, answers: Sequence[Answer]) -> None:
        for delivery, publications in answers:
            self.answered.append(delivery.message)
            self.publish(publications)

    def publish(self, publications: Iterable[Publication]) -> None:
        for publication in publications:
            if not publication.topic.endswith("/stats"):
                # The fake has no counters to tell.
                check(publication.topic, publication.payload, self.settings.prefix)
            self.published.append(publication)

    def close(self, last: Publication, timeout_s: float) -> bool:
        self.published.append(last)
        self.closed = True
        return True

    def statistics(self) -> dict[str, Any]:
        return {}


def counter(start: float = 1_800_000_000.0) -> Any:
    """A clock that moves on by a second whenever it is asked."""
    ticks = itertools.count(start)
    return lambda: float(next(ticks))
