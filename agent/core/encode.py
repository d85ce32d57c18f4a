"""Field to model tokens: the one encoder, called by training and by the agent alike.

A field is first rendered as a text of fixed width, made of seven segments. Two fields with the same text get the same
answer, which is what makes the memo exact; so the rendering keeps what the meaning depends on and drops what merely
varies: a number becomes its type and magnitude, a long identifier becomes `#`.

    name         the innermost key, or the last topic level when the payload is a scalar; in an array `3 of 12`
    parents      the enclosing keys, innermost first; in place of an array's index the words of its member
    topic_last   the last topic level that is not the name
    topic_rest   the levels before it, last first
    value        type and magnitude, or the beginning of a text
    beside       neighbouring keys, nearest first, with values that are words; in an array the numbers around, in order
    siblings     those that are further away

The model sees the characters of the text and hashed pieces of it: trigrams and whole words. Chinese has no spaces, and
a character there says as much as a word elsewhere: each is a word, and beside it stands the pair that it makes with the
next one. Only words that training has met have pieces: any other would be taken for those whose bucket it falls into,
and is better read by its trigrams. All hashing is integer arithmetic on the whole batch at once, because plain Python
would cost more than the network does.
"""

from __future__ import annotations

import math
import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.core.known_words import KNOWN_WORDS
from agent.core.message import Field
from agent.core.units import MIXED_CASE
from agent.core.values import number_and_unit

VERSION = 6
"""Raised whenever the same field would give other tokens; a model made for another version is refused."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of the rendered text, and which hashed pieces of it the model gets."""

    name: str
    width: int
    """Characters, the first one always a space."""
    trigrams: bool
    """Whether there is a piece for the trigram around each character. Segments that have them come first."""
    words: int
    """Pieces for whole words."""


SEGMENTS = (
    Segment("name", 28, True, 8),
    Segment("parents", 28, True, 8),
    Segment("topic_last", 28, True, 8),
    Segment("topic_rest", 36, True, 12),
    Segment("value", 20, False, 4),
    Segment("beside", 28, False, 8),
    Segment("siblings", 56, False, 16),
)
WIDTH = sum(segment.width for segment in SEGMENTS)
CHARACTERS = 512
"""Size of the character vocabulary; 0 is space and padding."""
BUCKETS = 11_264
"""Size of the hashed vocabulary; 0 is nothing."""
PIECES = sum(segment.words + segment.width * segment.trigrams for segment in SEGMENTS)
_WIDTHS = [segment.width for segment in SEGMENTS]
_TRIGRAM_WIDTH = sum(segment.width for segment in SEGMENTS if segment.trigrams)
_SEGMENT_OF = np.repeat(np.arange(len(SEGMENTS)), _WIDTHS)
_WORDS_KEPT = np.repeat([segment.words for segment in SEGMENTS], _WIDTHS)
_FIRST_SLOT = _TRIGRAM_WIDTH + np.repeat(np.cumsum([0, *(segment.words for segment in SEGMENTS[:-1])]), _WIDTHS)
SCALAR_MARK = "="
"""Begins the value of a field that is the whole payload."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Model input for a batch of fields."""

    characters: NDArray[np.int32]
    """int32 [batch, WIDTH], each 0 to CHARACTERS - 1."""
    pieces: NDArray[np.int32]
    """int32 [batch, PIECES], each 0 to BUCKETS - 1."""


def render(field: Field) -> str:
    """The field as a text of exactly WIDTH characters. Fields with equal texts mean the same to the model."""
    levels = [plain_name(level) for level in reversed(field.topic)]
    if field.keys:
        name = plain_name(field.keys[-1])
        if field.among:
            name = f"{name} of {field.among}"
        parents = "/".join(_parents(field))
        value = plain_value(field.value)
    else:
        name = levels.pop(0)
        parents = ""
        value = SCALAR_MARK + plain_value(field.value)
    last = levels[0] if levels else ""
    texts = (name, parents, last, "/".join(levels[1:]), value, *_siblings_texts(field.siblings))
    return "".join(
        [f" {text}"[: segment.width].ljust(segment.width) for text, segment in zip(texts, SEGMENTS, strict=True)]
    )


