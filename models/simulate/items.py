"""Items: what one field of a message says and means, before it has a place in a message."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from agent.core.ontology import LABELS, UNITS, Nature
from models.facts import Device, Fact
from models.simulate import quantities
from models.simulate.voice import SYMBOLS, UNIT_SUFFIXES, UNIT_TEXTS, Voice, capital, join, spell, split_words


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


_QUALIFIERS = {
    "electric": "l1,l2,counter,nr 1,phase 1,phase 3,sum,now,l3,phase a,phase b,phase c,phase 1,phase 2,a,b,c,1,2,3,total,grid,pv,pv1,pv2,battery,load,house,home,inverter,"
    "ac,dc,input,output,channel 1,string 1,mppt1,neutral,import,export,average,avg,max,min,solar,wallbox,car,charger,generator,"
    "netz,haus,speicher,hausanschluss,réseau,batterie,net,red,rete,nät,siec,сеть,电网,光伏,active,instant,today,line,ct1,bus,main",
    "air": "indoor,outdoor,inside,outside,room,kitchen,living room,bedroom,external,internal,probe 1,ch1,ch2,average,current,actual,"
    "measured,aussen,innen,außen,wohnzimmer,keller,cuisine,salon,extérieur,intérieur,binnen,buiten,interior,exterior,interno,esterno,"
    "inne,ute,внутри,снаружи,室内,室外,1,2,3,sensor,sensor 1,bme280,sht31,min,max,zone 1,local,remote,basement,garage",
    "plain": "1,2,3,0,current,actual,total,sensor,value,main,last,left,right,front,rear,a,b,zone 1,channel 2,ch1,port 1,my,device,"
    "today,status,measured,primary,external,tank 1,pump,motor,system,average,min,max",
}
QUALIFIERS = {name: tuple(words.split(",")) for name, words in _QUALIFIERS.items()}
# Habits of programmers, which say nothing of the meaning.
_PREFIXES = ("is", "has", "get", "cur", "act", "val", "my", "m", "s", "raw", "dev", "sys", "esp", "str", "bool", "num", "int", "f", "n", "x", "last",
             "sensor", "device", "ha", "zb", "bt", "hw", "measured", "system", "main", "state", "status")  # fmt: skip
_ELECTRIC = frozenset(
    (
        "voltage",
        "current",
        "power",
        "apparent_power",
        "reactive_power",
        "power_factor",
        "energy",
        "reactive_energy",
        "frequency",
    )
)
_AIR = frozenset(
    ("temperature", "humidity", "atmospheric_pressure", "carbon_dioxide", "pm25", "pm10", "pm1", "illuminance", "aqi", "motion",
     "window", "door", "opening", "climate_setpoint", "volatile_organic_compounds")
)  # fmt: skip


_FLOW_ENDS = ("grid", "pv", "battery", "load", "home", "house", "car", "inverter", "ac in", "ac out", "solar", "generator", "netz", "haus",
              "speicher", "réseau", "in", "out", "dc", "consumer", "charger", "heat pump", "vehicle")  # fmt: skip


def flow(rng: random.Random) -> str:
    """From where to where energy goes: `grid to battery`."""
    source, sink = rng.sample(_FLOW_ENDS, 2)
    return (
        f"{source} {rng.choice(('to', 'to', '2', 'nach' if source in ('netz', 'haus', 'speicher') else 'to'))} {sink}"
    )


def _qualified(rng: random.Random, label: str, words: str) -> str:
    if label in ("energy", "power") and rng.random() < 0.04:
        return f"{flow(rng)} {words}" if rng.random() < 0.4 else f"{words} {flow(rng)}"
    kind = "electric" if label in _ELECTRIC else "air" if label in _AIR else "plain"
    often = {"electric": 0.5, "air": 0.35, "plain": 0.15}[kind]
    if rng.random() > often or (LABELS[label].nature is Nature.ROLE and rng.random() < 0.5):
        return words
    qualifier = rng.choice(QUALIFIERS[kind])
    return f"{qualifier} {words}" if rng.random() < 0.5 and not qualifier.isdigit() else f"{words} {qualifier}"


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
        return Item(key, _text_or_switch(rng, label), label, "")
    return replace(_valued(rng, label, voice, None, False), key=key)


def item(rng: random.Random, vocabulary: Vocabulary, voice: Voice, label: str) -> Item:
    """An item of the label, called and valued as this voice does."""
    if label == "voltage" and rng.random() < _AS_BATTERY:
        return _cell(rng, voice)
    term = vocabulary.term(rng, label, voice.language)
    valued = _valued(rng, label, voice, term.fact, term.inverted)
    if label == "update" and "ver" in term.text.lower():
        # The version that waits to be installed.
        valued = Item("", quantities.firmware(rng), label, "")
    often = max(voice.unit_in_key, _UNIT_NEEDED if label in _OF_MANY_UNITS else 0.0)
    tells_unit = rng.random() < often
    valued = _as_named(rng, term.text, valued, term.fact, tells_unit)
    return replace(valued, key=_called(rng, term, valued, voice, tells_unit))


_AS_BATTERY = 0.06
"""How often a voltage has the name of a battery, and nothing but its number says that it is no charge in per cent."""
_BATTERIES = (
    "battery", "bat", "batt", "b", "bt", "battery", "Bat", "BAT", "akku", "accu", "batterie", "pile", "batteria", "pila", "batería", "batteri",
    "bateria", "батарея", "батарейка", "电池", "cell", "battery status", "supply", "bat level", "lipo", "coin cell", "soil batt",
)  # fmt: skip


def _cell(rng: random.Random, voice: Voice) -> Item:
    number, unit = quantities.cell_voltage(rng)
    return Item(spell(rng, rng.choice(_BATTERIES), voice), number, "voltage", unit, unit_text=unit)


def _as_named(rng: random.Random, text: str, valued: Item, fact: Fact | None, tells_unit: bool) -> Item:
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
            told = rng.choice([spread.unit for spread in quantities.RANGES.get(label, ())] or [None])
        else:
            told = _habitual_unit(rng, label, text)
    if told and told != valued.unit:
        number = quantities.measurement_in(rng, label, told)
        if number is not None:
            return Item("", number, label, told, unit_text=told)
    return valued


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


_UNUSUAL = 0.6
"""How often a unit that is told is any of the label's: who measures as all others do need not tell it."""


