"""The words that the encoder knows: `python -m models.words EXAMPLES > agent/core/known_table.py`.

Known is a word that stands in a few messages of a million fields; a name that somebody made up is told once. What is
left are words enough to read by, and few enough that their table is a hundredth of the model.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from agent.core.encode import hashed_words
from agent.core.known_words import KnownWords
from models.examples import lines, read

MODULE = '''"""The table of known words, which `python -m models.words` counted; another one needs another model."""

TABLE = """
{table}
"""
'''
OFTEN = 20
"""Fields of a million in which a known word stands, at least."""


def often_told(paths: list[Path], often: float = OFTEN) -> np.ndarray:
    """Hashes of the words that stand in `often` of a million fields or more, uint32 [n], in ascending order."""
    found, counts, fields = [], [], 0
    for shard in track(read(paths), "counting words", len(paths), console=Console(stderr=True)):
        rows, hashes = hashed_words(lines(shard.texts))
        once = np.unique(rows.astype(np.uint64) << np.uint64(32) | hashes)
        words, times = np.unique(once.astype(np.uint32), return_counts=True)
        found.append(words)
        counts.append(times)
        fields += len(shard.texts)
    words, places = np.unique(np.concatenate(found), return_inverse=True)
    return words[np.bincount(places, np.concatenate(counts)) * 1e6 >= often * fields]


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--shards", type=int, default=30, help="so many of the shards only, the first ones")
    arguments = parser.parse_args()
    words = often_told(sorted(arguments.examples.glob("shard-*.npz"))[: arguments.shards])
    lines_of_table = textwrap.wrap(KnownWords.of(words).packed(), 118, break_on_hyphens=False)
    print(MODULE.format(table="\n".join(lines_of_table)), end="")
    print(f"{len(words):,} words", file=sys.stderr)


if __name__ == "__main__":
    main()
