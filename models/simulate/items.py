"""Items: what one field of a message says and means, before it has a place in a message."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from models.facts import Fact
from models.simulate import quantities
from models.simulate.composed import COMPOSED
from models.simulate.derived import limit
from models.simulate.naming import called, with_unit
from models.simulate.units import as_named
from models.simulate.values import Item, polarity_of, unit_of_fact, valued
from models.simulate.vocabulary import Vocabulary, own_name
from models.simulate.voice import Voice, spell


def item(rng: random.Random, vocabulary: Vocabulary, voice: Voice, label: str) -> Item:
    """An item of the label, called and valued as this voice does."""
    if label == "config_setting" and rng.random() < _AS_LIMIT:
        return limit(rng, vocabulary, voice)
    if label in COMPOSED and rng.random() < COMPOSED[label].often:
        return COMPOSED[label].make(rng, voice)
    term = vocabulary.term(rng, label, voice.language)
    chosen = valued(rng, label, voice, term.fact, term.inverted)
    if label == "update" and "ver" in term.text.lower():
        # The version that waits to be installed.
        chosen = Item("", quantities.firmware(rng), label, "")
    often = max(voice.unit_in_key, _UNIT_NEEDED if label in _OF_MANY_UNITS else 0.0)
    tells_unit = rng.random() < often
    chosen = as_named(rng, term.text, chosen, term.fact, tells_unit)
    return replace(chosen, key=called(rng, term, chosen, voice, tells_unit))


_OF_MANY_UNITS = frozenset(
    ("distance", "duration", "data_size", "data_rate", "volume", "volume_storage", "weight", "speed", "wind_speed", "pressure",
     "precipitation", "precipitation_intensity", "volume_flow_rate", "water")
)  # fmt: skip
_UNIT_NEEDED = 0.6
"""How often who has to be understood tells the unit of such a thing in its key."""

_ALSO_OF_SOURCES = 0.6
"""How often the unit is told behind a source's name, of the times that it is behind one made up."""

_AS_LIMIT = 0.07
"""How often a setting is how much at most may flow or be left: a device repeats such numbers beside what it measures."""


def told(fact: Fact, value: Any) -> Item:
    """A value of the source's own as an item; whatever the source does not state is masked."""
    return Item("", value, fact.label, unit_of_fact(fact), polarity_of(fact, inverted=False))


def of_fact(rng: random.Random, fact: Fact, voice: Voice, faithful: bool) -> Item:
    """An item of a source's statement; `faithful` keeps the source's own spelling."""
    own = own_name(fact)
    tells_unit = not faithful and rng.random() < voice.unit_in_key * _ALSO_OF_SOURCES
    chosen = valued(rng, fact.label, voice, fact, fact.polarity == "inverted")
    chosen = as_named(rng, own, chosen, fact, tells_unit)
    if faithful:
        return replace(chosen, key=own)
    names = [name for language, name in fact.names.items() if language.startswith(voice.language)]
    words = rng.choice(names) if names and (voice.language != "en" or rng.random() < 0.4) else own
    key = spell(rng, words, voice)
    return replace(chosen, key=with_unit(rng, key, chosen.unit, voice) if tells_unit else key)
