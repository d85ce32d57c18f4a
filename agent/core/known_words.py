"""The words that training has met often enough to know what they say.

A real home's topics are full of others: names of makers, rooms, people, networks. What stands for a word in the model
is a bucket that several share, so that an unknown one would say what its neighbours in the bucket say.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.core.known_table import TABLE

BITS = 19
"""Binary logarithm of the bits of a table; with a word in twenty bits, one unknown word in twenty passes for known."""


@dataclass(frozen=True, slots=True, eq=False)
class KnownWords:
    """A set of words, kept as one bit for each hash that a word has."""

    table: NDArray[np.uint8]
    """uint8 [2 ** BITS / 8]."""

    @classmethod
    def of(cls, hashes: NDArray[np.uint32]) -> KnownWords:
        """The set of the words with these hashes."""
        bits = np.zeros(2**BITS, np.bool_)
        bits[_places(hashes)] = True
        return cls(np.packbits(bits, bitorder="little"))

    @classmethod
    def unpacked(cls, text: str) -> KnownWords:
        """The set that a text holds, whatever its line breaks."""
        return cls(np.frombuffer(zlib.decompress(base64.b85decode("".join(text.split()))), np.uint8))

    def packed(self) -> str:
        """The set as a text without quotes and spaces."""
        return base64.b85encode(zlib.compress(self.table.tobytes(), 9)).decode()

    @property
    def digest(self) -> str:
        """What tells two sets apart, as a model's spec states it."""
        return hashlib.sha256(self.table.tobytes()).hexdigest()[:16]

    def have(self, hashes: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Whether each word of a hash is in the set, bool of the hashes' shape."""
        places = _places(hashes)
        bits = self.table[places >> np.uint32(3)] >> (places & np.uint32(7)).astype(np.uint8)
        found: NDArray[np.bool_] = (bits & np.uint8(1)).astype(np.bool_)
        return found


def _places(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The bit of each hash; mixed otherwise than for the model's buckets, or those of one bucket would share bits."""
    mixed = hashes * np.uint32(2_246_822_519)
    mixed ^= mixed >> np.uint32(13)
    places: NDArray[np.uint32] = mixed * np.uint32(2_654_435_761) >> np.uint32(32 - BITS)
    return places


KNOWN_WORDS = KnownWords.unpacked(TABLE)
"""Those of the encoder."""
