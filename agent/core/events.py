"""Readings to Events: what a reading was before, and whether its change is worth telling.

Retained input is what the broker kept from before, so it sets the memory and never makes an event. A change is told at
once; what changes again within the debounce is told when that has passed, if it is then still another than was told.

A message can come twice, and must not be two presses of a button, nor must one before the last turn a switch back. The
broker marks what it sends again, and sends it under the packet identifier of the first time, so the latest messages are
remembered by that and what they said. What comes twice without a mark, by two overlapping subscriptions perhaps, comes
within an instant.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agent.core.message import Event, Interpretation, Message, Reading
from agent.core.tellings import MOMENTARY, Telling, pressed, state, telling, told_labels

HANDLED = 256
"""Messages by which one that comes again is recognised: more than a broker sends before it waits."""
_LATELY = 512
ECHO_S = 2.0
"""Within which a device says one thing on two topics."""
_INSTANT_S = 0.1
"""No finger is so quick."""


@dataclass(slots=True)
class _State:
    """Of one reading of a device."""

    label: str
    told: Any
    """The state that is known to whoever hears the events."""
    told_at: float
    held: Event | None = None
    """What will be told when the debounce has passed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a reading from one run to the next."""

    key: str
    label: str
    told: Any
    told_at: float


class Events:
    """Last told state of each reading."""

    def __init__(self, confidence: float, debounce_s: float, handled: int = HANDLED) -> None:
        """`confidence`: readings below it, 0 to 1, make no events. `handled`: messages that are recognised."""
        self._confidence = confidence
        self._debounce_s = debounce_s
        self._capacity = handled
        self._states: dict[str, dict[str, _State]] = {}
        self._held: dict[tuple[str, str], float] = {}
        self._handled: dict[str, None] = {}
        self._lately: dict[tuple[str, str, str], tuple[float, bool]] = {}

    def observe(self, interpretation: Interpretation, keys: Iterable[str | None]) -> tuple[Event, ...]:
        """What just happened, as far as this message tells. `keys` are those of its readings in the device."""
        events: list[Event] = []
        for reading, key in zip(interpretation.readings, keys, strict=True):
            if key is None or reading.label is None:
                continue
            if reading.label == MOMENTARY:
                event = self._press(interpretation, reading)
            elif reading.label in _TOLD:
                event = self._change(interpretation, reading, key)
            else:
                continue
            if event is not None and not self._is_echo(event) and not _is_said(event, events):
                events.append(event)
        return tuple(events)

    def tick(self, now: float) -> tuple[Event, ...]:
        """What was held back and is due."""
        due = [place for place, at in self._held.items() if at <= now or at > now + self._debounce_s]
        events = []
        for device, key in due:
            del self._held[(device, key)]
            found = self._states.get(device, {}).get(key)
            if found is None or found.held is None:
                continue
            event, found.held = found.held, None
            found.told, found.told_at = event.value, now
            events.append(event)
        return tuple(events)

    def kept(self, device: str) -> tuple[Kept, ...]:
        """What to keep of a device."""
        return tuple(
            Kept(key, found.label, found.told, found.told_at) for key, found in self._states.get(device, {}).items()
        )

    def handled(self) -> tuple[str, ...]:
        """Marks of the latest messages, the latest last."""
        return tuple(self._handled)

    def restore(self, device: str, kept: Iterable[Kept]) -> None:
        """Take up what was kept of a device."""
        self._states[device] = {entry.key: _State(entry.label, entry.told, entry.told_at) for entry in kept}

    def restore_handled(self, marks: Iterable[str]) -> None:
        """Take up the marks of an earlier run."""
        self._handled = dict.fromkeys(list(marks)[-self._capacity :])

    def forget(self, device: str) -> None:
        """A device is no more."""
        self._states.pop(device, None)

    def came_before(self, message: Message) -> bool:
        """Whether the message is one of the latest that comes again, and so tells nothing; it is one of them now."""
        if not message.qos:
            return False
        mark = _mark(message)
        if message.redelivered and mark in self._handled:
            return True
        self._handled.pop(mark, None)
        self._handled[mark] = None
        if len(self._handled) > self._capacity:
            del self._handled[next(iter(self._handled))]
        return False

    def _change(self, interpretation: Interpretation, reading: Reading, key: str) -> Event | None:
        """The event, if there is one to tell now."""
        label = str(reading.label)
        device = interpretation.device.id
        states = self._states.setdefault(device, {})
        found = states.get(key)
        # Under another label it was another thing: the model has changed its mind, nothing has happened.
        if found is not None and found.label != label:
            found = None
        now = state(label, reading.value, found.told if found else None)
        if now is None:
            return None
        if found is None or interpretation.retained:
            states[key] = _State(label, now, 0.0)
            return None
        if reading.confidence < self._confidence:
            return None
        if found.told == now:
            found.held = None
            return None
        if label == "battery" and any(other.label == "battery_low" for other in states.values()):
            # The device knows better when its battery is low, and tells it itself.
            found.told = now
            return None
        event = _event(interpretation, reading, telling(interpretation.device.name, label, now, reading.unit), now)
        if 0 <= interpretation.at - found.told_at < self._debounce_s:
            found.held = event
            self._held[(device, key)] = found.told_at + self._debounce_s
            return None
        found.told, found.told_at, found.held = now, interpretation.at, None
        return event

    def _press(self, interpretation: Interpretation, reading: Reading) -> Event | None:
        told = pressed(interpretation.device.name, reading.value)
        if told is None or interpretation.retained or reading.confidence < self._confidence:
            return None
        return _event(interpretation, reading, told, reading.value)

    def _is_echo(self, event: Event) -> bool:
        """Whether the device has just said the same: inside a message and bare, or by a message that came twice."""
        press = event.label == MOMENTARY
        said = str(event.value) if press else (event.path or event.topic).rpartition("/")[2]
        what = (event.device.id, event.kind, said)
        at, bare = self._lately.get(what, (float("-inf"), False))
        echo = 0 <= event.at - at < (_INSTANT_S if press else ECHO_S) and (press or bare != (not event.path))
        if not echo:
            self._lately.pop(what, None)
            self._lately[what] = (event.at, not event.path)
            if len(self._lately) > _LATELY:
                del self._lately[next(iter(self._lately))]
        return echo


_TOLD = told_labels()
_CHANNELS = frozenset(("switch_state", "input_state"))
"""Of which one message may well tell several alike."""


def _is_said(event: Event, events: Iterable[Event]) -> bool:
    """Whether the same message says the same in other words, as a lock does that has a state and an order."""
    return event.label not in _CHANNELS and any(
        (other.kind, other.text) == (event.kind, event.text) for other in events
    )


def _mark(message: Message) -> str:
    # That two of the few hundred messages that are remembered say other things by one identifier and one checksum is
    # less likely than that the disk fails.
    return f"{message.mid}.{zlib.crc32(message.payload, zlib.crc32(message.topic.encode('utf-8', 'replace'))):x}"


def _event(interpretation: Interpretation, reading: Reading, told: Telling, value: Any) -> Event:
    return Event(
        device=interpretation.device,
        at=interpretation.at,
        kind=told.kind,
        severity=told.severity,
        label=str(reading.label),
        path=reading.path,
        value=value,
        topic=interpretation.topic,
        text=told.text,
    )
