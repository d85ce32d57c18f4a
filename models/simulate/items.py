"""Items: what one field of a message says and means, before it has a place in a message."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from models.facts import Fact
from models.simulate import quantities
from models.simulate.derived import limit
from models.simulate.naming import called, with_unit
from models.simulate.topics import THINGS
from models.simulate.units import as_named
from models.simulate.values import Item, polarity_of, unit_of_fact, valued
from models.simulate.vocabulary import Vocabulary, own_name
from models.simulate.voice import Voice, spell


def item(rng: random.Random, vocabulary: Vocabulary, voice: Voice, label: str) -> Item:
    """An item of the label, called and valued as this voice does."""
    if label == "voltage" and rng.random() < _AS_BATTERY:
        return _cell(rng, voice)
    if label == "config_setting" and rng.random() < _AS_LIMIT:
        return limit(rng, vocabulary, voice)
    if label == "duration" and rng.random() < _AS_SPAN:
        return _span(rng, voice)
    if label == "counter" and rng.random() < _AS_NUMBER_OF:
        return _number_of(rng, voice)
    if label == "other" and rng.random() < _AS_CHARGE:
        return _charge(rng, voice)
    term = vocabulary.term(rng, label, voice.language)
    chosen = valued(rng, label, voice, term.fact, term.inverted)
    if label == "update" and "ver" in term.text.lower():
        # The version that waits to be installed.
        chosen = Item("", quantities.firmware(rng), label, "")
    often = max(voice.unit_in_key, _UNIT_NEEDED if label in _OF_MANY_UNITS else 0.0)
    tells_unit = rng.random() < often
    chosen = as_named(rng, term.text, chosen, term.fact, tells_unit)
    return replace(chosen, key=called(rng, term, chosen, voice, tells_unit))


_OF_MANY_UNITS = frozenset(
    ("distance", "duration", "data_size", "data_rate", "volume", "volume_storage", "weight", "speed", "wind_speed", "pressure",
     "precipitation", "precipitation_intensity", "volume_flow_rate", "water")
)  # fmt: skip
_UNIT_NEEDED = 0.6
"""How often who has to be understood tells the unit of such a thing in its key."""

_ALSO_OF_SOURCES = 0.6
"""How often the unit is told behind a source's name, of the times that it is behind one made up."""

_AS_LIMIT = 0.07
"""How often a setting is how much at most may flow or be left: a device repeats such numbers beside what it measures."""

_AS_BATTERY = 0.06
"""How often a voltage has the name of a battery, and nothing but its number says that it is no charge in per cent."""
_BATTERIES = (
    "battery", "bat", "batt", "b", "bt", "battery", "Bat", "BAT", "akku", "accu", "batterie", "pile", "batteria", "pila", "batería", "batteri",
    "bateria", "батарея", "батарейка", "电池", "cell", "battery status", "supply", "bat level", "lipo", "coin cell", "soil batt",
)  # fmt: skip


def _cell(rng: random.Random, voice: Voice) -> Item:
    number, unit = quantities.cell_voltage(rng)
    key = spell(rng, rng.choice(_BATTERIES), voice)
    if rng.random() < voice.unit_in_key:
        key = with_unit(rng, key, unit, voice)
    return Item(key, number, "voltage", unit, unit_text=unit)


_AS_SPAN = 0.06
"""How often a duration says only that it is left or gone; its unit is then all that tells it from a level."""
_SPANS = {
    "en": "remaining,left,to go,rest,elapsed,passed,since start,on,open,idle,until done,work,run",
    "de": "rest,verbleibend,noch,vergangen,seit start,läuft seit,offen,arbeit",
    "fr": "restant,reste,écoulé,depuis début,marche,ouvert",
    "nl": "over,nog,verstreken,sinds start,aan,open",
    "es": "restante,queda,transcurrido,encendido,abierta",
    "it": "rimanente,manca,trascorso,acceso,aperta",
    "sv": "kvar,återstående,sedan start,på,öppen",
    "pl": "do końca,zostało,upłynęło,od startu",
    "ru": "осталось,прошло,до конца,с запуска",
    "zh": "剩余,还剩,已用,已开",
}
_TIMES = ("min", "min", "min", "h", "h", "s", "d")


