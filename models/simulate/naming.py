"""How a field is called in a dialect: qualified, by a symbol, by its unit, with the unit behind."""

from __future__ import annotations

import random

from agent.core.ontology import LABELS, Nature
from models.simulate import quantities
from models.simulate.values import Item
from models.simulate.vocabulary import Term
from models.simulate.voice import SYMBOLS, UNIT_SUFFIXES, Voice, capital, join, spell, split_words

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
    if label == "current" and qualifier in ("max", "min"):
        # The most that may flow is a setting, and that is what a current is called so for.
        return words
    return f"{qualifier} {words}" if rng.random() < 0.5 and not qualifier.isdigit() else f"{words} {qualifier}"


def called(rng: random.Random, term: Term, valued: Item, voice: Voice, tells_unit: bool) -> str:
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
    return with_unit(rng, key, valued.unit, voice) if tells_unit else key


def with_unit(rng: random.Random, key: str, unit: str | None, voice: Voice) -> str:
    """The key with the unit behind it, as this voice writes it; the key alone where nobody writes that unit so."""
    suffixes = UNIT_SUFFIXES.get(unit or "")
    return _suffixed(rng, key, rng.choice(suffixes), voice) if suffixes else key


_SAID = frozenset(("W", "A", "VA", "var", "Hz", "kWh"))
"""Symbols that can be nothing but a unit; `V` is the letter of voltage, too."""
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


def _suffixed(rng: random.Random, key: str, suffix: str, voice: Voice) -> str:
    if voice.case in ("camel", "pascal"):
        return suffix + capital(key) if rng.random() < 0.2 else key + capital(suffix)
    if voice.case in ("space", "title"):
        return f"{key} [{suffix}]" if rng.random() < 0.5 else f"{key} ({suffix})"
    if rng.random() < 0.08:
        return f"{suffix}_{key}"
    if voice.case in ("snake", "upper_snake") and "_" in key and rng.random() < 0.15:
        # `rain_mm_today`, `power_w_l1`
        first, _, last = key.rpartition("_")
        return f"{first}_{suffix}_{last}"
    if voice.case in ("lower", "upper") and rng.random() < 0.75:
        # `windspeedmph`, `BATTV`
        return key + (suffix.lower() if voice.case == "lower" else suffix.upper())
    return f"{key}{rng.choice(('_', '_', '_', '', '-'))}{suffix}"
