"""A bounded memory of answers that were worked out already."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import islice
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
_SHARE = 64
"""One answer in so many makes room when there is none."""


class Memo(Generic[Answer]):
    """The answers to the most recent questions, at most `capacity` of them; counts hits and misses."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._answers: dict[Hashable, Answer] = {}
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, question: Hashable) -> Answer | None:
        """The answer kept for the question, which thereby becomes the most recent one; None when there is none."""
        # A dict keeps the order of insertion, so taking out and putting back is what makes it the most recent.
        answer = self._answers.pop(question, None)
        if answer is None:
            self.misses += 1
            return None
        self.hits += 1
        self._answers[question] = answer
        return answer

    def put(self, question: Hashable, answer: Answer) -> None:
        """Keep the answer, in place of those that were not asked for the longest when there is no room."""
        self._answers[question] = answer
        if len(self._answers) > self._capacity:
            # Several at once: to find its first entry a dict goes past all that were taken out before.
            for oldest in list(islice(self._answers, self._capacity // _SHARE or 1)):
                del self._answers[oldest]
