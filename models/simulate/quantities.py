"""Values as devices report them: ranges of measurements by unit, and the forms of moments, names, colours and versions."""

from __future__ import annotations

import bisect
import math
import random
import re
import struct
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any


@dataclass(frozen=True, slots=True)
class Range:
    """How a measurement in one unit is reported."""

    unit: str
    weight: float
    low: float
    high: float
    decimals: int
    logarithmic: bool = False


def _ranges(text: str) -> tuple[Range, ...]:
    """Ranges from "unit weight low high decimals [log]" entries, divided by commas; `-` is no unit."""
    found = []
    for entry in text.split(","):
        unit, weight, low, high, decimals, *rest = entry.split()
        found.append(
            Range("" if unit == "-" else unit, float(weight), float(low), float(high), int(decimals), rest == ["log"])
        )
    return tuple(found)


RANGES: dict[str, tuple[Range, ...]] = {
    label: _ranges(text)
    for label, text in {
        "temperature": "°C 9 -15 35 1, °C 4 15 26 2, °C 3.5 20 90 1, °C 1 -30 250 0, °C .7 60 280 1, °F 2 10 110 1, K .2 260 330 1",
        "humidity": "% 9 15 99 1, % 3 20 90 0, % 1 30 70 2",
        "moisture": "% 9 2 98 0, % 3 5 80 1",
        "battery": "% 8 1 100 0, % 2 80 100 0, % 2 1 100 1",
        "voltage": "V 4 210 250 1, V 3 2.2 4.3 2, V 2 10 16 2, V 2 40 60 2, V 1 90 800 1, V 1 1 5 3, V 1 100 130 1,"
        " mV 3 2000 4300 0, mV .6 11000 15000 0, kV .1 .1 40 2",
        "current": "A 6 0 20 2, A 3 .01 40 3, A 1 -60 80 1, mA 3 1 20000 0 log, mA 1 0 900 1",
        "power": "W 6 1 6000 0 log, W 5 .5 4000 1 log, W 2 1 90 1, W 2 -5000 5000 0, W 2 .1 12000 2 log, W 1 .1 3000 3 log, kW 1.5 .02 15 3 log, kW 1 .05 15 2 log, kW 1 0 15 3, kW .7 -8 8 2, kW .4 .5 20 1,"
        " mW .2 10 9000 0 log, MW .05 .1 40 2",
        "apparent_power": "VA 5 1 6000 0 log, VA 3 1 4000 1 log, kVA .7 .1 20 2",
        "reactive_power": "var 5 -3000 3000 0, var 3 0 900 1, kvar .7 -5 9 2",
        "power_factor": "- 2 0 1 0, - 7 0 1 2, - 2 -1 1 3, % 1.5 10 100 0",
        "energy": "kWh 5 .1 30000 2 log, kWh 4 .01 99 2 log, kWh 3 .001 30000 3 log, kWh 2 1 99999 1 log, kWh 1.5 1 90000 0 log,"
        " Wh 5 10 9000000 0 log, Wh 1 1 500000 1 log, Wh 1.5 1 9000000 2 log, Wh 1 1 900000 3 log, mWh .3 0 9000 3, MWh .4 .1 200 3, J .15 1000 9000000 0 log,"
        " kJ .1 10 90000 0 log, MJ .15 1 900 1, GJ .3 1 300 3",
        "reactive_energy": "kvarh 4 1 9000 2 log, varh 2 10 900000 0 log",
        "energy_storage": "kWh 4 .2 80 2, Wh 3 100 60000 0 log, MWh .1 .1 10 2",
        "frequency": "Hz 7 49.8 50.2 2, Hz 3 49 61 1, Hz 1 0 500 1, MHz .8 300 2500 2, Hz .4 400000000 2500000000 0, kHz .3 1 900 1, GHz .3 1 5 2",
        "pressure": "bar 4 .3 4 2, kPa 2 90 600 1, Pa 1 10 90000 0 log, psi 1.5 10 60 1, hPa .3 900 1100 1,"
        " mbar .7 100 4000 0, mmHg .3 600 800 0, inHg .2 20 32 2",
        "atmospheric_pressure": "hPa 8 960 1045 1, hPa 2 970 1040 0, hPa 1 980 1035 2, Pa 1 96000 104500 0,"
        " kPa .8 96 104.5 2, mbar .7 960 1045 1, inHg .8 28.4 30.9 2, mmHg .4 720 785 0, psi .1 13.9 15.2 2",
        "illuminance": "lx 6 0 900 0, lx 4 1 100000 0 log, lx 2 0 3000 1",
        "irradiance": "W/m² 8 0 1200 0, W/m² 2 0 1200 1, BTU/(h⋅ft²) .2 0 380 1",
        "uv_index": "- 5 0 11 0, - 3 0 12 1",
        "carbon_dioxide": "ppm 8 380 2500 0, ppm 1 400 2000 1",
        "carbon_monoxide": "ppm 6 0 80 0, ppm 1 0 9 1, mg/m³ .7 0 50 2, µg/m³ .5 50 5000 0, ppb .5 20 9000 0",
        "volatile_organic_compounds": "µg/m³ 5 5 3000 0 log, mg/m³ 3 .01 3 3, mg/m³ 1 .1 5 2",
        "volatile_organic_compounds_parts": "ppb 6 0 2500 0, ppm 1 0 6 2",
        "formaldehyde": "mg/m³ 4 0 .6 3, µg/m³ 2 1 300 0, ppb 1 1 200 0, ppm .7 0 .5 2",
        "nitrogen_dioxide": "µg/m³ 4 1 120 1, ppb 2 1 90 0, ppm .5 0 .2 3",
        "ozone": "µg/m³ 4 5 180 0, ppb 2 3 120 0, ppm .5 0 .12 3",
        "pm1": "µg/m³ 8 0 60 0, µg/m³ 4 0 60 1",
        "pm25": "µg/m³ 8 0 150 0, µg/m³ 5 0 80 1",
        "pm4": "µg/m³ 8 0 120 1, µg/m³ 3 0 90 0",
        "pm10": "µg/m³ 8 0 200 0, µg/m³ 5 0 120 1",
        "aqi": "- 8 1 350 0, - 1 1 5 0, - 1 0 500 1",
        "wind_speed": "m/s 5 0 25 1, km/h 5 0 90 1, mph 2 0 60 1, kn 1 0 50 1, ft/s .2 0 80 1, Beaufort .4 0 10 0",
        "wind_direction": "° 9 0 359 0, ° 1 0 359.9 1",
        "precipitation": "mm 8 0 80 1, mm 3 0 900 2, in 1.5 0 9 2, cm .3 0 9 1",
        "precipitation_intensity": "mm/h 7 0 40 1, mm/h 2 0 20 2, in/h 1 0 3 2, mm/d .2 0 60 1",
        "distance": "m 4 0 9 2, m 2 0 900 0, cm 4 2 600 0, cm 1 3 450 1, mm 2 20 8000 0, km 2 1 250000 1 log, km 1 0 600 0,"
        " mi .8 1 90000 0 log, ft .5 1 300 1, in .4 1 90 1",
        "speed": "km/h 5 0 140 0, km/h 2 0 130 1, m/s 3 0 30 2, mph 1.5 0 85 0, kn .5 0 40 1, mm/s .3 1 300 0",
        "weight": "kg 6 .5 150 1, kg 2 1 90 2, g 3 1 5000 0, lb 1 2 300 1, oz .3 1 60 1",
        "volume": "L 5 0 900 1, L 2 1 90000 0 log, mL 1 50 5000 0, m³ 1 0 900 3, gal 1 0 500 1",
        "volume_flow_rate": "L/min 4 0 40 1, L/h 3 0 3000 0, m³/h 3 0 600 2, L/s .5 0 9 2, gal/min .8 0 12 2",
        "volume_storage": "L 6 1 9000 0, L 2 10 5000 1, m³ 1 0 90 2, gal 1 1 900 0",
        "water": "m³ 5 1 9000 3 log, L 4 1 900000 0 log, L 1 1 900 1, gal 1 1 90000 1 log, ft³ .2 1 9000 1",
        "gas": "m³ 7 1 30000 3 log, m³ 1 .1 20 2, ft³ .5 1 9000 1, L .3 1 90000 0 log",
        "sound_pressure": "dB 6 25 95 1, dB 2 28 90 0, dBA 2 28 90 1",
        "conductivity": "µS/cm 7 0 3000 0, mS/cm 1 0 8 2",
        "ph": "- 8 5.5 8.8 2, - 3 4 10 1",
        "duration": "s 7 1 9000000 0 log, min 3 1 900 0, h 2 1 60000 0 log, ms 2.5 1 90000000 0 log, d 1 0 900 0, h 1 0 90 1,"
        " s 1 .1 900 1",
        "data_size": "B 3 1000 9000000000 0 log, B 3 9000 400000 0 log, kB 2.5 1 90000 0 log, kB 1 .1 4000 1 log, MB 2.5 1 900000 1 log, GB 1.5 1 4000 1, KiB .6 1 90000 0 log,"
        " MiB .6 1 32000 1 log, GiB .5 .1 2000 2 log",
        "data_rate": "Mbit/s 3 0 950 1, kbit/s 2 1 900000 0 log, bit/s 1 1000 90000000 0 log, B/s 1 0 9000000 0,"
        " kB/s 1 0 9000 1, MB/s .7 0 120 2",
        "signal_strength": "dBm 8 -98 -30 0, dBm 1 -120 -40 1, dB 2.5 -20 30 1, dB 1 -18 14 0",
        "monetary": "- 3 .01 90 2, € 3 .01 3000 2 log, € 1 .05 .6 4, - 1 -20 300 2",
        "acceleration": "m/s² 3 -12 12 2, g 3 -2 2 3, - 2 -1200 1200 0",
        "angle": "° 8 -180 180 1, ° 4 0 359 0, ° 1 -90 90 2, rad .4 -3.1 3.1 3",
        "area": "m² 8 1 160 1, m² 2 1 160 0, cm² .3 1000 900000 0 log",
        "rotation_speed": "rpm 9 0 4000 0, rpm 1 100 20000 0",
        "percentage": "% 8 0 100 0, % 4 0 100 1, % 1 0 100 2",
        "level": "% 8 0 100 0, % 2 0 100 1, - 2 0 10 0",
        "location": "° 8 -70 70 5, ° 5 -170 170 6, ° 1 -85 170 4, ° 1 -85 170 2, ° .7 -85 170 1",
        "light_brightness": "- 4.5 0 255 0, % 6 0 100 0, - 1 0 254 0, % 2 100 100 0, - 1.5 255 255 0, - .7 254 254 0",
        "color_temp": "mired 5 153 500 0, K 4 2000 6500 0",
        "color": "- 5 0 255 0, - 3 0 1 3, - 2 0 360 0, - 1 0 100 0",
        "cover_position": "% 9 0 100 0",
        "cover_tilt": "% 5 0 100 0, ° 1 -90 90 0",
        "valve_position": "% 9 0 100 0, % 1 0 100 1",
        "climate_setpoint": "°C 8 5 30 1, °C 3 15 60 0, °F 1 50 86 0, % .5 30 70 0",
        "fan_speed": "% 5 0 100 0, - 5 0 6 0",
        "link_quality": "- 8 0 255 0, - .6 0 100 0, % 3 0 100 0, - .5 0 5 0",
        "counter": "- 8 0 99999 0 log, - 3 0 40 0, - 1 1000 900000000 0 log",
        "other": "- 5 0 4000 0, - 2 0 100 2, Ah 1 -50 300 1, Ah .4 -20000 0 1, Ah .5 1 90000 1 log, mAh .3 1 90000 0 log, - 1 -1000 1000 1",
        "config_setting": "- 9 0 100 0, s 3 0 3600 0, min .7 0 240 0, °C 1.5 -5 30 1, A 1 6 32 0, % 1.5 0 100 0, W .7 100 9000 0,"
        " - 1 0 10 0, ms .5 10 9000 0, V .4 10 58 1, cm .3 10 900 0, h .4 0 48 0, lx .3 0 2000 0",
        "error_code": "- 6 0 60 0, - 3 0 0 0, - 1 100 9999 0",
    }.items()
}
"""Ranges of every label that has numbers."""


