"""Units: Home Assistant's spelling of what messages write in many ways."""

from __future__ import annotations

import re

_SPELLINGS = {
    "°C": "c degc celsius cel deg_c °c",
    "°F": "f degf fahrenheit deg_f °f",
    "K": "k kelvin",
    "%": "% pct percent prozent %rh rh%",
    "V": "v volt volts",
    "mV": "mv millivolt",
    "µV": "μv uv",
    "kV": "kv",
    "A": "a amp amps ampere",
    "mA": "ma milliampere",
    "W": "w watt watts",
    "kW": "kw kilowatt",
    "VA": "va",
    "kVA": "kva",
    "var": "var vars",
    "kvar": "kvar",
    "Wh": "wh",
    "kWh": "kwh",
    "J": "j joule",
    "kJ": "kj",
    "GJ": "gj",
    "varh": "varh",
    "kvarh": "kvarh",
    "Ah": "ah",
    "mAh": "mah",
    "Hz": "hz hertz",
    "kHz": "khz",
    "GHz": "ghz",
    "hPa": "hpa",
    "Pa": "pa",
    "kPa": "kpa",
    "bar": "bar",
    "mbar": "mbar",
    "psi": "psi",
    "mmHg": "mmhg",
    "inHg": "inhg",
    "lx": "lx lux",
    "lm": "lm",
    "W/m²": "w/m2 w/m^2 wm2",
    "ppm": "ppm",
    "ppb": "ppb",
    "µg/m³": "ug/m3 μg/m3 ug/m^3",
    "mg/m³": "mg/m3 mg/m^3",
    "m/s": "m/s ms-1",
    "km/h": "km/h kmh kph",
    "mph": "mph mi/h",
    "kn": "kn kt kts knots",
    "ft/s": "ft/s",
    "°": "° deg degree degrees",
    "rad": "rad",
    "mm": "mm millimeter",
    "cm": "cm centimeter",
    "m": "m meter meters metre",
    "km": "km",
    "in": "in inch inches",
    "ft": "ft feet",
    "mi": "mi miles",
    "mm/h": "mm/h mm/hr",
    "in/h": "in/h in/hr",
    "kg": "kg",
    "g": "g gram grams",
    "lb": "lb lbs",
    "oz": "oz",
    "L": "l liter liters litre litres",
    "mL": "ml milliliter",
    "m³": "m3 m^3 cbm",
    "ft³": "ft3 cf",
    "gal": "gal gallon gallons",
    "L/min": "l/min lpm",
    "L/h": "l/h lph",
    "L/s": "l/s",
    "m³/h": "m3/h m^3/h cmh",
    "gal/min": "gpm gal/min",
    "dB": "db",
    "dBA": "dba db(a)",
    "dBm": "dbm",
    "µS/cm": "us/cm μs/cm",
    "mS/cm": "",
    "S/cm": "",
    "BTU/(h⋅ft²)": "btu/h/ft2",
    "cbar": "cbar",
    "mm/d": "mm/d mm/day",
    "in/d": "in/d in/day",
    "mm/s": "mm/s",
    "mL/s": "ml/s",
    "yd": "yd yard yards",
    "mg": "mg",
    "cm²": "cm2 cm^2",
    "km²": "km2 km^2",
    "mvar": "mvar",
    "s": "s sec secs second seconds sekunden",
    "ms": "ms msec millis",
    "min": "min mins minute minutes minuten",
    "h": "h hr hrs hour hours stunden",
    "d": "d day days tage",
    "B": "b byte bytes",
    "kB": "kb",
    "KiB": "kib",
    "MiB": "mib",
    "GiB": "gib",
    "GB": "gb",
    "kbit/s": "kbit/s kbps",
    "Mbit/s": "mbit/s mbps",
    "bit/s": "bit/s bps",
    "m/s²": "m/s2 m/s^2",
    "m²": "m2 m^2",
    "rpm": "rpm u/min 1/min",
    "mired": "mired mireds",
    "€": "€ eur",
    "$": "$ usd",
}

# Where case decides: a milliwatt is no megawatt.
_EXACT = {
    "mW": "mW", "MW": "MW", "mWh": "mWh", "MWh": "MWh", "MHz": "MHz", "MPa": "MPa", "MB": "MB", "MJ": "MJ",
    "mS/cm": "mS/cm", "S/cm": "S/cm", "MV": "MV", "MVA": "MVA", "mVA": "mVA", "MB/s": "MB/s", "kB/s": "kB/s",
    "B/s": "B/s", "Mbit": "Mbit", "TB": "TB", "J": "J", "Beaufort": "Beaufort", "bit": "bit",
}  # fmt: skip

MIXED_CASE = tuple(
    sorted(
        {unit for unit in (*_SPELLINGS, *_EXACT) if re.fullmatch("[A-Za-z]{2,}", unit) and not unit.islower()},
        key=lambda unit: (-len(unit), unit),
    )
)
"""Units of ASCII letters of which some are capitals, such as `kWh` and `MB`, longest first."""

_FOLDED = {word: unit for unit, words in _SPELLINGS.items() for word in (*words.split(), unit.casefold())}


def spelled_unit(text: str) -> str | None:
    """Home Assistant's spelling of a unit as a message writes it; None when the text is no known unit."""
    word = text.strip().replace("℃", "°C").replace("℉", "°F")
    if word in _EXACT:
        return _EXACT[word]
    folded = word.casefold().replace("²", "2").replace("³", "3").replace("µ", "μ")
    return _FOLDED.get(folded) or _FOLDED.get(word.casefold())
