"""How one maker, firmware or home spells things: casing, abbreviation, language, forms of numbers."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from agent.core.encode import split_by_case
from models.simulate.wording import Wording

Said = TypeVar("Said")

LANGUAGES = (
    "en", "de", "fr", "nl", "es", "it", "sv", "pl", "ru", "zh", "pt", "cs", "da", "nb", "fi", "hu", "tr", "uk", "ja", "ko", "ro", "el",
)  # fmt: skip
"""Languages that keys are written in; the first ten have rooms and a lexicon, the others only what the sources name."""
_LANGUAGE_WEIGHTS = (50, 9, 7, 6, 6, 6, 6, 6, 8, 9, *(1 for _ in LANGUAGES[10:]))
_CASES = ("snake", "camel", "pascal", "lower", "kebab", "space", "upper", "upper_snake", "title", "dot", "joined_title")
_CASE_WEIGHTS = (30, 18, 14, 13, 4, 6, 5, 4, 5, 2, 2)


@dataclass(frozen=True, slots=True)
class Voice:
    """The habits of one dialect."""

    language: str
    case: str
    abbreviates: float
    """How often a word is shortened, 0 to 1."""
    plain_ascii: bool
    """Accents are left out, as in `Aussentemperatur` and `humedad`."""
    unit_in_key: float
    unit_in_value: bool
    numbers_as_text: bool
    scaled: bool
    """Numbers are sent as whole multiples, 21.4 as 214."""
    symbols: bool
    """Quantities are called by their letter, as in `U`, `I` and `P`."""
    imperial: bool
    """Degrees Fahrenheit, inches, gallons."""
    habit: float
    """0 to 1, for choosing once what it then does always."""
    wording: Wording

    def spoken(self, said: Mapping[str, Said]) -> Said:
        """Of what is said by language, that of this voice's; the English where it is said in no such language."""
        return said[self.language] if self.language in said else said["en"]


def voice(rng: random.Random, words: Wording) -> Voice:
    """The habits of a dialect that nobody has seen yet, which words its states as `words` say."""
    terse = rng.random() < 0.2
    language = rng.choices(LANGUAGES, _LANGUAGE_WEIGHTS)[0]
    return Voice(
        language=language,
        case=rng.choices(_CASES, _CASE_WEIGHTS)[0],
        abbreviates=rng.uniform(0.3, 1.0) if terse else rng.choice((0, 0, 0, 0.1, 0.25)),
        plain_ascii=rng.random() < 0.5,
        unit_in_key=rng.choice((0, 0, 0.3, 0.7, 1, 1)),
        unit_in_value=rng.random() < 0.07,
        numbers_as_text=rng.random() < 0.08,
        scaled=rng.random() < 0.07,
        symbols=rng.random() < 0.08,
        imperial=language == "en" and rng.random() < 0.12,
        habit=rng.random(),
        wording=words,
    )


def spell(rng: random.Random, words: str, voice: Voice) -> str:
    """A key that says `words` in this voice."""
    parts = split_words(words)
    if voice.abbreviates:
        parts = [_shortened(rng, part) if rng.random() < voice.abbreviates else part for part in parts]
    if voice.plain_ascii:
        parts = [plain(part) for part in parts]
    return join(parts, voice.case)


def join(parts: list[str], case: str) -> str:
    """Words put together in a casing."""
    if case == "snake":
        return "_".join(parts)
    if case == "camel":
        return parts[0] + "".join(capital(part) for part in parts[1:]) if parts else ""
    if case == "pascal":
        return "".join(capital(part) for part in parts)
    if case == "lower":
        return "".join(parts)
    if case == "kebab":
        return "-".join(parts)
    if case == "space":
        return " ".join(parts)
    if case == "upper":
        return "".join(parts).upper()
    if case == "upper_snake":
        return "_".join(parts).upper()
    if case == "title":
        return " ".join(capital(part) for part in parts)
    if case == "dot":
        return ".".join(parts)
    return "_".join(capital(part) for part in parts)


_SEPARATORS = re.compile(r"[\s_\-./:]+")


def split_words(text: str) -> list[str]:
    """The lower-case words of a phrase or key; a unit is one word."""
    return [word.lower() for word in _SEPARATORS.split(split_by_case(text)) if word]


def capital(word: str) -> str:
    """The word with its first letter large and the others as they are."""
    return word[:1].upper() + word[1:]


def plain(word: str) -> str:
    """The word as people write it who leave accents out; й is a letter of its own and stays."""
    word = word.replace("ß", "ss").replace("ł", "l").replace("ø", "o").replace("æ", "ae").replace("ё", "е")
    if any("ä" <= letter <= "ü" and letter in "äöü" for letter in word):
        word = word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return "".join(_bare(letter) for letter in word)