IMPERIAL = frozenset(
    ("°F", "in", "ft", "mi", "mph", "gal", "gal/min", "lb", "oz", "inHg", "psi", "in/h", "ft³", "ft/s", "BTU/(h⋅ft²)")
)
_OF_ONE_MAGNITUDE = (
    "voltage",
    "current",
    "power",
    "apparent_power",
    "reactive_power",
    "energy",
    "reactive_energy",
    "energy_storage",
)
_PREFIXES = "µm-kMG"


def unit_of(label: str, habit: float, imperial: bool) -> str:
    """The unit in which a device of this habit tells the label, whichever field it stands in."""
    # Who says kW says kWh, too.
    position = habit if label in _OF_ONE_MAGNITUDE else (habit * 97 + list(RANGES).index(label) * 0.618) % 1
    units, shares = _units(label, imperial)
    return units[min(bisect.bisect(shares, position), len(units) - 1)]


@cache
def _units(label: str, imperial: bool) -> tuple[list[str], list[float]]:
    """(units of the label, smallest first; the share of devices that use them or a smaller one)."""
    weights: dict[str, float] = defaultdict(float)
    for spread in RANGES[label]:
        weights[spread.unit] += spread.weight
    ours = {unit: weight for unit, weight in weights.items() if (unit in IMPERIAL) == imperial} or weights

    def size(unit: str) -> int:
        return _PREFIXES.index(unit[0] if unit[:1] in tuple(_PREFIXES) and len(unit) > 1 else "-")

    units = sorted(ours, key=size)
    total = sum(ours.values())
    return units, list(accumulate(ours[unit] / total for unit in units))