def _called(rng: random.Random, term: Term, valued: Item, voice: Voice, tells_unit: bool) -> str:
    """The key of an item that this voice calls by the term."""
    label = valued.label or ""
    if label == "identifier" and rng.random() < 0.03:
        # `tid`, `rid`: whatever the letter stands for.
        return f"{rng.choice('abcdefghijklmnopqrstuvwxyz')}{rng.choice(('id', '_id', 'Id', 'ID'))}"
    if voice.symbols and label in SYMBOLS:
        # Some symbols are units, and tell no other one.
        key = rng.choice([symbol for symbol in SYMBOLS[label] if symbol == valued.unit or symbol not in _SAID])
        if rng.random() < 0.3:
            key += str(rng.choice((1, 2, 3, "_l1", "_in", "L1", "L2")))
        return key
    if valued.unit in UNIT_SUFFIXES and rng.random() < (0.07 if valued.unit in _TELLING else 0.02):
        return _by_unit(rng, label, rng.choice(UNIT_SUFFIXES[valued.unit]), voice)
    if term.terse:
        words = term.text
        if rng.random() < 0.2 and not words[-1].isdigit():
            words = f"{words}{rng.randint(1, 4)}"
        key = words if rng.random() < 0.6 else join(split_words(words), voice.case)
    elif term.fact is not None and rng.random() < 0.3:
        key = term.text
    else:
        words = _qualified(rng, label, term.text)
        if rng.random() < 0.05:
            words = f"{rng.choice(_PREFIXES)} {words}"
        key = spell(rng, words, voice)
    if tells_unit and valued.unit in UNIT_SUFFIXES:
        suffix = rng.choice(UNIT_SUFFIXES[valued.unit])
        key = _suffixed(rng, key, suffix, voice)
    return key


_SAID = frozenset(("W", "A", "VA", "var", "Hz", "kWh"))
"""Symbols that can be nothing but a unit; `V` is the letter of voltage, too."""
_OF_MANY_UNITS = frozenset(
    ("distance", "duration", "data_size", "data_rate", "volume", "volume_storage", "weight", "speed", "wind_speed", "pressure",
     "precipitation", "precipitation_intensity", "volume_flow_rate", "water")
)  # fmt: skip
_UNIT_NEEDED = 0.35
"""How often who has to be understood tells the unit of such a thing in its key."""
_TARGETS = ("target", "set", "setpoint", "desired", "wanted", "soll", "consigne", "requested", "heating target", "goal",
            "req")  # fmt: skip