def _parents(field: Field) -> list[str]:
    parents = [plain_name(key) for key in field.keys[-2::-1]]
    if field.named:
        words = " ".join([words for words in map(plain_words, field.named) if words])
        if words:
            parents[0] = words
    return parents


def tokens(texts: Sequence[str]) -> Tokens:
    """Tokens of rendered texts, each of WIDTH characters; row i belongs to texts[i]."""
    points = _points(texts)
    characters = _characters(points)
    words = _words(points, characters)
    pieces = np.zeros((len(texts), PIECES), np.int32)
    pieces[:, :_TRIGRAM_WIDTH] = _trigrams(characters, words)[:, :_TRIGRAM_WIDTH]
    _put_words(pieces, characters, words)
    return Tokens(characters.astype(np.int32), pieces)


def _points(texts: Sequence[str]) -> NDArray[np.uint32]:
    """Code points, uint32 [batch, WIDTH]."""
    return np.frombuffer("".join(texts).encode("utf-32-le", "replace"), np.uint32).reshape(len(texts), WIDTH)


# A unit inside a key stays whole, though its letters change case: `kWhToday`, `socTempdBm`, `IkW`.
_UNIT_WORD = re.compile(rf"(?<![A-Z])({'|'.join(MIXED_CASE)})(?=[A-Z]|$|[\s_\-.:;,/|0-9])")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\s_\-.:;,/|]+")
# What names one device and not its meaning: an address or serial, and any long run of digits. Four digits behind
# letters are rather a part's number, and `opt3001` measures light.
_IDENTIFIER = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Fa-f]*[0-9])(?:0[xX])?[0-9A-Fa-f]{6,}(?![A-Za-z0-9])|0x[0-9A-Fa-f]{4,}"
    r"|[0-9]{5,}|(?<![A-Za-z]{2})(?<![0-9])[0-9]{4}(?![0-9])"
)


def plain_name(name: str) -> str:
    """A key or topic level as lower-case words without accents: `TempOutdoor_2` is `temp outdoor 2`."""
    # Cut before it is remembered: long names would fill the memory of a small machine, and no segment shows more.
    return _NAMES[name[:_LONGEST]]


_LONGEST = 96
"""Characters of a name or text that are looked at."""


def plain_topic(topic: str) -> tuple[str, ...]:
    """The levels of a topic as such words."""
    return tuple(map(plain_name, topic.split("/")))


class _PlainNames(dict[str, str]):
    """What the encoder sees of names; of identifiers, of which there may be very many, nothing is remembered."""

    def __missing__(self, name: str) -> str:
        if _IDENTIFIER.fullmatch(name):
            return "#"
        if len(self) >= _REMEMBERED:
            self.clear()
        words = self[name] = sys.intern(_words_of_name(name))
        return words


_NAMES = _PlainNames()
_REMEMBERED = 16_384


def _words_of_name(name: str) -> str:
    # Addresses are masked before words are split, or `8CAAB5` would leave `8 caab 5`.
    words = _IDENTIFIER.sub("#", name)
    if not (words.islower() or words.isupper()):
        words = split_by_case(words)
    return _SEPARATORS.sub(" ", _fold(words[:_LONGEST])).strip()


def split_by_case(name: str) -> str:
    """The name with a space wherever a change of case begins a word; the units in it stay whole."""
    return " ".join([part if _UNIT_WORD.fullmatch(part) else _HUMP.sub(" ", part) for part in _UNIT_WORD.split(name)])


def plain_words(text: str) -> str:
    """What a text says to the fields beside it, as words of a name; "" of a long one, a number, or mostly digits."""
    return _plain_words(text) if len(text) <= _LONGEST_WORDS else ""


_LONGEST_WORDS = 28


@lru_cache(maxsize=16_384)
def _plain_words(text: str) -> str:
    # A neighbour's number varies with every message and says little; its words may be a unit or a name.
    if number_and_unit(text)[0] is not None:
        return ""
    words = plain_name(text)
    digits = sum(map(str.isdigit, words))
    if words == "#" or digits > sum(map(str.isalpha, words)):
        return ""
    # `co2`, `pm 10` and `m3`, but no clock and no serial number.
    return words if digits < 3 else re.sub(r"[0-9]", "0", words)