def units_of(label: str) -> tuple[str, ...]:
    """The units in which the label is told, each once."""
    return tuple(dict.fromkeys(spread.unit for spread in RANGES.get(label, ())))


def measurement(rng: random.Random, label: str) -> tuple[int | float, str]:
    """A plausible value of the label and its unit."""
    spread = RANGES[label]
    chosen = rng.choices(spread, [entry.weight for entry in spread])[0]
    return number(rng, chosen), chosen.unit


def measurement_in(rng: random.Random, label: str, unit: str) -> int | float | None:
    """A plausible value of the label in the given unit; None when no range is known for the pair."""
    spread = [entry for entry in RANGES.get(label, ()) if entry.unit == unit]
    if not spread:
        return None
    return number(rng, rng.choices(spread, [entry.weight for entry in spread])[0])


_CELLS = ((2.2, 3.3), (2.2, 3.3), (2.8, 4.25), (2.8, 4.25), (1.1, 1.65), (4.4, 6.4), (11, 14.6), (46, 57))


def cell_voltage(rng: random.Random) -> tuple[int | float, str]:
    """The voltage of a small battery and its unit."""
    number = rng.uniform(*rng.choice(_CELLS))
    return round(number, rng.choice((None, 1, 2, 2, 2, 2, 3))), "V"


