"""Items whose name is put together from what they hold, span or count, rather than from a label's terms."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from models.simulate import quantities
from models.simulate.naming import with_unit
from models.simulate.topics import THINGS
from models.simulate.values import Item
from models.simulate.voice import Voice, spell

_BATTERIES = (
    "battery", "bat", "batt", "b", "bt", "battery", "Bat", "BAT", "akku", "accu", "batterie", "pile", "batteria", "pila", "batería", "batteri",
    "bateria", "батарея", "батарейка", "电池", "cell", "battery status", "supply", "bat level", "lipo", "coin cell", "soil batt",
)  # fmt: skip


def cell(rng: random.Random, voice: Voice) -> Item:
    """A battery by its name, in volts: nothing but its number says that it is no charge in per cent."""
    number, unit = quantities.cell_voltage(rng)
    key = spell(rng, rng.choice(_BATTERIES), voice)
    if rng.random() < voice.unit_in_key:
        key = with_unit(rng, key, unit, voice)
    return Item(key, number, "voltage", unit, unit_text=unit)


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


def span(rng: random.Random, voice: Voice) -> Item:
    """A time that says only that it is left or gone; its unit is then all that tells it from a level."""
    unit = rng.choice(_TIMES)
    words = rng.choice(voice.spoken(_SPANS).split(","))
    number = quantities.measurement_in(rng, "duration", unit) or 0
    key = with_unit(rng, spell(rng, words, voice), unit, voice)
    return Item(key, number, "duration", unit, unit_text=unit)


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


def number_of(rng: random.Random, voice: Voice) -> Item:
    """The number of something, whatever it may be."""
    pattern = rng.choice(voice.spoken(_NUMBER_OF).split("|"))
    noun = quantities.invented_word(rng) if rng.random() < 0.3 else rng.choice(voice.spoken(THINGS))
    return Item(spell(rng, pattern.format(noun), voice), rng.randint(0, rng.choice(_NUMBERED_MOST)), "counter", "")


_CHARGES = (
    "ah", "Ah", "amp hours", "ampere hours", "charge ah", "capacity ah", "Amperestunden", "ampères heures", "ampère uren", "amperios hora",
    "amperora", "amperetimmar", "amperogodziny", "ампер часы", "安时", "mah", "mAh",
)  # fmt: skip
_CHARGES_OF = (
    "consumed", "used", "drawn", "charged", "discharged", "total", "remaining", "left", "net", "in", "out", "today", "since full", "battery", "nominal",
    "cumulative", "lifetime", "starter", "rated", "last", "deepest", "ch1", "chn2", "delivered", "verbraucht", "geladen", "entladen", "gesamt", "restant",
)  # fmt: skip


def charge(rng: random.Random, voice: Voice) -> Item:
    """A charge of so many ampere hours: batteries tell it, and it is neither a current nor an energy."""
    name = rng.choice(_CHARGES)
    unit = "mAh" if name.lower() == "mah" else "Ah"
    of = rng.choice(_CHARGES_OF)
    words = name if rng.random() < 0.15 else f"{of} {name}" if rng.random() < 0.6 else f"{name} {of}"
    number = quantities.measurement_in(rng, "other", unit) or 0
    return Item(spell(rng, words, voice), number, "other", unit, unit_text=unit)


@dataclass(frozen=True, slots=True)
class Composed:
    """How often items of a label are named so."""

    often: float
    make: Callable[[random.Random, Voice], Item]


COMPOSED = {
    "voltage": Composed(0.06, cell),
    "duration": Composed(0.06, span),
    "counter": Composed(0.1, number_of),
    "other": Composed(0.08, charge),
}
"""By label."""
