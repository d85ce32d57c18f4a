"""Things whose state is called just "state": what the thing is called tells what it is the state of."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from models.simulate.archetypes import ARCHETYPES, device_type
from models.simulate.items import item
from models.simulate.values import Item, valued
from models.simulate.vocabulary import Vocabulary
from models.simulate.voice import Voice, spell

THINGS = Path(__file__).parent / "things.yaml"


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


@cache
def _known() -> tuple[tuple[Thing, ...], dict[str, dict[str, tuple[str, ...]]]]:
    """(all things, generic keys by language)."""
    stated = yaml.safe_load(THINGS.read_text(encoding="utf-8"))
    keys = {key: {language: _words(words) for language, words in said.items()} for key, said in stated["keys"].items()}
    things = []
    for entry in stated["things"].values():
        says = {}
        for key, meant in entry.pop("says").items():
            parts = meant.split()
            says[key] = (parts[::2], [float(weight) for weight in parts[1::2]])
        things.append(Thing(entry.pop("like"), says, {language: _words(words) for language, words in entry.items()}))
    return tuple(things), keys


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


def thing(rng: random.Random) -> Thing:
    """One of them."""
    return rng.choice(_known()[0])


def name_of(rng: random.Random, chosen: Thing, voice: Voice) -> str:
    """What this voice calls it, unspelled."""
    return rng.choice(chosen.names.get(voice.language) or chosen.names["en"])


def said_by(rng: random.Random, chosen: Thing, vocabulary: Vocabulary, voice: Voice, others: int) -> list[Item]:
    """What the thing has to say: some of its generic keys, and so many other readings of such a device."""
    _, keys = _known()
    generic = rng.sample(sorted(chosen.says), rng.randint(1, len(chosen.says)))
    items = []
    for key in generic:
        labels, weights = chosen.says[key]
        (label,) = rng.choices(labels, weights)
        words = rng.choice(keys[key].get(voice.language) or keys[key]["en"])
        items.append(replace(valued(rng, label, voice, None, False), key=spell(rng, words, voice)))
    labels, weights = ARCHETYPES[chosen.like]
    names = {found.key for found in items}
    more = [item(rng, vocabulary, voice, label) for label in rng.choices(labels, weights, k=others)]
    items += [found for found in more if found.key not in names]
    rng.shuffle(items)
    return items
