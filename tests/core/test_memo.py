from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.core.memo import Memo


def test_the_answer_that_was_not_asked_for_the_longest_makes_room() -> None:
    memo: Memo[int] = Memo(2)
    memo.put("a", 1)
    memo.put("b", 2)
    assert memo.get("a") == 1
    memo.put("c", 3)
    assert [memo.get(text) for text in "abc"] == [1, None, 3]
    assert (memo.hits, memo.misses, len(memo)) == (3, 1, 2)


def test_a_new_answer_takes_the_place_of_the_old() -> None:
    memo: Memo[int] = Memo(2)
    memo.put("a", 1)
    memo.put("a", 2)
    assert (memo.get("a"), len(memo)) == (2, 1)


def test_without_capacity_nothing_is_kept() -> None:
    memo: Memo[int] = Memo(0)
    memo.put("a", 1)
    assert memo.get("a") is None
    assert len(memo) == 0


@given(st.integers(0, 4), st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3)), max_size=40))
def test_it_keeps_the_most_recent_answers(capacity: int, asked: list[tuple[str, int]]) -> None:
    memo: Memo[int] = Memo(capacity)
    recent: dict[str, int] = {}
    for text, answer in asked:
        known = memo.get(text)
        assert known == recent.get(text)
        kept = answer if known is None else known
        if known is None:
            memo.put(text, answer)
        recent.pop(text, None)
        recent = dict([*recent.items(), (text, kept)][-capacity:]) if capacity else {}
    assert memo.hits + memo.misses == len(asked)
    assert len(memo) == len(recent)
