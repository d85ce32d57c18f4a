"""Things whose state is called just "state": what the thing is called tells what it is the state of."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from models.simulate.archetypes import ARCHETYPES, device_type
from models.simulate.items import item
from models.simulate.values import Item, valued
from models.simulate.vocabulary import Vocabulary
from models.simulate.voice import Voice, spell


@dataclass(frozen=True, slots=True)
class Thing:
    """A sort of thing."""

    like: str
    """The archetype of such a device."""
    says: dict[str, tuple[list[str], list[float]]]
    """Generic key to (labels that it may mean, how often each)."""
    names: dict[str, tuple[str, ...]]
    """By language."""

    @property
    def type(self) -> str | None:
        """Its type in the vocabulary; None where that has none."""
        return device_type(self.like)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


def _thing(entry: dict[str, Any]) -> Thing:
    says = {}
    for key, meant in entry["says"].items():
        parts = meant.split()
        says[key] = (parts[::2], [float(weight) for weight in parts[1::2]])
    names = {language: _words(words) for language, words in entry.items() if language not in ("like", "says")}
    return Thing(entry["like"], says, names)


_STATED = yaml.safe_load((Path(__file__).parent / "things.yaml").read_text(encoding="utf-8"))
SORTS = tuple(_thing(entry) for entry in _STATED["things"].values())
KEYS: dict[str, dict[str, tuple[str, ...]]] = {
    key: {language: _words(words) for language, words in said.items()} for key, said in _STATED["keys"].items()
}
"""What a generic key is called, by language."""


def thing(rng: random.Random) -> Thing:
    """One of them."""
    return rng.choice(SORTS)


def name_of(rng: random.Random, chosen: Thing, voice: Voice) -> str:
    """What this voice calls it, unspelled."""
    return rng.choice(voice.spoken(chosen.names))


def said_by(rng: random.Random, chosen: Thing, vocabulary: Vocabulary, voice: Voice, others: int) -> list[Item]:
    """What the thing has to say: some of its generic keys, and so many other readings of such a device."""
    generic = rng.sample(sorted(chosen.says), rng.randint(1, len(chosen.says)))
    items = []
    for key in generic:
        labels, weights = chosen.says[key]
        (label,) = rng.choices(labels, weights)
        words = rng.choice(voice.spoken(KEYS[key]))
        items.append(replace(valued(rng, label, voice, None, False), key=spell(rng, words, voice)))
    labels, weights = ARCHETYPES[chosen.like]
    names = {found.key for found in items}
    more = [item(rng, vocabulary, voice, label) for label in rng.choices(labels, weights, k=others)]
    items += [found for found in more if found.key not in names]
    rng.shuffle(items)
    return items
