"""What a scalar says by itself, without any context: a number, a number with its unit, or a truth word."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache
from typing import Any

from agent.core.units import spelled_unit

_NUMBER = re.compile(r"([+-]?(?:\d{1,15}(?:[.,]\d{1,15})?|\.\d{1,15})(?:[eE][+-]?\d{1,3})?)\s*([^\d\s.,:;+-].{0,11})?")
_LONGEST = 64
"""Characters of a text that may still be a number with its unit."""


def number_and_unit(text: str) -> tuple[int | float | None, str]:
    """The number that a text is, and the unit behind it as written; (None, "") when it is no number.

    A decimal comma counts as a point. A unit must be one that is known, so that `3 phases` stays a text.
    """
    # What is remembered must be short, or a few thousand long payloads would fill the memory of a small machine.
    return _number_and_unit(text) if len(text) <= _LONGEST else (None, "")


@lru_cache(maxsize=4_096)
def _number_and_unit(text: str) -> tuple[int | float | None, str]:
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None, ""
    digits, unit = match.group(1).replace(",", "."), (match.group(2) or "").strip()
    if unit and spelled_unit(unit) is None:
        return None, ""
    try:
        return int(digits), unit
    except ValueError:
        number = float(digits)
    # 1e999 is beyond what a float holds.
    return (number, unit) if math.isfinite(number) else (None, "")


# Words by which devices say yes and no, in the languages that their makers and owners use.
_TRUE_WORDS = """
    1 on true yes y open opened opening active activated detected present home occupied wet leak leaking alarm alert
    triggered trigger motion moving online connected up alive running enabled enable charging unlocked unlock unsafe
    pressed low fault abnormal available ready
    ein an ja wahr offen geoffnet geoeffnet auf aktiv erkannt anwesend nass verbunden bewegung
    oui vrai ouvert allume marche actif detecte present connecte
    si verdadero abierto encendido activo detectado conectado
    vero aperto acceso attivo rilevato connesso
    ja aan waar actief gedetecteerd verbonden
    pa sann oppen ansluten
    tak wlaczone wlaczony otwarte otwarty aktywny wykryto polaczony
    ligado aberto sim
    да вкл включено открыто открыта обнаружено
    开 开启 打开 是 有人 在线
"""
_FALSE_WORDS = """
    0 off false no n closed close closing inactive deactivated clear cleared none absent away not_home unoccupied
    vacant dry normal ok idle offline disconnected down dead lost stopped disabled disable discharging locked lock safe
    released high unavailable untriggered undetected
    aus nein falsch geschlossen zu inaktiv frei abwesend trocken getrennt
    non faux ferme eteint arret inactif sec deconnecte
    no falso cerrado apagado inactivo seco desconectado
    chiuso spento inattivo asciutto
    nee uit onwaar gesloten inactief droog
    av nej falskt stangd
    nie wylaczone wylaczony zamkniete zamkniety nieaktywny
    desligado fechado nao
    нет выкл выключено закрыто закрыта
    关 关闭 否 无人 离线
"""


def _without_accents(word: str) -> str:
    """The word in lower case, `Geöffnet` as `geoffnet`: half of the devices leave accents out."""
    decomposed = unicodedata.normalize("NFKD", word).casefold().replace("ł", "l")
    return "".join([character for character in decomposed if not unicodedata.combining(character)])


_TRUTH = {
    **{_without_accents(word): False for word in _FALSE_WORDS.split()},
    **{_without_accents(word): True for word in _TRUE_WORDS.split()},
}


def truth(value: Any) -> bool | None:
    """Whether a raw value is true-like (on, true, 1, open, detected, ...) or false-like; None when it says neither."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return bool(value) if value in (0, 1) else None
    if not isinstance(value, str):
        return None
    return _TRUTH.get(_without_accents(value.strip())) if len(value) <= _LONGEST else None