_FLOWED = {
    "minute": (1 / 60, ("mWh", "Wh")),
    "min": (1 / 60, ("mWh", "Wh")),
    "hour": (1, ("Wh", "kWh")),
    "hourly": (1, ("Wh", "kWh")),
}
_IN_WATT_HOURS = {"mWh": 1e-3, "Wh": 1, "kWh": 1e3, "MWh": 1e6}


def energy_within(rng: random.Random, name: str) -> tuple[float, str] | None:
    """What a usual power makes in the minute or hour that a name tells, and its unit; None where it tells neither."""
    told = next((word for word in re.split(r"[^a-z]+", name.lower()) if word in _FLOWED), None)
    if told is None:
        return None
    hours, units = _FLOWED[told]
    unit = rng.choice(units)
    watts = math.exp(rng.uniform(0, math.log(6000)))
    return round(watts * hours / _IN_WATT_HOURS[unit], 3), unit


_DAYS = {
    **dict.fromkeys("day today daily yesterday dy heute gestern tag tages jour aujourd'hui hier vandaag dag hoy ayer día oggi ieri idag "
                    "igår dzisiaj wczoraj сегодня вчера день 今日 昨日".split(), 1),
    **dict.fromkeys("week weekly woche wochen semaine semana settimana vecka tydzień неделя 本周".split(), 7),
    **dict.fromkeys("month monthly monat monats mois maand mes mese månad miesiąc месяц 本月".split(), 30),
    **dict.fromkeys("year yearly annual jahr jahres année an jaar año anno år rok год 本年".split(), 365),
}  # fmt: skip
"""How many days a word says that an energy is of."""
_SINCE_INSTALLED = frozenset(
    "total lifetime gesamt overall cumulative cumulated accumulated totale totaal totalt total_energy totalizer celkem całkowita całkowite łącznie "
    "всего общая 累计 总 总计 zählerstand meterstand etot etotal yt".split()
)
"""Words of an energy since a device was installed, some weeks or some years ago."""


