from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agent.core.encode import hashed_words, render
from agent.core.known_words import BITS, KNOWN_WORDS, KnownWords
from tests.core.making import field

hashes = arrays(np.uint32, st.integers(0, 200))


@given(hashes, hashes)
def test_what_was_put_in_is_known_and_a_file_gives_back_the_same(inside: np.ndarray, others: np.ndarray) -> None:
    known = KnownWords.of(inside)
    assert known.have(inside).all()
    again = KnownWords.unpacked(known.packed())
    assert again.digest == known.digest
    assert np.array_equal(again.have(others), known.have(others))


def test_of_what_was_not_put_in_little_passes_for_known() -> None:
    chance = np.random.default_rng(1)
    known = KnownWords.of(chance.integers(0, 2**32, 2**BITS // 20, np.uint32))
    assert 0.03 < known.have(chance.integers(0, 2**32, 100_000, np.uint32)).mean() < 0.07


def _knows(word: str) -> bool:
    rows, found = hashed_words([render(field(word, None, word))])
    assert set(rows) == {0}
    return bool(KNOWN_WORDS.have(found).all())


def test_the_encoder_knows_the_words_of_devices_in_many_languages() -> None:
    words = "temperature battery power state luftfeuchtigkeit température spanning temperatura napięcie температура 温"
    unknown = [word for word in words.split() if not _knows(word)]
    assert not unknown
    made_up = "zorblax quivortle jannekes mumblethorpe xyzzyplugh brontwick fleegle owntraxy grumbolt snarkitude"
    assert sum(map(_knows, made_up.split())) <= 2