def _bare(letter: str) -> str:
    first = unicodedata.normalize("NFKD", letter)[:1]
    return first if first.isascii() else letter


def _shortened(rng: random.Random, word: str) -> str:
    if len(word) < 5 or not word.isascii():
        return word
    form = rng.random()
    if form < 0.45:
        return word[: rng.randint(3, 5)]
    if form < 0.8:
        bare = word[0] + re.sub(r"[aeiou]", "", word[1:])
        return bare[: rng.randint(3, 5)] if rng.random() < 0.5 else bare
    if form < 0.9:
        return word[:2]
    return word[0]


SYMBOLS = {
    "power": ("P", "p", "W"), "current": ("I", "i", "A"), "voltage": ("U", "V", "u", "v"), "apparent_power": ("S", "s", "VA"),
    "reactive_power": ("Q", "q", "var"), "frequency": ("F", "f", "Hz"), "power_factor": ("PF", "pf", "cosphi"), "energy": ("E", "e", "kWh"),
    "temperature": ("T", "t"), "humidity": ("H", "h", "RH"), "atmospheric_pressure": ("P", "p"), "illuminance": ("L", "lx", "E"),
    "carbon_dioxide": ("CO2", "co2"), "distance": ("d", "D", "s"), "speed": ("v", "V"), "weight": ("m", "M"), "wind_speed": ("ws", "W"),
    "wind_direction": ("wd", "D"), "precipitation": ("R", "r"), "battery": ("B", "b", "soc"), "signal_strength": ("rssi", "R", "S"),
    "timestamp": ("t", "ts", "T"), "level": ("L", "l"), "volume": ("V", "vol"), "volume_flow_rate": ("Q", "q", "F"), "pressure": ("P", "p"),
    "acceleration": ("ax", "ay", "az", "x", "y", "z"), "counter": ("n", "N", "c"), "angle": ("phi", "a"), "rotation_speed": ("n", "rpm"),
}  # fmt: skip
"""Letters that stand for quantities; the neighbours tell which."""