def energy_of_days(rng: random.Random, words: Iterable[str], unit: str) -> float | None:
    """What a home or a device uses or makes in the days that the words tell, in the unit; None where none is told.

    Whole numbers are of kilowatt-hours or of watt-hours, and nothing but how large they are tells which.
    """
    words = list(words)
    days: float | None = next((_DAYS[word] for word in words if word in _DAYS), None)
    if days is None and any(word in _SINCE_INSTALLED for word in words):
        days = math.exp(rng.uniform(math.log(20), math.log(4_000)))
    if days is None or unit not in ("Wh", "kWh", "MWh"):
        return None
    of_one_day = math.exp(rng.uniform(math.log(150), math.log(60_000)))
    number = of_one_day * days * rng.uniform(0.4, 1.0) / _IN_WATT_HOURS[unit]
    return round(number, rng.choice((None, None, 1, 2, 3) if unit != "Wh" else (None, None, None, 1)))


_PHASE_ROWS = (
    ("voltage", "current", "power"), ("voltage", "current", "power", "power_factor"), ("power", "voltage", "current"), ("voltage", "current"),
    ("current", "power"), ("current", "voltage", "power"), ("power", "power_factor"), ("voltage", "current", "power", "apparent_power"),
)  # fmt: skip


def phases(rng: random.Random) -> list[tuple[str, int | float, str]]:
    """(label, number, unit) of what a meter tells of its phases at one moment, quantity after quantity, as in one array.

    The numbers belong together: some phases carry no load, power is what voltage and current make, and behind the
    phases may stand the neutral conductor or the sum.
    """
    count = rng.choice((1, 3, 3, 3))
    # A meter that is switched off says so in zeros.
    mains = rng.choice((230, 230, 230, 120, 400)) if rng.random() < 0.93 else 0
    volts = [mains * rng.uniform(0.95, 1.05) if rng.random() < 0.9 else rng.uniform(0, 3) for _ in range(count)]
    load = rng.choice((0, rng.uniform(0.2, 6), rng.uniform(6, 32))) if mains else 0
    if not mains:
        volts = [0] * count
    loaded = rng.randint(1, count)
    amperes = [load * rng.uniform(0.95, 1.05) if phase < loaded else 0 for phase in range(count)]
    factors = [rng.uniform(0.85, 1) if ampere else rng.choice((0, 1)) for ampere in amperes]
    watts = [volt * ampere * factor for volt, ampere, factor in zip(volts, amperes, factors, strict=True)]
    of_phases = {
        "voltage": volts,
        "current": amperes,
        "power": watts,
        "power_factor": factors,
        "apparent_power": [volt * ampere for volt, ampere in zip(volts, amperes, strict=True)],
    }
    units = {
        "voltage": rng.choice((("V", 1, 0), ("V", 1, 1), ("V", 1, 1), ("mV", 1e3, 0))),
        "current": rng.choice((("A", 1, 1), ("A", 1, 2), ("A", 1, 3), ("A", 1, 0), ("mA", 1e3, 0))),
        "power": rng.choice((("W", 1, 0), ("W", 1, 0), ("W", 1, 1), ("kW", 1e-3, 2), ("kW", 1e-3, 3))),
        "power_factor": rng.choice((("%", 100, 0), ("%", 100, 1), ("", 1, 2), ("", 1, 3))),
        "apparent_power": rng.choice((("VA", 1, 0), ("VA", 1, 1), ("kVA", 1e-3, 2))),
    }
    neutral, summed = rng.random() < 0.25, rng.random() < 0.3
    told: list[tuple[str, int | float, str]] = []
    for label in rng.choice(_PHASE_ROWS):
        unit, factor, decimals = units[label]
        numbers = list(of_phases[label])
        if neutral and label != "current":
            numbers.append(rng.uniform(0, 3) if label == "voltage" and rng.random() < 0.5 else 0)
        if summed and label in ("power", "apparent_power"):
            numbers.append(sum(numbers))
        told += [(label, round(float(number) * factor, decimals or None), unit) for number in numbers]
    return told