def _span(rng: random.Random, voice: Voice) -> Item:
    unit = rng.choice(_TIMES)
    words = rng.choice(_SPANS.get(voice.language, _SPANS["en"]).split(","))
    number = quantities.measurement_in(rng, "duration", unit) or 0
    key = with_unit(rng, spell(rng, words, voice), unit, voice)
    return Item(key, number, "duration", unit, unit_text=unit)


_AS_NUMBER_OF = 0.1
"""How often a counter says that it is the number of something, of whatever it may be."""
_NUMBER_OF = {
    "en": "number of {}|{} count|num {}|nb {}|no of {}|n {}|{} counter|count of {}",
    "de": "Anzahl {}|{} Anzahl|Anz {}|Zahl der {}|{}zähler",
    "fr": "nombre de {}|nb {}|nombre {}|nb de {}|compteur {}",
    "nl": "aantal {}|{} aantal|teller {}",
    "es": "número de {}|num {}|cantidad de {}|cantidad {}|contador de {}",
    "it": "numero di {}|num {}|numero {}|conteggio {}|quantità {}",
    "sv": "antal {}|{} antal|räknare {}",
    "pl": "liczba {}|ilość {}|licznik {}",
    "ru": "количество {}|число {}|кол-во {}|счётчик {}",
    "zh": "{}数量|{}数|{}次数|{}个数|{}计数",
}
_NUMBERED_MOST = (3, 9, 40, 400, 9_000)


def _number_of(rng: random.Random, voice: Voice) -> Item:
    pattern = rng.choice(_NUMBER_OF.get(voice.language, _NUMBER_OF["en"]).split("|"))
    noun = quantities.invented_word(rng) if rng.random() < 0.3 else rng.choice(THINGS.get(voice.language, THINGS["en"]))
    return Item(spell(rng, pattern.format(noun), voice), rng.randint(0, rng.choice(_NUMBERED_MOST)), "counter", "")


_AS_CHARGE = 0.08
"""How often what no label stands for is a charge: batteries tell it, and it is neither a current nor an energy."""
_CHARGES = (
    "ah", "Ah", "amp hours", "ampere hours", "charge ah", "capacity ah", "Amperestunden", "ampères heures", "ampère uren", "amperios hora",
    "amperora", "amperetimmar", "amperogodziny", "ампер часы", "安时", "mah", "mAh",
)  # fmt: skip
_CHARGES_OF = (
    "consumed", "used", "drawn", "charged", "discharged", "total", "remaining", "left", "net", "in", "out", "today", "since full", "battery", "nominal",
    "cumulative", "lifetime", "starter", "rated", "last", "deepest", "ch1", "chn2", "delivered", "verbraucht", "geladen", "entladen", "gesamt", "restant",
)  # fmt: skip


def _charge(rng: random.Random, voice: Voice) -> Item:
    name = rng.choice(_CHARGES)
    unit = "mAh" if name.lower() == "mah" else "Ah"
    of = rng.choice(_CHARGES_OF)
    words = name if rng.random() < 0.15 else f"{of} {name}" if rng.random() < 0.6 else f"{name} {of}"
    number = quantities.measurement_in(rng, "other", unit) or 0
    return Item(spell(rng, words, voice), number, "other", unit, unit_text=unit)


def told(fact: Fact, value: Any) -> Item:
    """A value of the source's own as an item; whatever the source does not state is masked."""
    return Item("", value, fact.label, unit_of_fact(fact), polarity_of(fact, inverted=False))


def of_fact(rng: random.Random, fact: Fact, voice: Voice, faithful: bool) -> Item:
    """An item of a source's statement; `faithful` keeps the source's own spelling."""
    own = own_name(fact)
    tells_unit = not faithful and rng.random() < voice.unit_in_key * _ALSO_OF_SOURCES
    chosen = valued(rng, fact.label, voice, fact, fact.polarity == "inverted")
    chosen = as_named(rng, own, chosen, fact, tells_unit)
    if faithful:
        return replace(chosen, key=own)
    names = [name for language, name in fact.names.items() if language.startswith(voice.language)]
    words = rng.choice(names) if names and (voice.language != "en" or rng.random() < 0.4) else own
    key = spell(rng, words, voice)
    return replace(chosen, key=with_unit(rng, key, chosen.unit, voice) if tells_unit else key)