UNIT_SUFFIXES: dict[str, tuple[str, ...]] = {
    "°C": ("c", "C", "celsius", "degC", "°C", "deg_c"),
    "°F": ("f", "F", "fahrenheit", "degF", "°F"),
    "K": ("K", "kelvin"),
    "%": ("pct", "percent", "%", "perc", "percentage", "prozent", "pourcent", "procent"),
    "V": ("V", "v", "volts", "volt"), "mV": ("mV", "mv", "millivolts"), "kV": ("kV",),
    "A": ("A", "a", "amps", "amp", "ampere"), "mA": ("mA", "ma", "milliamps"),
    "W": ("W", "watts", "w", "watt"), "kW": ("kW", "kw", "KW"), "MW": ("MW",), "mW": ("mW",),
    "VA": ("VA", "va"), "kVA": ("kVA",), "var": ("var", "VAr", "vars"), "kvar": ("kvar",),
    "Wh": ("Wh", "wh", "Wh", "wh", "WH", "втч"), "kWh": ("kWh", "kwh", "KWH", "kWh", "kwh", "kWh", "kwh", "квтч", "千瓦时"), "MWh": ("MWh",), "J": ("J", "joules"), "kJ": ("kJ",), "GJ": ("GJ",), "MJ": ("MJ",),
    "kvarh": ("kvarh",), "varh": ("varh",),
    "Hz": ("Hz", "hz"), "kHz": ("kHz",), "MHz": ("MHz",), "GHz": ("GHz",),
    "hPa": ("hPa", "hpa", "hectopascal"), "Pa": ("Pa", "pa"), "kPa": ("kPa", "kpa", "KPa"), "bar": ("bar", "bar", "Bar"), "mbar": ("mbar", "mbar", "mbar", "mb", "millibar"), "psi": ("psi", "PSI"),
    "inHg": ("inHg", "inhg"), "mmHg": ("mmHg",),
    "lx": ("lx", "lux"), "W/m²": ("Wm2", "w_m2", "W/m2"), "ppm": ("ppm",), "ppb": ("ppb",),
    "µg/m³": ("ugm3", "ug_m3", "ug/m3", "µg"), "mg/m³": ("mgm3", "mg_m3"),
    "m/s": ("ms", "m_s", "mps", "m/s", "m_per_s"), "km/h": ("kmh", "km_h", "kph", "kmph", "km/h"), "mph": ("mph",), "kn": ("kn", "knots", "kts"),
    "°": ("deg", "degrees", "°"), "mm": ("mm", "mm", "mm", "millimeters"), "cm": ("cm", "cm", "cm", "centimeters"), "m": ("m", "meters"), "km": ("km", "km", "km", "kilometers"), "in": ("in", "inch", "inches"), "ft": ("ft", "ft", "feet"),
    "mi": ("mi", "miles"), "mm/h": ("mm_h", "mmh", "mm_per_h", "mmhr", "mm"), "in/h": ("in_h", "inh", "in", "inhr"),
    "kg": ("kg", "KG"), "g": ("g", "grams"), "lb": ("lb", "lbs"), "oz": ("oz",),
    "L": ("L", "l", "liters", "litre", "liter", "litres", "litros", "litri"), "mL": ("ml", "mL"), "m³": ("m3", "cbm"), "gal": ("gal",), "ft³": ("ft3",),
    "L/min": ("lpm", "l_min", "L/min"), "L/h": ("lph", "l_h"), "m³/h": ("m3h", "m3_h", "m3/h", "cmh"), "gal/min": ("gpm",), "L/s": ("l_s",),
    "dB": ("dB", "db"), "dBA": ("dBA",), "dBm": ("dBm", "dbm"), "µS/cm": ("us_cm", "uscm"), "mS/cm": ("ms_cm",),
    "s": ("s", "sec", "seconds", "secs", "s", "sec", "sekunden", "secondes", "seconden", "segundos", "secondi", "сек", "秒"), "ms": ("ms", "millis", "msec"), "min": ("min", "minutes", "mins", "min", "min", "minuten", "minutos", "minuti", "minuter", "мин", "分钟"), "h": ("h", "hours", "hrs", "hr", "h", "hours", "stunden", "std", "heures", "uren", "horas", "ore", "timmar", "godziny", "ч", "小时"),
    "d": ("d", "days", "days", "days", "tage", "jours", "dagen", "días", "giorni", "dagar", "dni", "дней", "天"), "B": ("bytes", "B"), "kB": ("kB", "kb", "KB"), "MB": ("MB", "mb"), "GB": ("GB", "gb"), "KiB": ("KiB",), "MiB": ("MiB",),
    "GiB": ("GiB",), "Mbit/s": ("mbps", "Mbps"), "kbit/s": ("kbps",), "bit/s": ("bps",), "B/s": ("Bps",), "kB/s": ("kBps",),
    "m/s²": ("ms2", "m_s2"), "m²": ("m2", "sqm"), "rpm": ("rpm", "RPM"), "Ah": ("Ah", "ah"), "mAh": ("mAh",), "mired": ("mired", "mireds"),
    "€": ("eur", "EUR"), "rad": ("rad",), "mWh": ("mWh",), "mm/s": ("mm_s", "mms"), "ft/s": ("ft_s", "fps"), "Beaufort": ("bft", "beaufort"),
    "mm/d": ("mm_d", "mm_day"), "cm²": ("cm2",),
}  # fmt: skip
"""How units are written behind a key."""

UNIT_TEXTS: dict[str, tuple[str, ...]] = {
    "°C": ("°C", "C", "℃", "degC", "celsius"), "°F": ("°F", "F", "fahrenheit"), "m³": ("m³", "m3"), "µg/m³": ("µg/m³", "ug/m3"),
    "W/m²": ("W/m²", "W/m2"), "L": ("L", "l"), "lx": ("lx", "lux"), "µS/cm": ("µS/cm", "uS/cm"), "m³/h": ("m³/h", "m3/h"),
    "L/min": ("L/min", "l/min"), "m²": ("m²", "m2"), "mg/m³": ("mg/m³", "mg/m3"), "°": ("°", "deg"), "%": ("%", "%", "%", "%RH", "Percent"),
    "s": ("s", "s", "sec", "Seconds"), "h": ("h", "hours", "hrs"), "min": ("min", "min", "Minutes", "mins"), "d": ("d", "days"),
    "V": ("V", "V", "V", "Volts", "volt"), "A": ("A", "A", "A", "Amps"), "W": ("W", "W", "W", "Watts", "watt"), "Hz": ("Hz", "Hz", "Hertz"),
    "m": ("m", "m", "meters"), "km/h": ("km/h", "kmh", "kph"), "B": ("B", "bytes"), "rpm": ("rpm", "RPM"), "hPa": ("hPa", "hPa", "hpa"),
}  # fmt: skip
"""How units are written as a text of their own; elsewhere Home Assistant's spelling."""
