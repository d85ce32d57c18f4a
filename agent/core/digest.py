"""What happened in a home, in ten lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agent.core.message import Device
from agent.core.summary import sentence
from agent.core.tellings import CRITICAL, INFO, NOTICE, SEVERITIES, WARNING, state, telling, told_labels

LINES = 10
_TROUBLES = 4
"""Lines for warnings and worse."""
_STANDING = 5
"""Of each sort of present state, the devices that are named."""
_KINDS = 3
"""Kinds of events that are counted out for one device."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a digest."""

    severity: str
    text: str


def digest(
    events: Sequence[dict[str, Any]], devices: Iterable[Device], since: str, clock: Callable[[str], str]
) -> list[Line]:
    """At most ten lines: what was told of trouble, then who did most, and how things stand now.

    `events` are as published, oldest first; `since` says from when; `clock` gives the time of day of a timestamp.
    """
    troubles = _troubles([event for event in events if event["severity"] in (WARNING, CRITICAL)], clock)
    standing = _standing(devices)
    rest = LINES - 1 - min(len(troubles), _TROUBLES) - len(standing)
    quiet = [event for event in events if event["severity"] in (INFO, NOTICE)]
    return [_headline(events, since), *troubles[:_TROUBLES], *_doings(quiet, clock, rest), *standing]


def _headline(events: Sequence[dict[str, Any]], since: str) -> Line:
    if not events:
        return Line(INFO, f"{since}: nothing happened")
    devices = len({event["device"]["id"] for event in events})
    counted = Counter(event["severity"] for event in events)
    parts = [f"{_plural(len(events), 'event')} of {_plural(devices, 'device')}"]
    if counted[CRITICAL]:
        parts.append(f"{counted[CRITICAL]} critical")
    if counted[WARNING]:
        parts.append(_plural(counted[WARNING], "warning"))
    worst = max((event["severity"] for event in events), key=SEVERITIES.index)
    return Line(worst, f"{since}: {', '.join(parts)}")


def _troubles(events: Sequence[dict[str, Any]], clock: Callable[[str], str]) -> list[Line]:
    """The worst first, then the latest; what one device told several times is one line."""
    told: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for event in events:
        told.setdefault((event["device"]["id"], event["event"]), []).append(event)
    ranked = sorted(told.values(), key=lambda alike: (SEVERITIES.index(alike[-1]["severity"]), alike[-1]["at"]))
    lines = []
    for alike in reversed(ranked):
        times = f" ({len(alike)} times since {clock(alike[0]['at'])})" if len(alike) > 1 else ""
        lines.append(Line(alike[-1]["severity"], f"{clock(alike[-1]['at'])} {alike[-1]['text']}{times}"))
    if len(lines) > _TROUBLES:
        more = len(lines) - _TROUBLES + 1
        lines[_TROUBLES - 1 :] = [Line(WARNING, f"and {more} other warnings")]
    return lines


def _doings(events: Sequence[dict[str, Any]], clock: Callable[[str], str], room: int) -> list[Line]:
    """Of the devices that told most, what and how often."""
    by_device: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        by_device.setdefault(event["device"]["id"], []).append(event)
    ranked = sorted(by_device.values(), key=len, reverse=True)
    lines = []
    shown = ranked if len(ranked) <= room else ranked[: max(0, room - 1)]
    for told in shown:
        kinds = Counter(event["event"].replace("_", " ") for event in told).most_common(_KINDS)
        what = ", ".join(kind if count == 1 else f"{kind} {count} times" for kind, count in kinds)
        lines.append(Line(INFO, f"{told[-1]['device']['name']}: {what}; last at {clock(told[-1]['at'])}"))
    others = ranked[len(shown) :]
    if others and room > 0:
        count = sum(len(told) for told in others)
        lines.append(Line(INFO, f"{_plural(len(others), 'other device')}: {_plural(count, 'event')}"))
    return lines


def _standing(devices: Iterable[Device]) -> list[Line]:
    """What is open, unlocked, low, offline or worse at present."""
    open_now: list[tuple[str, str]] = []
    trouble: list[tuple[str, str]] = []
    for device in devices:
        for reading in device.readings:
            now = state(reading.label, reading.value, None) if reading.label in told_labels() else None
            if now is None:
                continue
            told = telling(device.name, reading.label, now, reading.unit)
            if told.kind in ("opened", "unlocked"):
                open_now.append((device.name, told.text))
            elif told.severity in (WARNING, CRITICAL):
                trouble.append((device.name, told.text))
            elif told.kind in ("went_offline", "disconnected"):
                trouble.append((device.name, sentence(device.name, "is offline")))
    lines = []
    for severity, sort, found in ((INFO, "Open now", open_now), (WARNING, "Amiss now", trouble)):
        texts = list(dict.fromkeys(text for _, text in found))
        if texts:
            more = f" and {len(texts) - _STANDING} more" if len(texts) > _STANDING else ""
            lines.append(Line(severity, f"{sort}: {'; '.join(texts[:_STANDING])}{more}"))
    return lines


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
