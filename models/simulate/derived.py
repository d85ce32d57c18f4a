"""Fields that are named after a measurement and are something else: its alarm, its limit, its time."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from models.simulate import quantities
from models.simulate.naming import with_unit
from models.simulate.values import Item, text_or_switch, valued
from models.simulate.vocabulary import Vocabulary
from models.simulate.voice import Voice, spell

# What becomes of a measurement's name when another word stands beside it: an alarm is no temperature any more.
_DERIVED: tuple[tuple[str, str, str], ...] = (
    ("problem", "", "{} alarm|{} fault|{} warning|high {} alarm|low {} alarm|over {}|high {}|low {}|{} too high|{} error state|"
     "{} alert|{} high|{} low|alarm high {}|alarm low {}|{} failure|{} sensor fault|{} Alarm|{} Störung|défaut {}|alarme {}|"
     "{} storing|авария {}|{}报警|alarma {}|allarme {}|{}alarm|{}larm|larm {}|alarm {}|тревога {}|{}告警|{}warnung|alarme de {}|alarma de {}"),
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


_FIRST_WORD = 0.2
"""How often of a measurement's name the first word is enough: a wind alarm is one of the wind's speed."""


def derived(rng: random.Random, vocabulary: Vocabulary, voice: Voice) -> Item:
    """An item named after a measurement that is something else: its alarm, limit, unit, time, ..."""
    label, unit_rule, patterns = rng.choices(_DERIVED, _DERIVED_WEIGHTS)[0]
    origin = rng.choice(_DERIVED_FROM)
    named = vocabulary.term(rng, origin, voice.language).text
    if rng.random() < _FIRST_WORD:
        named = named.split()[0]
    key = spell(rng, rng.choice(patterns.split("|")).format(named), voice)
    if unit_rule == "same" and origin in quantities.RANGES:
        number, unit = quantities.measurement(rng, origin)
        return Item(key, number, label, unit or "")
    if label == "config_setting":
        return Item(key, text_or_switch(rng, label, voice), label, "")
    return replace(valued(rng, label, voice, None, False), key=key)


_AT_MOST = (
    "max {}|{} limit|{} max|maximum {}|max. {}|maximale {}|maximaler {}|{} Grenze|{}begrenzung|limite {}|{} maximale|{} maximal|maximale {}|limiet {}|"
    "límite {}|{} máxima|{} máximo|limite {}|{} massima|{} massimo|{} gräns|maximal {}|högsta {}|limit {}|maks {}|maksymalny {}|макс {}|максимальный {}|"
    "лимит {}|{} макс|最大{}|{}上限|{}限制"
)
"""How people in ten languages call the most that may flow."""
_LIMIT_NAMES: dict[str, str] = {
    "current": "max {}|maximum {}|{} limit|max charge {}|max charging {}|charge {} limit|allowed {}|{} setting|configured {}|min {}|{} setpoint|"
    "max {} per phase|requested {}|set {}|{} max limit|available {} limit|charging {} setting|discharge {} limit|"
    + _AT_MOST,
    "power": "max {} limit|{} limit|max charge {}|max discharge {}|allowed {}|{} setpoint|max grid {}|export {} limit|feed in {} limit|max output {}",
    "battery": "min {}|max {}|{} limit|target {}|reserve {}|{} threshold|{} reserve|discharge until {}|{} charge limit|lower {}|upper {}",
    "voltage": "{} cutoff|absorption {}|float {} setting|low {} cutoff|charge {} limit|max charge {}|{} threshold|cutoff {}|{} disconnect",
}
_LIMIT_UNITS = {"current": "A", "power": "W", "battery": "%", "voltage": "V"}


def limit(rng: random.Random, vocabulary: Vocabulary, voice: Voice) -> Item:
    """How much at most may flow or at least be left, in the unit of what is limited: `max_charge_current`."""
    label = rng.choices(tuple(_LIMIT_NAMES), (5, 2, 3, 1))[0]
    unit = _LIMIT_UNITS[label]
    number = quantities.measurement_in(rng, "config_setting", unit)
    words = rng.choice(_LIMIT_NAMES[label].split("|")).format(vocabulary.term(rng, label, voice.language).text)
    key = spell(rng, words, voice)
    if rng.random() < voice.unit_in_key:
        key = with_unit(rng, key, unit, voice)
    return Item(key, number, "config_setting", unit, unit_text=unit)


_ALARMED = (
    "voltage", "current", "temperature", "battery", "power", "pressure", "humidity", "frequency", "level", "energy",
)  # fmt: skip
_ALARM_NAMES = (
    "low {}|high {}|{} low|{} high|over {}|under {}|{} alarm|{} fault|{} warning|{} protection|low {} alarm|high {} alarm|cell over {}|"
    "cell under {}|charge over {}|discharge over {}|low cell {}|high cell {}|high internal {}|{} imbalance|{} error|mid {}|starter {} low|"
    "high starter {}|low starter {}|{} sensor|{} too low|{} too high|{} limit exceeded"
).split("|")
_ALARM_STATES: tuple[tuple[Any, ...], ...] = (
    (0, 0, 0, 1), (0, 0, 0, 1, 2), (False, False, True), ("OK", "OK", "ALARM"), ("ok", "alarm"), ("normal", "normal", "warning", "alarm"), ("0", "1"),
    ("No alarm", "Alarm"), ("clear", "set"),
)  # fmt: skip


def alarms(rng: random.Random, vocabulary: Vocabulary, voice: Voice) -> list[Item]:
    """What a battery, an inverter or a pump watches over, by the quantities: `low_voltage`, `high_temperature`, ..."""
    states = rng.choice(_ALARM_STATES)
    items = []
    for name in rng.sample(_ALARM_NAMES, rng.randint(2, 7)):
        words = name.format(vocabulary.term(rng, rng.choice(_ALARMED), voice.language).text)
        items.append(Item(spell(rng, words, voice), rng.choice(states), "problem", "", "normal"))
    return items
