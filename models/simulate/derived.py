"""Fields that are named after a measurement and are something else: its alarm, its limit, its time."""

from __future__ import annotations

import random
from dataclasses import replace

from models.simulate import quantities
from models.simulate.values import Item, text_or_switch, valued
from models.simulate.vocabulary import Vocabulary
from models.simulate.voice import Voice, spell

# What becomes of a measurement's name when another word stands beside it: an alarm is no temperature any more.
_DERIVED: tuple[tuple[str, str, str], ...] = (
    ("problem", "", "{} alarm|{} fault|{} warning|high {} alarm|low {} alarm|over {}|high {}|low {}|{} too high|{} error state|"
     "{} alert|{} high|{} low|alarm high {}|alarm low {}|{} failure|{} sensor fault|{} Alarm|{} Störung|défaut {}|alarme {}|"
     "{} storing|авария {}|{}报警|alarma {}|allarme {}"),
    ("config_setting", "same", "{} limit|max {} limit|{} threshold|{} offset|{} calibration|{} setpoint limit|{} correction|"
     "{} hysteresis|{} delta|min {} limit|{} Grenzwert|{} Schwelle|seuil {}|{} drempel|{} alarm threshold|порог {}|{}阈值"),
    ("config_setting", "", "{} enabled|{} mode|{} report interval|{} sensitivity|{} alarm enabled|enable {}|{} alarm mode|{} display"),
    ("metadata", "", "{} unit|{} type|{} name|{} sensor name|{} units|{} source|{} Einheit|{} label|unité {}|{}单位"),
    ("timestamp", "", "{} timestamp|{} time|{} updated at|{} last update|{} last changed|max {} time|{} Zeit"),
    ("identifier", "", "{} id|{} sensor id|{} address|{} index|{} sensor address"),
    ("counter", "", "{} count|{} times|{} samples|{} alarms count|number of {} alarms|{} events|{} errors|low {} alarms|high {} alarms|"
     "over {} alarms|{} faults|low {} events|{} syncs|Anzahl {}|{} cycles"),
    ("other", "", "{} trend|{} raw|{} adc|{} quality|{} tendency|{} checksum"),
)  # fmt: skip
_DERIVED_WEIGHTS = (6, 5, 3, 3, 2, 1, 3, 2)
_DERIVED_FROM = (
    "temperature", "humidity", "battery", "voltage", "current", "power", "pressure", "energy", "illuminance", "carbon_dioxide",
    "level", "frequency", "motion", "pm25", "moisture", "water", "weight", "distance", "wind_speed", "occupancy",
)  # fmt: skip


def derived(rng: random.Random, vocabulary: Vocabulary, voice: Voice) -> Item:
    """An item named after a measurement that is something else: its alarm, limit, unit, time, ..."""
    label, unit_rule, patterns = rng.choices(_DERIVED, _DERIVED_WEIGHTS)[0]
    origin = rng.choice(_DERIVED_FROM)
    words = rng.choice(patterns.split("|")).format(vocabulary.term(rng, origin, voice.language).text)
    key = spell(rng, words, voice)
    if unit_rule == "same" and origin in quantities.RANGES:
        number, unit = quantities.measurement(rng, origin)
        return Item(key, number, label, unit or "")
    if label == "config_setting":
        return Item(key, text_or_switch(rng, label), label, "")
    return replace(valued(rng, label, voice, None, False), key=key)
