"""A bounded memory of answers that were worked out already."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


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
        """Keep the answer, in place of the one that was not asked for the longest when there is no room."""
        self._answers[question] = answer
        if len(self._answers) > self._capacity:
            del self._answers[next(iter(self._answers))]