_NEVER_ZERO = frozenset(("K", "°F", "hPa", "mbar", "inHg", "mmHg", "mired"))


def number(rng: random.Random, spread: Range) -> int | float:
    """A number of the range; now and then zero, which every sensor reports at some time."""
    # What has many magnitudes begins with none at all.
    often = 0.22 if spread.logarithmic or spread.low <= 0 <= spread.high else 0.03
    if spread.unit not in _NEVER_ZERO and rng.random() < often:
        return 0 if spread.decimals == 0 or rng.random() < 0.5 else 0.0
    if spread.logarithmic:
        value = math.exp(rng.uniform(math.log(max(spread.low, 0.001)), math.log(spread.high)))
    else:
        value = rng.uniform(spread.low, spread.high)
    if spread.decimals == 0:
        return round(value)
    if abs(value) >= 3 and rng.random() < 0.15:
        # 231 volts are sent as often as 231.4, and are no millivolts.
        return round(value)
    value = round(value, spread.decimals)
    # Some firmware prints a single-precision number's every digit: 21.299999237060547.
    return struct.unpack("f", struct.pack("f", value))[0] if rng.random() < 0.04 else value


def timestamp(rng: random.Random) -> Any:
    """A moment in one of the forms that devices use."""
    at = rng.randint(1_420_000_000, 1_800_000_000)
    year, month, day = rng.randint(2016, 2027), rng.randint(1, 12), rng.randint(1, 28)
    hour, minute, second = rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59)
    forms = (
        lambda: at,
        lambda: at,
        lambda: at * 1000 + rng.randint(0, 999),
        lambda: float(at) + rng.randint(0, 999) / 1000,
        lambda: str(at),
        lambda: f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}",
        lambda: f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z",
        lambda: f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{rng.randint(0, 999):03}Z",
        lambda: f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+0{rng.randint(1, 2)}:00",
        lambda: f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}",
        lambda: f"{day:02}.{month:02}.{year} {hour:02}:{minute:02}",
        lambda: f"{day:02}.{month:02}.{year}",
        lambda: f"{hour:02}:{minute:02}:{second:02}",
        lambda: f"{hour:02}:{minute:02}",
        lambda: f"{year % 100:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}{rng.choice('SW')}",
        lambda: f"{month:02}/{day:02}/{year} {hour:02}:{minute:02}:{second:02}",
        lambda: f"{year}{month:02}{day:02}",
    )
    return rng.choice(forms)()


_ONSETS = "b,br,ch,d,f,g,gr,h,j,k,kl,l,m,n,p,pr,qu,r,s,sch,sh,st,t,tr,v,w,x,y,z".split(",")
_NUCLEI = "a,e,i,o,u,y,ai,ea,ee,ei,ia,io,oo,ou".split(",")
_CODAS = ",,,,l,n,r,s,t,x,m,ck,nd,rt,th,sk".split(",")


def invented_word(rng: random.Random) -> str:
    """A word that nobody has heard yet, as a maker's, a home's or a network's name may be."""
    count = rng.choice((1, 2, 2, 2, 3))
    return "".join(rng.choice(_ONSETS) + rng.choice(_NUCLEI) + rng.choice(_CODAS) for _ in range(count))