def plain_value(value: Any) -> str:
    """Type and magnitude of a number, or the beginning of a text with its digits as zeros."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _plain_text(value[:_LONGEST])
    return _plain_number(value)


@lru_cache(maxsize=16_384)
def _plain_text(text: str) -> str:
    number, unit = number_and_unit(text)
    if number is not None:
        return f"'{_plain_number(number)} {_fold(unit)}".rstrip()
    folded = _fold(text[:40])
    return re.sub(r"[0-9]", "0", re.sub(r"\s+", " ", folded)).strip() or "''"


_ENDS_OF_SCALES = frozenset((100, 254, 255, 1023, 4095, 65535))


def _plain_number(number: int | float) -> str:
    """`i` or `f`, sign, leading digit and power of ten, and for a fraction its decimals up to three.

    21.4 is `f2e1.1`, 231 is `i2e2`, 84885.708 is `f8e4.3`; whole numbers up to 9 stand exactly, and so do the ends of
    usual scales. How finely a device reports tells watt-hours from kilowatt-hours; further digits only vary.
    """
    if isinstance(number, float):
        if not math.isfinite(number):
            return "null"
        kind = "f"
    else:
        kind = "i"
    if number == 0:
        return f"{kind}0"
    sign = "-" if number < 0 else ""
    if kind == "i" and (abs(number) < 10 or number in _ENDS_OF_SCALES):
        return f"i{sign}{abs(number)}"
    if isinstance(number, float):
        mantissa, _, power = f"{abs(number):.0e}".partition("e")
        fraction = repr(abs(number)).partition("e")[0].partition(".")[2]
        decimals = 0 if fraction == "0" else min(len(fraction), 3)
        return f"{kind}{sign}{mantissa}e{int(power)}.{decimals}"
    # Not through float, which an integer of more than 308 digits overflows.
    digits = str(abs(number))
    return f"{kind}{sign}{digits[0]}e{len(digits) - 1}"


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join([character for character in decomposed if not unicodedata.combining(character)])


def _siblings_texts(siblings: tuple[tuple[str, Any], ...]) -> tuple[str, str]:
    """The nearest neighbours, as many as have room, and those further away."""
    texts = ["", ""]
    # Behind the space with which each segment begins.
    rooms = [SEGMENTS[-2].width - 1, SEGMENTS[-1].width - 1]
    place = 0
    for key, value in siblings:
        # The members of an array have no keys; their numbers are what tells volts from amperes among them.
        part = plain_name(key) if key else plain_value(value)
        if key and isinstance(value, str) and (words := plain_words(value)):
            part = f"{part} {words}"
        if place == 0 and texts[0] and len(texts[0]) + 1 + len(part) > rooms[0]:
            place = 1
        texts[place] = f"{texts[place]}|{part}" if texts[place] else part
        if len(texts[1]) >= rooms[1]:
            break
    return texts[0], texts[1]


_FIRST_OTHER = 96
_SLASH = np.uint32(ord("/") - 31)
_BAR = np.uint32(ord("|") - 31)
_MIX = np.uint32(2_654_435_761)


def _characters(points: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """uint32 [batch, WIDTH]: printable ASCII as 1 to 95, space as 0, anything else hashed to 96 and above."""
    ascii_ids = np.maximum(points, np.uint32(32)) - np.uint32(31)
    ascii_ids[points <= 32] = 0
    other = points > 126
    if other.any():
        hashed = (points[other] * _MIX >> np.uint32(16)) % np.uint32(CHARACTERS - _FIRST_OTHER)
        ascii_ids[other] = hashed + np.uint32(_FIRST_OTHER)
    return ascii_ids


@dataclass(frozen=True, slots=True)
class _Words:
    """Where words are in rendered texts; all bool [batch, WIDTH]."""

    inside: NDArray[np.bool_]
    """False at spaces, slashes and bars. Every segment begins with a space, so words end there."""
    ideographs: NDArray[np.bool_] | None
    """Characters that are words by themselves; None where there are none, as in most homes."""


_FIRST_IDEOGRAPH, _LAST_IDEOGRAPH = 0x3400, 0x9FFF


def _words(points: NDArray[np.uint32], characters: NDArray[np.uint32]) -> _Words:
    inside = (characters != 0) & (characters != _SLASH) & (characters != _BAR)
    ideographs = (points >= _FIRST_IDEOGRAPH) & (points <= _LAST_IDEOGRAPH)
    return _Words(inside, ideographs if ideographs.any() else None)


def _bucket(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Hash to 1 .. BUCKETS - 1; 0 stays for "nothing"."""
    mixed = hashes * _MIX
    mixed ^= mixed >> np.uint32(15)
    buckets = (mixed * np.uint32(2_246_822_519) >> np.uint32(8)) % np.uint32(BUCKETS - 1) + np.uint32(1)
    return buckets.astype(np.uint32, copy=False)


