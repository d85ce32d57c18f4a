"""One reading several times: in a row, or told apart by where, when or which."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from agent.core.ontology import LABELS, Nature
from models.simulate.leaves import Leaf
from models.simulate.units import of_its_days
from models.simulate.values import Item
from models.simulate.voice import Voice, join, split_words


def series(rng: random.Random, chosen: Item, count: int) -> list[Any]:
    """So many values of one sort: phases, minutes, channels."""
    return [Leaf(replace(chosen, value=_varied(rng, chosen.value), unit_text=None)) for _ in range(count)]


def _varied(rng: random.Random, value: Any) -> Any:
    """A number near the value, or none at all; of anything else the same."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return value
    varied = value * rng.uniform(0.9, 1.1) if rng.random() < 0.8 else 0
    return round(varied) if isinstance(value, int) else round(varied, len(str(value).partition(".")[2]))


_NUMBERED = (
    "channel,ch,chn,zone,port,line,input,gate,lane,door,side,sensor,pump,cell,tank,string,mppt,phase,circuit,meter,probe,relay,section,bank,"
    "kanal,zona,voie,strang,fas,output,slot,group,unit,no"
).split(",")
_FAMILY = 12
"""Members of one family at most."""


_SPANS = (
    "total,today,daily,hour,hourly,day,week,sum,count,people,persons,visitors,passages,entries,crossings,accumulated,interval,last hour,current,"
    "since midnight,period,slot,shift,cycle,quarter,heute,zeitraum,période,periodo,periode,okres,период,gesamt,personen,aujourd'hui,oggi,vandaag,passanten,customers,cars,vehicles"
).split(",")


def passages(rng: random.Random, speaking: Voice) -> list[Item]:
    """What a counter of those who pass tells: how many went in and out, by gate and span of time."""
    spans = rng.sample(_SPANS, rng.choice((1, 1, 2, 3)))
    ways = rng.choice(_WAYS).split()
    noun = rng.choice(_NUMBERED)
    gates = [[noun, str(number + 1)] for number in range(rng.choice((1, 2, 4)))] if rng.random() < 0.5 else [[]]
    ahead = rng.random() < 0.2
    most = rng.choice((9, 90, 2_000, 90_000))
    names = [
        [*gate, way, *split_words(span)] if ahead else [*gate, *split_words(span), way]
        for gate in gates
        for span in spans
        for way in ways
    ]
    return [
        Item(join(name, speaking.case), 0 if rng.random() < 0.25 else rng.randint(0, most), "counter", "")
        for name in names
    ]


def family(rng: random.Random, speaking: Voice, chosen: Item) -> list[Item]:
    """The reading several times in one message, by where, when or which: `gate_1_count_in`, `gate_1_count_out`, ..."""
    words = split_words(chosen.key)
    # Sums and averages are of what has an amount; of anything else there may be several.
    amounts = chosen.label is not None and LABELS[chosen.label].nature is Nature.MEASUREMENT
    form = rng.random() if amounts or chosen.label == "counter" else 0.0
    noun = [rng.choice(_NUMBERED)] if rng.random() < 0.4 else []
    first = rng.choice((0, 1, 1, 1))
    numbers = [[*noun, str(first + offset)] for offset in range(rng.randint(2, 6))]
    wheres = [split_words(where) for where in places(rng, chosen.label)]
    behind = rng.random() < 0.7
    if form < 0.35:
        names = [[*words, *number] if behind else [*number, *words] for number in numbers]
    elif form < 0.75:
        names = [[*words, *where] if behind else [*where, *words] for where in wheres]
    else:
        names = [
            [*number, *words, *where] if behind else [*words, *number, *where] for number in numbers for where in wheres
        ]
    return [
        of_its_days(rng, replace(chosen, key=join(name, speaking.case), value=_varied(rng, chosen.value)), name)
        for name in names[:_FAMILY]
    ]


_ANYWHERE = (
    "1 2 3 4", "0 1 2 3", "min max avg", "min max current average", "inside outside", "indoor outdoor", "value raw", "now max min",
    "ch0 ch1 ch2", "left right", "front rear", "upper lower", "state last", "in out", "status value", "a b c",
)  # fmt: skip
_PHASES = ("l1 l2 l3 total", "L1 L2 L3", "a b c", "phase1 phase2 phase3", "grid pv battery load", "inst avg peak")
_SUMS = (
    "total today yesterday month year day week lifetime import export in out", "heute gestern gesamt", "today total",
    "charged discharged", "consumed produced", "total per_minute per_hour", "total last_minute last_hour", "by_minute by_hour",
    "total hourly daily",
)  # fmt: skip
_SPATIAL = ("x y z",)
_TRAFFIC = ("rx tx", "up down", "sent received")
_WAYS = ("in out", "in out", "in out total", "enter exit", "entries exits", "entered left")
_COUNTS = (*_WAYS, "total_in total_out", "success failed", "sent received lost", "left right")
_OF_LABEL = {
    **dict.fromkeys(("voltage", "current", "frequency", "power_factor", "apparent_power", "reactive_power"), _PHASES),
    "power": (*_PHASES, "consumed produced", "charged discharged"),
    **dict.fromkeys(("energy", "reactive_energy"), (*_SUMS, *_SUMS, *_PHASES)),
    **dict.fromkeys(("water", "gas", "volume", "precipitation", "duration", "monetary", "distance"), _SUMS),
    "counter": (*_SUMS, *_COUNTS),
    "data_size": ("used free total", "used free", "total free", *_TRAFFIC),
    "data_rate": _TRAFFIC,
    "percentage": ("user system", "used free", "cpu mem disk"),
    "volume_storage": ("used free total",),
    **dict.fromkeys(("acceleration", "angle", "vibration", "other"), _SPATIAL),
    "location": ("lat lon", "latitude longitude", "lat lng", "Lat Lon", "lon lat", "lng lat"),
}
"""Sub-keys that go with a label; others would teach that `lat` may be a battery."""


def places(rng: random.Random, label: str | None) -> list[str]:
    """Sub-keys that say where, when or which of a reading."""
    fitting = _OF_LABEL.get(label or "", ())
    if label == "location" or (fitting and rng.random() < 0.6):
        return rng.choice(fitting).split()
    return rng.choice(_ANYWHERE).split()
