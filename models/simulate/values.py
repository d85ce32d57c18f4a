"""What one field holds and means, before it has a name."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from agent.core.ontology import LABELS, UNITS, Nature
from models.facts import Fact
from models.simulate import quantities
from models.simulate.voice import UNIT_TEXTS, Voice, capital, plain
from models.simulate.wording import NATIVE


@dataclass(frozen=True, slots=True)
class Item:
    """One field: how it is called, what it holds, and the truth about it (None is masked)."""

    key: str
    value: Any
    label: str | None
    unit: str | None
    """"" is "none"; None is not known."""
    polarity: str | None = None
    unit_text: str | None = None
    """How the unit would be written where it stands by itself."""


def valued(rng: random.Random, label: str | None, voice: Voice, fact: Fact | None, inverted: bool) -> Item:
    """An item with a value but without a key."""
    if fact is not None and label == "update" and fact.values.type in ("integer", "number", "text"):
        # The version that waits to be installed.
        return Item("", quantities.firmware(rng), label, "")
    if fact is not None:
        stated = _stated(rng, fact, voice, inverted)
        if stated is not None:
            return stated
    if label is None:
        return Item("", rng.choice((rng.randint(0, 100), "text", True, 1.5)), None, None)
    nature = LABELS[label].nature
    if nature is Nature.BINARY or label in ("switch_state", "input_state", "availability"):
        return _binary(rng, label, voice, inverted)
    if label == "timestamp":
        return Item("", quantities.timestamp(rng), label, "")
    if label == "identifier":
        return Item("", quantities.identifier(rng), label, "")
    if label == "firmware":
        return Item("", quantities.firmware(rng), label, "")
    textual = {
        "location": 0.12,
        "duration": 0.2,
        "battery": 0.05,
        "config_setting": 0.35,
        "error_code": 0.5,
        "other": 0.45,
        "wind_direction": 0.15,
        "aqi": 0.15,
        "fan_speed": 0.3,
        "color": 0.25,
        "level": 0.15,
        "counter": 0.01,
        "illuminance": 0.04,
        "moisture": 0.03,
    }
    if label not in quantities.RANGES or rng.random() < textual.get(label, 0):
        return Item("", text_or_switch(rng, label, voice), label, "" if nature is Nature.ROLE else None)
    return _numeric(rng, label, voice)


_KEEPS_HABIT = 0.85
"""How often a device tells a quantity in the same unit as its other fields of the kind."""


def _numeric(rng: random.Random, label: str, voice: Voice) -> Item:
    number, unit = quantities.measurement(rng, label)
    if LABELS[label].nature is Nature.MEASUREMENT and rng.random() < _KEEPS_HABIT:
        unit = quantities.unit_of(label, voice.habit, voice.imperial)
        number = quantities.measurement_in(rng, label, unit) or 0
    elif unit in quantities.IMPERIAL and (
        voice.language != "en" or (rng.random() < 0.7 and not (voice.unit_in_key or voice.unit_in_value))
    ):
        # Who measures otherwise than most of the world mostly says so.
        number, unit = quantities.measurement(rng, label)
    text = rng.choice(UNIT_TEXTS.get(unit, (unit,)))
    value: Any = number
    if voice.scaled and isinstance(number, float):
        value = round(number * rng.choice((10, 10, 100, 1000)))
    if voice.unit_in_value and unit:
        value = f"{number}{rng.choice(('', ' '))}{text}"
    elif voice.numbers_as_text:
        value = str(number).replace(".", ",") if rng.random() < 0.06 else str(number)
    return Item("", value, label, unit, unit_text=text)


def _binary(rng: random.Random, label: str, voice: Voice, inverted: bool) -> Item:
    if inverted and rng.random() < 0.3 and voice.wording.has_pair(label):
        # `contact: "open"` names the state itself, whatever the key.
        return Item("", _worded(rng, label, voice), label, "", "normal")
    value = None if rng.random() < 0.01 else _two_valued(rng, label, voice, inverted)
    return Item("", value, label, "", "inverted" if inverted else "normal")


_BINARY_STYLES: tuple[tuple[Any, Any], ...] = (
    (True, False), (True, False), (True, False), (1, 0), (1, 0), (1, 0), (1, 0), ("ON", "OFF"), ("on", "off"), ("1", "0"),
    ("true", "false"), ("yes", "no"), ("True", "False"), ("YES", "NO"), ("active", "inactive"), ("On", "Off"),
)  # fmt: skip


def _two_valued(rng: random.Random, label: str, voice: Voice, inverted: bool) -> Any:
    """A raw value of a two-valued field. Words name the state itself, so they are used for upright fields only."""
    if not inverted and voice.wording.has_pair(label) and rng.random() < 0.45:
        return _worded(rng, label, voice)
    true, false = rng.choice(_BINARY_STYLES)
    return true if rng.random() < 0.4 else false


def _worded(rng: random.Random, label: str, voice: Voice) -> str:
    """A word that names one of the label's two states."""
    (true, false), native = voice.wording.pair(rng, label, voice.language)
    word = true if rng.random() < 0.4 else false
    return _written(rng, word, voice) if native else word


