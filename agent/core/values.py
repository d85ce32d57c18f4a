"""What a scalar says by itself, without any context: a number, a number with its unit, or a truth word."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from agent.core.units import spelled_unit

_NUMBER = re.compile(r"([+-]?(?:\d{1,15}(?:[.,]\d{1,15})?|\.\d{1,15})(?:[eE][+-]?\d{1,3})?)\s*([^\d\s.,:;+-][^\d]{0,11})?")


@lru_cache(maxsize=4_096)
def number_and_unit(text: str) -> tuple[int | float | None, str]:
    """The number that a text is, and the unit behind it as written; (None, "") when it is no number.

    A decimal comma counts as a point. A unit must be one that is known, so that `3 phases` stays a text.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None, ""
    digits, unit = match.group(1).replace(",", "."), (match.group(2) or "").strip()
    if unit and spelled_unit(unit) is None:
        return None, ""
    try:
        return int(digits), unit
    except ValueError:
        return float(digits), unit


# Words by which devices say yes and no, in the languages that their makers and owners use.
_TRUE_WORDS = frozenset(
    """on true yes y open opened opening active activated detected present home occupied wet leak leaking alarm alert
    triggered trigger motion moving online connected up alive running enabled enable charging unlocked unlock unsafe
    pressed low fault abnormal available
    ein an ja wahr offen auf aktiv erkannt anwesend nass verbunden bewegung
    oui vrai ouvert allume marche actif detecte present connecte
    si verdadero abierto encendido activo detectado conectado
    vero aperto acceso attivo rilevato connesso
    ja aan waar actief gedetecteerd verbonden
    pa sann oppen ansluten
    tak wlaczone wlaczony otwarte otwarty aktywny wykryto polaczony
    ligado aberto sim
    да вкл включено открыто открыта обнаружено
    开 开启 打开 是 有人 在线""".split()
)
_FALSE_WORDS = frozenset(
    """off false no n closed close closing inactive deactivated clear cleared none absent away not_home unoccupied
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
    关 关闭 否 无人 离线""".split()
)


def truth(value: Any) -> bool | None:
    """Whether a raw value is true-like (on, true, 1, open, detected, ...) or false-like; None when it says neither."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return bool(value) if value in (0, 1) else None
    if not isinstance(value, str):
        return None
    word = value.strip().casefold()
    if word in ("0", "1"):
        return word == "1"
    if word in _TRUE_WORDS:
        return True
    return False if word in _FALSE_WORDS else None