def _trigrams(characters: NDArray[np.uint32], words: _Words) -> NDArray[np.uint32]:
    """uint32 [batch, WIDTH]: the trigram around each character of a word, 0 elsewhere; a word's edge is a space.

    At an ideograph it is the pair with the next character.
    """
    within = characters * words.inside
    around = np.zeros((len(within), within.shape[1] + 2), np.uint32)
    around[:, 1:-1] = within
    size = np.uint32(CHARACTERS)
    before = around[:, :-2] if words.ideographs is None else np.where(words.ideographs, 0, around[:, :-2])
    return _bucket((before * size + within) * size + around[:, 2:]) * words.inside


_PRIME = np.uint32(16_777_619)
_POWERS = np.cumprod(np.full(WIDTH, _PRIME), dtype=np.uint32)
_INVERSE_POWERS = np.cumprod(np.full(WIDTH, pow(int(_PRIME), -1, 2**32), np.uint32), dtype=np.uint32)


def hashed_words(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """The row of each word in rendered texts, int64 [n], and its hash, uint32 [n]: what `KnownWords` are told by."""
    points = _points(texts)
    characters = _characters(points)
    rows, _, hashes = _hashed(characters, _words(points, characters))
    return rows, hashes


def _put_words(pieces: NDArray[np.int32], characters: NDArray[np.uint32], words: _Words) -> None:
    """Write the buckets of each segment's first words into their slots of `pieces`; of unknown words nothing."""
    rows, starts, hashes = _hashed(characters, words)
    groups = rows * len(SEGMENTS) + _SEGMENT_OF[starts]
    rank = np.arange(len(groups)) - np.searchsorted(groups, groups)
    kept = (rank < _WORDS_KEPT[starts]) & KNOWN_WORDS.have(hashes)
    pieces[rows[kept], _FIRST_SLOT[starts[kept]] + rank[kept]] = _bucket(hashes[kept])


def _hashed(
    characters: NDArray[np.uint32], words: _Words
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
    """Of each word its row, where it begins, and its hash.

    A word's polynomial hash is the difference of two running sums, shifted back by the inverse power of where the
    word begins: the whole batch at once, whatever the lengths.
    """
    inside = words.inside
    begins = inside.copy()
    begins[:, 1:] &= ~inside[:, :-1]
    finishes = inside.copy()
    finishes[:, :-1] &= ~inside[:, 1:]
    if words.ideographs is not None:
        begins |= words.ideographs
        begins[:, 1:] |= words.ideographs[:, :-1] & inside[:, 1:]
        finishes |= words.ideographs
        finishes[:, :-1] |= words.ideographs[:, 1:] & inside[:, :-1]
    rows, starts = np.nonzero(begins)
    ends = np.nonzero(finishes)[1] + 1
    sums = np.zeros((len(characters), WIDTH + 1), np.uint32)
    np.cumsum(characters * inside * _POWERS, axis=1, dtype=np.uint32, out=sums[:, 1:])
    return rows, starts, (sums[rows, ends] - sums[rows, starts]) * _INVERSE_POWERS[starts] ^ np.uint32(0x9E3779B9)
