"""How devices word what is no number: a condition's two states, a mode, a message; in the home's own language or not."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

OURS = Path(__file__).parent / "wording.yaml"
_ANY = "any"
_LIKE_OPENING = ("door", "window", "garage_door")

Pairs = tuple[tuple[str, str], ...]
"""(the condition holds, it does not)."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Words by label and language, a code of two letters; those of `any`, which every label has, are heard in every home."""

    conditions: Mapping[str, Mapping[str, Pairs]]
    states: Mapping[str, Mapping[str, tuple[str, ...]]]

    def has_pair(self, label: str) -> bool:
        """Whether devices name the label's two states by words of its own."""
        return label in self.conditions

    def pair(self, rng: random.Random, label: str, language: str) -> tuple[tuple[str, str], bool]:
        """Words for the label's two states, and whether they are of the language."""
        found, native = self._heard(rng, self.conditions[label], language)
        return rng.choice(found), native

    def state(self, rng: random.Random, label: str, language: str) -> tuple[str, bool]:
        """A word that fields of the label hold, and whether it is of the language."""
        found, native = self._heard(rng, self.states.get(label, {_ANY: ("ok",)}), language)
        return rng.choice(found), native

    @staticmethod
    def _heard(rng: random.Random, said: Mapping[str, tuple[Any, ...]], language: str) -> tuple[tuple[Any, ...], bool]:
        # Drawn in every language, so that all else may be the same in two of them.
        natively = rng.random() < NATIVE
        native = said.get(language, ()) if natively else ()
        return (native, True) if native else (said[_ANY], False)


NATIVE = 0.6
"""How often a device of a home words its states in the home's language; firmware is mostly English."""


def wording(facts: Path | None = None) -> Wording:
    """Our own words, and those that Home Assistant's translations have for the same; the latter are in `facts`."""
    ours = yaml.safe_load(OURS.read_text(encoding="utf-8"))
    conditions: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    states: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for label, by_language in ours["conditions"].items():
        for language, pairs in by_language.items():
            for pair in pairs.split(", "):
                true, _, false = pair.partition("/")
                for like in (label, *(_LIKE_OPENING if label == "opening" else ())):
                    conditions[like][language].append((true, false))
    for label, by_language in ours["states"].items():
        for language, words in by_language.items():
            states[label][language] += words.split(", ")
    if facts is not None:
        for label, translated in _table(facts / "state_words.json").items():
            for language, words in translated.items():
                conditions[label][_code(language)].append((words["on"], words["off"]))
        for label, translated in _table(facts / "option_words.json").items():
            for language, words in translated.items():
                states[label][_code(language)] += words.values()
    return Wording(_frozen(conditions), _frozen(states))


def _table(path: Path) -> dict[str, dict[str, dict[str, str]]]:
    table: dict[str, dict[str, dict[str, str]]] = json.loads(path.read_text(encoding="utf-8"))
    return table


def _code(language: str) -> str:
    code = language.partition("-")[0]
    return _ANY if code == "en" else code


def _frozen(words: Mapping[str, Mapping[str, list[Any]]]) -> dict[str, dict[str, tuple[Any, ...]]]:
    return {
        label: {language: tuple(found) for language, found in by_language.items()}
        for label, by_language in words.items()
    }
