"""Simulated messages from facts: `python -m models.simulate FACTS OUT --fields N --seed S [--without ECOSYSTEM ...]`.

Writes shards of rendered fields with their truths. A shard that is there already is kept, so that an interrupted run
goes on where it stopped.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from fnmatch import fnmatch
from functools import cache
from multiprocessing import Pool
from pathlib import Path

from rich.progress import track

from models.examples import examples, write_shard
from models.facts import Device, read_devices
from models.simulate.leaves import Simulated
from models.simulate.messages import World, of_device, simulate
from models.simulate.vocabulary import Vocabulary
from models.simulate.wording import wording

LEXICON = Path(__file__).parent / "lexicon.yaml"
SHARD_FIELDS = 100_000


def devices(facts: Path) -> list[Device]:
    """All devices of a folder of facts files, in the order of the files' names."""
    return [device for path in sorted(facts.glob("*.jsonl")) for device in read_devices(path)]


def split(found: list[Device], without: Iterable[str]) -> tuple[list[Device], list[Device]]:
    """(kept, left out) by patterns of ecosystem names."""
    left_out = [device for device in found if any(fnmatch(device.ecosystem, pattern) for pattern in without)]
    names = {device.ecosystem for device in left_out}
    return [device for device in found if device.ecosystem not in names], left_out


def _shard(task: tuple[Path, int, Path, tuple[str, ...], bool]) -> None:
    path, seed, facts, without, only_left_out = task
    if path.exists():
        return
    messages = _messages(facts, without, only_left_out)
    rng = random.Random(seed)
    rows: list[tuple[str, tuple[int, ...]]] = []
    while len(rows) < SHARD_FIELDS:
        for message in messages(rng):
            rows.extend(examples(message))
    write_shard(path, rows[:SHARD_FIELDS], seed)


@cache
def _messages(facts: Path, without: tuple[str, ...], only_left_out: bool) -> Callable[[random.Random], list[Simulated]]:
    """What simulates the next messages. To read the facts takes as long as a quarter of a shard, so a process keeps it."""
    kept, left_out = split(devices(facts), without)
    words = wording(facts)
    if only_left_out:
        known = [device for device in left_out if any(fact.label for fact in device.facts)]
        return lambda rng: of_device(rng, rng.choice(known), words)
    world = World(Vocabulary(LEXICON, kept), kept, words)
    return lambda rng: [_fewer_frames(rng, message) for message in simulate(rng, world)]


_FRAMES_KEPT = 0.35


def _fewer_frames(rng: random.Random, message: Simulated) -> Simulated:
    """The message with the truth of only some leaves of its form: there are few of them, and each is soon learned."""
    truths = {path: truth for path, truth in message.truths.items() if not truth.frame or rng.random() < _FRAMES_KEPT}
    return replace(message, truths=truths)


def main() -> None:
    """Write the shards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("facts", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--fields", type=int, default=6_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", nargs="*", default=[], help="ecosystems to leave out, with * and ?")
    parser.add_argument(
        "--only-left-out", action="store_true", help="messages of the left-out devices, in their own keys"
    )
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    count = -(-arguments.fields // SHARD_FIELDS)
    tasks = [
        (
            arguments.out / f"shard-{index:04}.npz",
            arguments.seed * 100_003 + index,
            arguments.facts,
            tuple(arguments.without),
            arguments.only_left_out,
        )
        for index in range(count)
    ]
    with Pool(arguments.processes) as pool:
        for _ in track(pool.imap_unordered(_shard, tasks), "simulating", total=count):
            pass


if __name__ == "__main__":
    main()