def _written(rng: random.Random, word: str, voice: Voice) -> str:
    """A word of the home's language as its devices write it."""
    if voice.plain_ascii:
        word = plain(word)
    form = rng.random()
    if form < 0.4:
        return word
    if form < 0.65:
        return word.lower()
    if form < 0.8:
        return word.lower().replace(" ", "_")
    return word.upper() if form < 0.9 else capital(word)


_NUMBERED = {
    **dict.fromkeys(("device_state", "climate_mode", "cover_state", "lock_state", "error_code", "hvac_action", "fan_mode", "alarm_state"), 0.4),
    **dict.fromkeys(("color_mode", "action"), 0.1),
}  # fmt: skip
"""How often devices send such a word as its number."""


def text_or_switch(rng: random.Random, label: str, voice: Voice) -> Any:
    """What a field of the label holds that is no measured number: a word, a switch's state, a numbered state."""
    if label == "metadata" and rng.random() < 0.35:
        return quantities.name(rng)
    if label == "color":
        return quantities.color(rng)
    if label == "config_setting" and rng.random() < 0.4:
        return rng.choice((True, False, "ON", "OFF", 0, 1))
    if label in _NUMBERED and rng.random() < _NUMBERED[label]:
        return rng.randint(0, 9) if rng.random() < 0.6 else rng.randint(0, 255)
    word, native = voice.wording.state(rng, label, voice.language)
    return _written(rng, word, voice) if native else word


def _stated(rng: random.Random, fact: Fact, voice: Voice, inverted: bool) -> Item | None:
    """An item with a value as the source states it; None when it states none."""
    label, values = fact.label, fact.values
    polarity, unit = polarity_of(fact, inverted), unit_of_fact(fact)
    if values.true is not None and values.false is not None:
        return Item("", rng.choice((values.true, values.false)), label, unit, polarity)
    if values.options and rng.random() < 0.8:
        words = next((words for code, words in values.words.items() if code.startswith(voice.language)), ())
        if words and rng.random() < NATIVE:
            return Item("", _written(rng, rng.choice(words), voice), label, unit, polarity)
        return Item("", rng.choice(values.options), label, unit, polarity)
    if values.type == "binary":
        return Item("", _two_valued(rng, label or "switch_state", voice, inverted), label, unit, polarity)
    if label in quantities.RANGES and unit:
        number = quantities.measurement_in(rng, label, unit)
        if number is not None and rng.random() < 0.8:
            return Item("", number, label, unit, unit_text=unit)
    if values.min is not None and values.max is not None and values.type in ("number", "integer"):
        number = rng.uniform(values.min, min(values.max, values.min + 1e6))
        whole = values.type == "integer" or (values.step or 1) >= 1
        return Item("", round(number) if whole else round(number, 2), label, unit, polarity, unit)
    if values.examples and rng.random() < 0.7:
        example = rng.choice(values.examples)
        if not isinstance(example, (dict, list)):
            return Item("", example, label, unit, polarity)
    if label in quantities.RANGES and unit is not None and LABELS[label].nature is Nature.MEASUREMENT:
        # A unit that no range is known for: any magnitude of the label's.
        number, _ = quantities.measurement(rng, label)
        return Item("", number, label, unit)
    return None


def polarity_of(fact: Fact, inverted: bool) -> str | None:
    """The polarity that the source states, or of a condition the one that its name tells; None of anything else."""
    if fact.polarity is None and fact.label in LABELS and LABELS[fact.label].nature is Nature.BINARY:
        return "inverted" if inverted else "normal"
    return fact.polarity


def unit_of_fact(fact: Fact) -> str | None:
    """The unit that the source states; None where it states none, or one that is not in the vocabulary."""
    return fact.unit if fact.unit in UNITS else None