def name(rng: random.Random) -> str:
    """A name that somebody gave: one or two invented words, cased and joined in some way, now and then with a number."""
    words = [invented_word(rng) for _ in range(rng.choice((1, 1, 1, 2)))]
    cased = rng.choice((str, str.capitalize, str.capitalize, str.upper))
    joined = rng.choice((" ", " ", "_", "-", "")).join(cased(word) for word in words)
    return joined if rng.random() < 0.75 else f"{joined}{rng.choice((' ', '-', '_', ''))}{rng.randint(1, 99)}"


def identifier(rng: random.Random) -> Any:
    """A serial number, address, index or name of a host."""

    def digits(count: int) -> str:
        return "".join(rng.choice("0123456789abcdef") for _ in range(count))

    forms = (
        lambda: rng.randint(0, 9),
        lambda: rng.randint(0, 3),
        lambda: rng.randint(10, 255),
        lambda: rng.randint(1_000, 99_999_999),
        lambda: str(rng.randint(1, 99_999)),
        lambda: digits(12),
        lambda: digits(12).upper(),
        lambda: digits(16),
        lambda: "0x" + digits(rng.choice((4, 16))),
        lambda: ":".join(digits(2) for _ in range(6)),
        lambda: ":".join(digits(2).upper() for _ in range(6)),
        lambda: f"192.168.{rng.randint(0, 20)}.{rng.randint(2, 254)}",
        lambda: f"{digits(8)}-{digits(4)}-{digits(4)}-{digits(4)}-{digits(12)}",
        lambda: f"{rng.choice(('esp', 'node', 'sensor', 'tasmota', 'dev', 'gw', 'plug', 'meter'))}-{digits(6)}",
        lambda: f"{rng.choice('ABCDEFGH')}{rng.randint(1, 99999999):08}",
        lambda: f"{rng.choice(('broker', 'host', 'mqtt', 'server'))}.{rng.choice(('home', 'local', 'lan'))}",
        lambda: f"{rng.choice('abcdefghijkmnpqrstuvwxyz')}{rng.randint(0, 99)}",
        lambda: "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=rng.randint(2, 10))),
        lambda: f"{invented_word(rng)}{rng.choice('-_')}{digits(rng.choice((4, 6, 8)))}",
        lambda: f"{invented_word(rng)}.{rng.choice(('com', 'local', 'lan', 'home', 'io'))}",
    )
    return rng.choice(forms)()


def color(rng: random.Random) -> str:
    """A colour as a text."""
    parts = [rng.choice((0, 255, rng.randint(0, 255))) for _ in range(rng.choice((3, 3, 3, 4)))]
    digits = "".join(f"{part:02x}" for part in parts)
    forms = (
        f"#{digits}",
        f"#{digits.upper()}",
        digits.upper(),
        digits,
        ",".join(map(str, parts)),
        f"rgb({','.join(map(str, parts[:3]))})",
        f"{rng.randint(0, 360)},{rng.randint(0, 100)},{rng.randint(0, 100)}",
        rng.choice(("red", "blue", "orange", "warm white", "green", "purple", "white")),
    )
    return rng.choice(forms)


def firmware(rng: random.Random) -> Any:
    """A version in one of the forms that makers use."""
    major, minor, patch = rng.randint(0, 14), rng.randint(0, 30), rng.randint(0, 20)
    forms = (
        lambda: f"{major}.{minor}.{patch}",
        lambda: f"{major}.{minor}.{patch}",
        lambda: f"v{major}.{minor}",
        lambda: f"{major}.{minor}",
        lambda: f"{major}.{minor}.{patch}(tasmota)",
        lambda: f"20{rng.randint(17, 26)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}-{rng.randint(0, 235959):06}/v{major}.{minor}.{patch}@{rng.randint(10**6, 10**7):x}",
        lambda: rng.randint(1, 200),
        lambda: rng.randint(10**6, 10**9),
        lambda: f"{major}.{minor}.{patch}-beta{rng.randint(1, 4)}",
        lambda: f"0x{rng.randint(0, 2**32):08x}",
        lambda: float(f"{major}.{minor}"),
        lambda: f"V{rng.randint(1, 9)}.{rng.randint(0, 99):02}",
    )  # fmt: skip
    return rng.choice(forms)()
