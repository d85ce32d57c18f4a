"""All ways to call a label: the hand-written lexicon, and the keys and names of the sources."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from agent.core.ontology import LABELS
from models.facts import Device, Fact
from models.simulate.voice import split_words


@dataclass(frozen=True, slots=True)
class Term:
    """One way to call a label."""

    text: str
    terse: bool = False
    """Used as it stands, never composed."""
    inverted: bool = False
    fact: Fact | None = None


class Vocabulary:
    """All ways to call a label, by language: the hand-written lexicon and the sources' keys and names."""

    def __init__(self, lexicon: Path, devices: Iterable[Device]) -> None:
        self._lexicon: dict[str, dict[str, list[Term]]] = {}
        for label, by_language in yaml.safe_load(lexicon.read_text(encoding="utf-8")).items():
            self._lexicon[label] = {
                language: [Term(text.strip(), language == "short", language == "inverted") for text in terms.split(",")]
                for language, terms in by_language.items()
            }
        self._keys: dict[str, list[Term]] = defaultdict(list)
        self._names: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for device in devices:
            for fact in device.facts:
                self._learn(fact)
        # A key that a hundred integrations share is one way to say it, said often; the square root keeps rare ones heard.
        self._keys = {label: _flattened(terms) for label, terms in self._keys.items()}
        self.languages = sorted({language for names in self._names.values() for language in names})

    def _learn(self, fact: Fact) -> None:
        if fact.label not in LABELS:
            return
        inverted = fact.polarity == "inverted"
        if fact.path:
            self._keys[fact.label].append(Term(own_name(fact), inverted=inverted, fact=fact))
        for language, name in fact.names.items():
            if 2 < len(name) < 48:
                self._names[fact.label][language.partition("-")[0]].append(Term(name, inverted=inverted, fact=fact))

    def term(self, rng: random.Random, label: str, language: str) -> Term:
        """A way to call the label, in the language where one is known and else in English."""
        lexicon = self._lexicon[label]
        choice = rng.random()
        if "inverted" in lexicon and rng.random() < 0.22:
            return rng.choice(lexicon["inverted"])
        if choice < 0.13 and "short" in lexicon:
            return rng.choice(lexicon["short"])
        if language == "en":
            if choice < 0.5 and self._keys.get(label):
                return rng.choice(self._keys[label])
            if choice < 0.6 and self._names[label].get("en"):
                return rng.choice(self._names[label]["en"])
            return rng.choice(lexicon["en"])
        if choice < 0.55 and self._names[label].get(language):
            return rng.choice(self._names[label][language])
        return rng.choice(lexicon.get(language) or lexicon["en"])


def _flattened(terms: list[Term]) -> list[Term]:
    by_text: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        by_text["".join(split_words(term.text))].append(term)
    return [term for same in by_text.values() for term in same[: max(1, round(len(same) ** 0.5))]]


def own_name(fact: Fact) -> str:
    """What the source calls the field where it stands alone; below a group the group belongs to it: `aenergy_total`."""
    words = [key for key in fact.path or fact.topic or () if not key.isdigit()]
    return "_".join(words[-2:] if fact.path else words[-1:]) or "value"
