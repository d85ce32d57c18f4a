"""The unit that a name tells, or in which such a thing is usually told, and numbers as large as the name lets expect."""

from __future__ import annotations

import random
from dataclasses import replace

from agent.core.ontology import LABELS
from models.facts import Fact
from models.simulate import quantities
from models.simulate.values import Item
from models.simulate.voice import UNIT_SUFFIXES, split_words


def as_named(rng: random.Random, text: str, valued: Item, fact: Fact | None, tells_unit: bool) -> Item:
    """The item as large, and in the unit, as its name lets expect; what its source states stays."""
    if fact is None or _left_open(fact, valued):
        valued = _as_told(rng, text, valued, tells_unit)
    return of_its_days(rng, valued, split_words(text))


def _left_open(fact: Fact, valued: Item) -> bool:
    """Whether the source states neither unit nor number, so that both are ours to choose."""
    return fact.unit is None and valued.unit is not None and type(valued.value) in (int, float)


def _as_told(rng: random.Random, text: str, valued: Item, tells_unit: bool) -> Item:
    """The item in the unit that its name tells, or in which such things are usually told."""
    label = valued.label or ""
    told = _unit_told(text, label)
    if told is None and isinstance(valued.value, (int, float)):
        if tells_unit and rng.random() < _UNUSUAL:
            told = rng.choice([unit for unit in quantities.units_of(label) if unit in UNIT_SUFFIXES] or [None])
        else:
            told = _habitual_unit(rng, label, text)
    if told and told != valued.unit:
        number = quantities.measurement_in(rng, label, told)
        if number is not None:
            valued = Item("", number, label, told, unit_text=told)
    if tells_unit and valued.unit and type(valued.value) in (int, float) and rng.random() < _OF_ANY_SIZE:
        valued = replace(valued, value=quantities.measurement(rng, label)[0])
    return valued


_UNUSUAL = 0.75
"""How often a unit that is told is any of the label's: who measures as all others do need not tell it."""
_OF_ANY_SIZE = 0.4
"""How often a number whose unit is told is as large as it would be in any other: then what is told is all that counts."""


_AS_USUAL = 0.8
"""How often an energy is as much as is usual for the days that its name tells."""


def of_its_days(rng: random.Random, chosen: Item, words: list[str]) -> Item:
    """The item with as much energy as is usual for the days that the words tell, where they tell any."""
    if (
        chosen.label != "energy"
        or type(chosen.value) not in (int, float)
        or not chosen.value
        or rng.random() > _AS_USUAL
    ):
        return chosen
    number = quantities.energy_of_days(rng, words, chosen.unit or "")
    return chosen if number is None else replace(chosen, value=number)


_TEMPERATURE_TOLD = {"f": "°F", "tf": "°F", "tempf": "°F", "c": "°C", "tc": "°C", "tempc": "°C"}


def _unit_told(text: str, label: str) -> str | None:
    """The unit that a name itself tells, `kwh total` or `dist cm`; None when it tells none."""
    words = split_words(text)
    if label == "temperature":
        told = _TEMPERATURE_TOLD.get(words[-1]) if len(words) > 1 else None
        return told or _TEMPERATURE_TOLD.get("".join(words))
    for unit in LABELS[label].units or quantities.units_of(label):
        if any(len(word) > 1 and word in map(str.lower, UNIT_SUFFIXES.get(unit, ())) for word in words):
            return unit
    return None


_HABITS: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {
    # Thousandths are of cells; of mains and panels a whole number of four digits is tenths.
    "voltage": (
        (("grid", "mains", "line", "phase", "ac", "pv", "panel", "string", "mppt", "netz", "solar", "uac", "vac", "upv", "vpv"), ("V",)),
    ),
    "duration": (
        (("uptime", "up time", "up", "upt", "seconds online", "age", "elapsed", "online time"), ("s", "s", "s", "s", "ms", "min")),
        (("latency", "ping", "response", "rtt"), ("ms", "ms", "ms", "s")),
        (("days", "tage", "tagen", "jours", "dagen", "días", "giorni", "dagar", "dni", "дней", "天数", "filterwechsel"), ("d",)),
        (("hours", "stunden", "heures", "uren", "horas", "timmar", "ore", "godziny", "часы", "betriebsstunden", "bedrijfsuren", "draaiuren",
          "наработка", "моточасы", "小时"), ("h",)),
        (("inference",), ("ms",)),
        (("minutes", "minuten", "minutos", "minuti", "minuter", "minut", "minuty", "минут", "минуты", "分钟", "剩余分钟"), ("min",)),
        (("seconds", "sekunden", "secondes", "seconden", "segundos", "secondi", "sekunder", "sekund", "секунд", "秒"), ("s",)),
        (("filter", "working", "operating", "burner", "service"), ("h", "h", "d")),
    ),
    "distance": (
        (("altitude", "alt", "elevation", "elev", "ele", "height above ground", "msl", "cloud base", "accuracy", "acc", "hacc", "vacc",
          "radius", "altitud", "altitude gps", "höhe"), ("m", "m", "m", "m", "ft")),
        (("odometer", "odo", "mileage", "trip", "travelled", "driven", "range", "km", "lightning", "autonomie", "kilometerstand",
          "kilometraje", "visibility"), ("km", "km", "km", "mi", "m")),
        (("snow", "tide", "liquid", "tank", "ultrasonic"), ("cm", "cm", "mm", "m")),
    ),
    "config_setting": (
        (("current", "amps", "amp", "ampere", "amperes", "ilim", "imax", "imin", "maxcur", "maximalstrom", "ladestrom", "minimalstrom",
          "courant", "stroom", "corriente", "corrente", "ström", "prąd", "ток", "最大电流"), ("A",)),
        (("soc", "minsoc", "maxsoc", "humidity", "brightness", "backlight", "volume", "lautstärke", "reserve", "zielfeuchte", "contrast",
          "charge limit", "ladelimit", "mindestladung"), ("%",)),
        (("temperature", "temp", "heizgrenze", "summer limit", "heating limit", "hysteresis", "hysterese"), ("°C",)),
        (("power", "feed", "export", "plim", "leistungsgrenze", "einspeisegrenze"), ("W",)),
        (("voltage", "volt"), ("V",)), (("distance", "range", "height"), ("cm",)), (("lux", "illuminance"), ("lx",)),
        (("interval", "interval setting", "period", "timeout", "delay", "time", "duration", "cooldown", "keepalive", "keep", "retrigger", "off_dly", "on_dly",
          "intv", "ivl", "repint", "tmo", "tout", "sendeintervall", "messintervall", "intervall", "verzögerung", "nachlaufzeit", "anzeigedauer",
          "intervalle", "délai", "vertraging", "meetinterval", "retardo", "intervalo", "ritardo", "intervallo", "mätintervall", "fördröjning",
          "opóźnienie", "interwał", "интервал", "задержка", "延时", "采样间隔", "上报间隔"), ("s", "s", "s", "s", "min", "min", "ms", "h")),
    ),
    "pressure": ((("vapor", "vpd"), ("kPa",)), (("systolic", "diastolic", "sys", "dia", "blood"), ("mmHg",))),
    "weight": ((("portion", "food", "bowl", "filament", "coffee"), ("g",)), (("body", "hive", "load"), ("kg", "kg", "lb"))),
}  # fmt: skip


def _habitual_unit(rng: random.Random, label: str, text: str) -> str | None:
    """The unit in which such a thing is usually told; None where there is no habit."""
    words = split_words(text)
    for names, units in _HABITS.get(label, ()):
        if any(name in words or name == text for name in names):
            return rng.choice(units)
    return None