_LIMITS = ("max", "min", "limit", "allowed", "threshold", "default", "reserve", "maximum", "minimum", "upper", "lower", "step", "until",
           "below", "above", "setting", "delay", "cap")  # fmt: skip
_ACTUALS = ("current", "current", "current", "actual", "actual", "measured", "room", "ist", "outdoor", "indoor", "probe 1", "inside", "outside", "air", "water", "now", "flow",
            "return", "ambient", "tank", "actuelle", "min", "max")  # fmt: skip


def _by_unit(rng: random.Random, label: str, unit: str, voice: Voice) -> str:
    """A key in which the unit is all that tells the quantity: `W`, `kWh`, `kWh_today`, `target_C`, `max_A`."""
    if label in ("temperature", "climate_setpoint") or LABELS[label].nature is Nature.ROLE:
        words = rng.choice({"temperature": _ACTUALS, "climate_setpoint": _TARGETS}.get(label, _LIMITS))
        return _suffixed(rng, spell(rng, words, voice), unit, voice)
    if rng.random() < 0.4:
        return unit
    # Whatever stands beside it, also what nobody has heard of: `HV_V`.
    place = quantities.invented_word(rng) if rng.random() < 0.2 else rng.choice(QUALIFIERS["electric"])
    if rng.random() < 0.4:
        return _suffixed(rng, spell(rng, place, voice), unit, voice)
    words = split_words(place)
    if rng.random() < 0.5:
        return f"{unit}{rng.choice('_ /')}{'_'.join(words)}"
    # `WhTotal`, `APhase1`, `VL2`
    return unit + "".join(map(capital, words))


_TELLING = frozenset(("°C", "°F", "W", "kW", "Wh", "kWh", "V", "A", "mA", "Hz", "VA", "var", "ppm", "rpm", "hPa", "lx"))
"""Units that are used in place of a name."""


_TEMPERATURE_TOLD = {"f": "°F", "tf": "°F", "tempf": "°F", "c": "°C", "tc": "°C", "tempc": "°C"}


