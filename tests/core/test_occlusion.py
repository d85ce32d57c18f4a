from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from agent.core.occlusion import WINDOW, influence
from agent.core.verdict import Verdict
from tests.core.making import verdict


def believing(
    word: str, *, otherwise: str = "temperature"
) -> tuple[list[int], Callable[[Sequence[str]], list[Verdict]]]:
    """How often it was asked, and a model that is sure of a temperature while it sees the word."""
    asked: list[int] = []

    def verdicts(texts: Sequence[str]) -> list[Verdict]:
        asked.append(len(texts))
        return [
            verdict("temperature", confidence=0.9) if word in text else verdict(otherwise, confidence=0.2)
            for text in texts
        ]

    return asked, verdicts


@pytest.mark.parametrize(("otherwise", "fall"), [("temperature", 0.7), ("humidity", 0.9)])
def test_the_characters_that_decide_have_the_influence(otherwise: str, fall: float) -> None:
    text = " some temp here "
    asked, verdicts = believing("temp", otherwise=otherwise)
    falls = influence(text, verdicts)
    assert len(falls) == len(text)
    # A window that begins before the word or ends behind it hides some of it, too.
    assert [round(value, 3) for value in falls[6:10]] == [fall] * 4
    assert falls[0] == falls[1] == falls[2] == falls[13] == falls[14] == 0.0
    windows = sum(bool(text[start : start + WINDOW].strip()) for start in range(len(text) - WINDOW + 1))
    assert asked == [1 + windows + len(text.split())]


def test_spaces_have_none() -> None:
    _, verdicts = believing("a b")
    assert [value > 0 for value in influence("  a b  ", verdicts)] == [False, False, True, False, True, False, False]


def test_what_speaks_against_the_answer_has_none() -> None:
    def verdicts(texts: Sequence[str]) -> list[Verdict]:
        return [verdict("power", confidence=0.5 if "x" in text else 0.9) for text in texts]

    assert influence("  x  ", verdicts) == [0.0] * 5


def test_a_text_without_characters() -> None:
    _, verdicts = believing("a")
    assert influence("    ", verdicts) == [0.0] * 4
