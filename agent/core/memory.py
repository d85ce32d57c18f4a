"""What is remembered of a home: its devices, and what was told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.core import listing
from agent.core.behaviour import Behaviour
from agent.core.devices import Devices, News
from agent.core.events import Events, Kept
from agent.core.message import Device, DeviceRef, Event, Interpretation, Message
from agent.core.pace import Pace


# Nobody changes one, but frozen it takes several times as long to make.
@dataclass(slots=True)
class Observation:
    """What a message adds to the memory."""

    interpretation: Interpretation
    """The message's, naming the device that was recognised."""
    device: Device | None
    """After the message; None where it is not clear yet which of several on one topic it is."""
    news: list[News]
    """The device's readings that the message told."""
    due: bool
    """Whether the device is to be published now."""
    removed: tuple[str, ...]
    """Devices that are no more."""
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What has changed since it was last asked for."""

    records: Mapping[str, Any]
    """JSON values by device; None for one that is no more."""
    sides: Any
    """JSON value of what belongs to no device; None where it has not changed."""
    handled: tuple[str, ...]
    """Marks of the latest messages, by which they are recognised when they come again."""
    events: tuple[Event, ...]


class Memory:
    """Interpretations to Observations."""

    def __init__(self, devices: Devices, events: Events, behaviour: Behaviour) -> None:
        self._devices = devices
        self._events = events
        self._behaviour = behaviour
        self._pace = Pace()
        self._changed: dict[str, None] = {}
        self._saved: set[str] = set()
        self._told: dict[str, None] = {}
        self._unsaved_events: list[Event] = []
        self._saved_sides = 0

    @property
    def devices(self) -> Devices:
        """What is known of each."""
        return self._devices

    @property
    def behaviour(self) -> Behaviour:
        """What each device does over time."""
        return self._behaviour

    @property
    def has_news(self) -> bool:
        """Whether something was told since the last call of `unsaved`: what must not be told again after a crash."""
        return bool(self._told)

    @property
    def has_changed(self) -> bool:
        """Whether there is anything that `unsaved` would give."""
        return bool(self._changed or self._told)

    def observe(self, message: Message, interpretation: Interpretation) -> tuple[Observation, ...]:
        """Take in what a message means: one Observation for each device that it speaks of, mostly a single one."""
        again = self._events.came_before(message)
        return tuple(self._observe(part, again=again) for part in listing.devices(interpretation))

    def _observe(self, interpretation: Interpretation, *, again: bool) -> Observation:
        sighting = self._devices.receive(interpretation)
        for device in sighting.removed:
            self._events.forget(device)
            self._behaviour.forget(device)
            self._pace.forget(device)
            # What was never written need not be struck out: devices may come and go by the thousands.
            self._changed.pop(device, None)
            if device in self._saved:
                self._changed[device] = None
        if sighting.device is None:
            return Observation(sighting.interpretation, None, [], False, sighting.removed, ())
        events = () if again else self._events.observe(sighting.interpretation, sighting.keys)
        events += self._behaviour.observe(sighting.interpretation, sighting.keys)
        device = sighting.device.id
        if events:
            self._tell(events)
        if sighting.changed:
            self._changed[device] = None
        due = self._pace.due(device, len(sighting.device.readings), interpretation.at, changed=sighting.changed)
        return Observation(
            sighting.interpretation,
            sighting.device,
            sighting.news,
            due,
            sighting.removed,
            events,
        )

    def tick(self, now: float) -> tuple[Event, ...]:
        """What is to be told because time has passed. To be called while messages can be heard, and only then."""
        events = self._events.tick(now) + self._behaviour.tick(now)
        self._tell(events)
        return events

    def due(self, now: float) -> list[Device]:
        """Devices that have changed since they were published, and whose turn it is now."""
        return self._existing(self._pace.over(now))

    def waiting(self) -> list[Device]:
        """All devices that have changed since they were published."""
        return self._existing(self._pace.waiting())

    def _existing(self, devices: Iterable[str]) -> list[Device]:
        return [device for device in map(self._devices.get, devices) if device is not None]

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            self._unsaved_events.append(event)
            self._told[event.device.id] = None

    def unsaved(self, *, news_only: bool = False) -> Unsaved:
        """What has changed since the last call; `news_only`: only of devices of which something was told."""
        devices = self._told if news_only else {**self._changed, **self._told}
        records = {device: self._record(device) for device in devices}
        for device, record in records.items():
            self._changed.pop(device, None)
            (self._saved.discard if record is None else self._saved.add)(device)
        events = tuple(self._unsaved_events)
        self._told.clear()
        self._unsaved_events.clear()
        sides = self._devices.sides()
        unchanged = len(sides) == self._saved_sides
        self._saved_sides = len(sides)
        return Unsaved(records, None if unchanged else sides, self._events.handled(), events)

    def everything(self) -> Unsaved:
        """All that is remembered, with the times of the latest messages, except what was told."""
        records = {device.id: self._record(device.id) for device in self._devices.all()}
        self._saved = set(records)
        return Unsaved(records, self._devices.sides(), self._events.handled(), ())

    def restore(self, records: Mapping[str, Any], sides: Any, handled: Iterable[str]) -> None:
        """Take up what `unsaved` gave, into an empty memory.

        Raises:
            ValueError: it cannot have given that; the memory is of no use then.
        """
        try:
            told = {device: _kept(record["told"]) for device, record in records.items()}
            self._devices.restore([record["device"] for record in records.values()], sides or ())
            for device in self._devices.all():
                habits = records[device.id].get("habits")
                if habits is not None:
                    self._behaviour.restore(DeviceRef(device.id, device.name, device.type, device.area), habits)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise ValueError(f"no memory of a home: {error!r}") from None
        for name, kept in told.items():
            self._events.restore(name, kept)
        self._events.restore_handled(handled)
        self._saved_sides = len(self._devices.sides())
        self._saved = set(records)
        # There is room for fewer than there was.
        self._changed = {device: None for device in records if self._devices.get(device) is None}

    def _record(self, device: str) -> Any:
        record = self._devices.record(device)
        if record is None:
            return None
        told = [[kept.key, kept.label, kept.told, kept.told_at] for kept in self._events.kept(device)]
        return {"device": record, "told": told, "habits": self._behaviour.record(device)}


def _kept(told: Iterable[Any]) -> list[Kept]:
    return [Kept(str(key), str(label), value, float(told_at)) for key, label, value, told_at in told]