def _unit_told(text: str, label: str) -> str | None:
    """The unit that a name itself tells, `kwh total` or `dist cm`; None when it tells none."""
    words = split_words(text)
    if label == "temperature":
        told = _TEMPERATURE_TOLD.get(words[-1]) if len(words) > 1 else None
        return told or _TEMPERATURE_TOLD.get("".join(words))
    for unit in LABELS[label].units or dict.fromkeys(spread.unit for spread in quantities.RANGES.get(label, ())):
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
        (("filter", "working", "operating", "burner", "service"), ("h", "h", "d")),
    ),
    "distance": (
        (("altitude", "alt", "elevation", "elev", "ele", "height above ground", "msl", "cloud base", "accuracy", "acc", "hacc", "vacc",
          "radius", "altitud", "altitude gps", "höhe"), ("m", "m", "m", "m", "ft")),
        (("odometer", "odo", "mileage", "trip", "travelled", "driven", "range", "km", "lightning", "autonomie", "kilometerstand",
          "kilometraje", "visibility"), ("km", "km", "km", "mi", "m")),
        (("snow", "tide", "liquid", "tank", "ultrasonic"), ("cm", "cm", "mm", "m")),
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


def own_name(fact: Fact) -> str:
    """What the source calls the field where it stands alone; below a group the group belongs to it: `aenergy_total`."""
    words = [key for key in fact.path or fact.topic or () if not key.isdigit()]
    return "_".join(words[-2:] if fact.path else words[-1:]) or "value"


def told(fact: Fact, value: Any) -> Item:
    """A value of the source's own as an item; whatever the source does not state is masked."""
    return Item("", value, fact.label, _unit(fact), _polarity(fact, inverted=False))


def of_fact(rng: random.Random, fact: Fact, voice: Voice, faithful: bool) -> Item:
    """An item of a source's statement; `faithful` keeps the source's own spelling."""
    valued = _valued(rng, fact.label, voice, fact, fact.polarity == "inverted")
    own = own_name(fact)
    valued = _as_named(rng, own, valued, fact, tells_unit=False)
    if faithful:
        return replace(valued, key=own)
    names = [name for language, name in fact.names.items() if language.startswith(voice.language)]
    words = rng.choice(names) if names and (voice.language != "en" or rng.random() < 0.4) else own
    return replace(valued, key=spell(rng, words, voice))


def _suffixed(rng: random.Random, key: str, suffix: str, voice: Voice) -> str:
    if voice.case in ("camel", "pascal"):
        return suffix + capital(key) if rng.random() < 0.2 else key + capital(suffix)
    if voice.case in ("space", "title"):
        return f"{key} [{suffix}]" if rng.random() < 0.5 else f"{key} ({suffix})"
    if rng.random() < 0.08:
        return f"{suffix}_{key}"
    if voice.case in ("lower", "upper") and rng.random() < 0.75:
        # `windspeedmph`, `BATTV`
        return key + (suffix.lower() if voice.case == "lower" else suffix.upper())
    return f"{key}{rng.choice(('_', '_', '_', '', '-'))}{suffix}"


def _valued(rng: random.Random, label: str | None, voice: Voice, fact: Fact | None, inverted: bool) -> Item:
    """An item with a value but without a key."""
    if fact is not None and label == "update" and fact.values.type in ("integer", "number", "text"):
        # The version that waits to be installed.
        return Item("", quantities.firmware(rng), label, "")
    if fact is not None:
        stated = _stated(rng, fact, inverted)
        if stated is not None:
            return stated
    if label is None:
        return Item("", rng.choice((rng.randint(0, 100), "text", True, 1.5)), None, None)
    nature = LABELS[label].nature
    if nature is Nature.BINARY or label in ("switch_state", "input_state", "availability"):
        return _binary(rng, label, inverted)
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
        return Item("", _text_or_switch(rng, label), label, "" if nature is Nature.ROLE else None)
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


def _binary(rng: random.Random, label: str, inverted: bool) -> Item:
    if inverted and rng.random() < 0.3 and quantities.has_words(label):
        # `contact: "open"` names the state itself, whatever the key.
        return Item("", quantities.worded(rng, label), label, "", "normal")
    value = None if rng.random() < 0.01 else quantities.binary(rng, label, inverted)
    return Item("", value, label, "", "inverted" if inverted else "normal")


_NUMBERED = {
    **dict.fromkeys(("device_state", "climate_mode", "cover_state", "lock_state", "error_code", "hvac_action", "fan_mode", "alarm_state"), 0.4),
    **dict.fromkeys(("color_mode", "action"), 0.1),
}  # fmt: skip
"""How often devices send such a word as its number."""


def _text_or_switch(rng: random.Random, label: str) -> Any:
    if label == "metadata" and rng.random() < 0.35:
        return quantities.name(rng)
    if label == "color":
        return quantities.color(rng)
    words = quantities.WORDS.get(label, ("ok",))
    if label == "config_setting" and rng.random() < 0.4:
        return rng.choice((True, False, "ON", "OFF", 0, 1))
    if label in _NUMBERED and rng.random() < _NUMBERED[label]:
        return rng.randint(0, 9) if rng.random() < 0.6 else rng.randint(0, 255)
    return rng.choice(words)


def _stated(rng: random.Random, fact: Fact, inverted: bool) -> Item | None:
    """An item with a value as the source states it; None when it states none."""
    label, values = fact.label, fact.values
    polarity, unit = _polarity(fact, inverted), _unit(fact)
    if values.true is not None and values.false is not None:
        return Item("", rng.choice((values.true, values.false)), label, unit, polarity)
    if values.options and rng.random() < 0.8:
        return Item("", rng.choice(values.options), label, unit, polarity)
    if values.type == "binary":
        return Item("", quantities.binary(rng, label or "switch_state", inverted), label, unit, polarity)
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


def _polarity(fact: Fact, inverted: bool) -> str | None:
    if fact.polarity is None and fact.label in LABELS and LABELS[fact.label].nature is Nature.BINARY:
        return "inverted" if inverted else "normal"
    return fact.polarity


def _unit(fact: Fact) -> str | None:
    return fact.unit if fact.unit in UNITS else None
