"""Interpretations to Devices: which device a message speaks of, and the state of each, merged over its topics.

The model says of every message which level of the topic names the device. That is believed the first time and kept,
so that a device never changes its identifier. Three things are beyond a single message, and are learned here:

- One device, several topics. Below one beginning (`shellies/plug`) they are one by themselves. Where only the first
  level differs (`tele/plug`, `stat/plug`) they are taken for one when both tell the same condition by the same name
  and with the same value; from then on the two first levels count as two sides of every device.
- One topic, several devices, as of a gateway. A top-level identifier that changes and comes back tells them apart; one
  that never comes back is a serial number of messages. An object that holds the key it stands under as an identifier
  is a device of its own at once; of several in one message listing.py makes several.
- One field, several labels: the model may waver with the value. The label with the most confidence so far stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from agent.core.devices.apart import Identifier, Topic, called, part_of
from agent.core.devices.known import READINGS, Known
from agent.core.devices.series import Series
from agent.core.devices.sides import clash, same_condition
from agent.core.message import Device, DeviceReading, DeviceRef, Interpretation, Reading
from agent.core.ontology import LABELS
from agent.core.slug import slug
from agent.core.summary import summary
from agent.core.votes import Votes

_SIDES = 8
"""Beginnings of the topics of one device; what comes beyond is another device."""
_PAIRS = 256
"""First levels that are known to be sides of one another."""


News: TypeAlias = tuple[DeviceReading | None, DeviceReading]
"""A reading of a device that was heard, and before it the one in whose place it stands."""


# Of the dataclasses that are not frozen, which takes time, nobody changes those that are handed out.
@dataclass(slots=True)
class Sighting:
    """What a message adds to what is known."""

    interpretation: Interpretation
    """The message's, naming the device that was recognised."""
    device: Device | None
    """After the message; None where it is not clear yet which of several on one topic it is."""
    keys: tuple[str | None, ...]
    """For each reading its key in the device; None for one that does not count."""
    changed: bool
    """Whether anything but times has changed."""
    news: list[News]
    """The device's readings that the message told."""
    removed: tuple[str, ...] = ()
    """Devices that are no more."""


class Devices:
    """All devices, at most `capacity` of them with at most `series` fields; the longest unheard-of is forgotten."""

    def __init__(self, capacity: int, series: int) -> None:
        self._capacity = capacity
        self._series_capacity = series
        self._series = 0
        self._known: dict[str, Known] = {}
        self._topics: dict[str, Topic] = {}
        self._sides: set[frozenset[str]] = set()
        self._by_rest: dict[tuple[str, ...], set[str]] = {}
        self._alias: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._known)

    @property
    def series(self) -> int:
        """Fields that are kept."""
        return self._series

    def get(self, device: str) -> Device | None:
        """The device with the identifier; None where there is none."""
        known = self._known.get(device)
        return known.device() if known else None

    def all(self) -> list[Device]:
        """Every device, the longest unheard-of first."""
        return [known.device() for known in self._known.values()]

    def receive(self, interpretation: Interpretation) -> Sighting:
        """Take in a message."""
        topic = self._topic(interpretation)
        part = part_of(topic, interpretation.readings)
        if part is None:
            return Sighting(interpretation, None, (None,) * len(interpretation.readings), False, [])
        removed = []
        if part and self._stood_for(topic.device, interpretation):
            # Until the second device spoke, the first stood for the topic as a whole.
            self._forget(topic.device)
            removed.append(topic.device)
        known, new = self._device(interpretation, topic, part)
        type_before, area_before = known.types.leader, known.areas.leader
        known.types.add(interpretation.device.type)
        known.areas.add(interpretation.device.area)
        interpretation = self._named(interpretation, known)
        merged = None if part else self._other_side(known, topic, interpretation)
        if merged is not None:
            removed.append(known.id)
            self._merge(known, merged)
            known = merged
            interpretation = self._named(interpretation, known)
            new = True
        changed = new or known.types.leader != type_before or known.areas.leader != area_before
        keys: list[str | None] = []
        news: list[News] = []
        for reading in interpretation.readings:
            told = None if reading.label is None else self._take(known, interpretation, reading, reading.label)
            if told is None:
                keys.append(None)
                continue
            before, now = told
            keys.append(now.key)
            news.append(told)
            changed = changed or before is None or not _says_same(before, now)
        known.seen_at = max(known.seen_at, interpretation.at)
        removed += self._bound(known.id)
        return Sighting(interpretation, known.device(), tuple(keys), changed, news, tuple(removed))

    def record(self, device: str) -> dict[str, Any] | None:
        """All that is known of a device, as a JSON value for `restore`; None where there is none."""
        known = self._known.get(device)
        if known is None:
            return None
        topics = {name for name, _ in known.series}
        return {
            "id": known.id,
            "name": known.name,
            "types": known.types.counts,
            "areas": known.areas.counts,
            "seen_at": known.seen_at,
            "roots": sorted(known.roots),
            "aliases": sorted(alias for alias, target in self._alias.items() if target == device),
            "topics": {name: self._topics[name].record() for name in sorted(topics) if name in self._topics},
            "series": [[*spot, series.key, series.votes] for spot, series in known.series.items()],
            "readings": [
                [
                    held.key,
                    held.label,
                    held.value,
                    held.unit,
                    held.confidence,
                    held.source,
                    held.topic,
                    held.path,
                    held.at,
                ]
                for held in known.readings.values()
            ],
        }

    def sides(self) -> list[list[str]]:
        """First levels that are sides of one another, as a JSON value for `restore`."""
        return [sorted(pair) for pair in self._sides]

    def restore(self, records: Iterable[dict[str, Any]], sides: Iterable[Iterable[str]]) -> None:
        """Take up records into an empty memory. Raises ValueError, KeyError or TypeError; it is of no use then."""
        self._sides = {frozenset(pair) for pair in sides}
        for record in sorted(records, key=lambda record: float(record["seen_at"])):
            self._take_up(record)

    def _take_up(self, record: dict[str, Any]) -> None:
        known = Known(
            str(record["id"]), str(record["name"]), Votes(record["types"]), Votes(record["areas"]), record["seen_at"]
        )
        known.roots = {tuple(root) for root in record["roots"]}
        known.series = {(topic, path): Series.voted(key, dict(votes)) for topic, path, key, votes in record["series"]}
        known.readings = {values[0]: DeviceReading(*values) for values in record["readings"]}
        if not {held.label for held in known.readings.values()} <= LABELS.keys():
            # A later model may have other labels: then it is to begin anew.
            raise ValueError("unknown label")
        self._known[known.id] = known
        self._series += len(known.series)
        self._alias.update((alias, known.id) for alias in record["aliases"])
        for name, (device, levels, splits) in record["topics"].items():
            self._topics[name] = Topic(device, tuple(name.split("/")[:levels]))
            self._topics[name].identifiers = {path: Identifier(splits=how) for path, how in splits.items()}
            if not any(splits.values()):
                for root in known.roots:
                    if len(root) > 1:
                        self._by_rest.setdefault(root[1:], set()).add(known.id)
        self._bound(known.id)

    # ---- which device ----------------------------------------------------------------------------------------------

    def _topic(self, interpretation: Interpretation) -> Topic:
        topic = self._topics.get(interpretation.topic)
        if topic is None:
            levels = tuple(interpretation.topic.split("/"))
            root = levels[: interpretation.device.levels or len(levels)]
            if len(self._topics) >= self._series_capacity:
                del self._topics[next(iter(self._topics))]
            topic = self._topics[interpretation.topic] = Topic(interpretation.device.id, root)
        return topic

    def _stood_for(self, device: str, interpretation: Interpretation) -> bool:
        """Whether the device is known by such messages alone."""
        known = self._known.get(device)
        if known is None or any(topic != interpretation.topic for topic, _ in known.series):
            return False
        return any((interpretation.topic, reading.path) in known.series for reading in interpretation.readings)

    def _device(self, interpretation: Interpretation, topic: Topic, part: str) -> tuple[Known, bool]:
        """The device, the most recent one now, and whether it is new."""
        identifier = slug(f"{topic.device}/{part}") if part else topic.device
        identifier = self._alias.get(identifier, identifier)
        known = self._known.pop(identifier, None)
        new = known is None
        if known is None:
            name = called(interpretation, part) if part else interpretation.device.name
            known = Known(identifier, name)
        self._known[identifier] = known
        if new or topic.belongs != identifier:
            # To look at what is remembered of thousands of devices takes time: it is in no cache of the processor.
            topic.belongs = identifier
            self._join(known, topic, part)
        return known, new

    def _join(self, known: Known, topic: Topic, part: str) -> None:
        """The topic is one of the device's."""
        if topic.root not in known.roots and len(known.roots) < _SIDES:
            known.roots.add(topic.root)
            if not part and len(topic.root) > 1:
                self._by_rest.setdefault(topic.root[1:], set()).add(known.id)
        listed = self._by_rest.get(topic.root[1:])
        topic.alike = listed if listed is not None and known.id in listed else None

    def _named(self, interpretation: Interpretation, known: Known) -> Interpretation:
        said = interpretation.device
        area = known.areas.leader
        if said.id == known.id and said.name == known.name and said.area == area:
            return interpretation
        ref = DeviceRef(known.id, known.name, said.type, area, said.levels)
        text = interpretation.summary if ref.name == said.name else summary(ref, interpretation.readings)
        return replace(interpretation, device=ref, summary=text)

    def _other_side(self, known: Known, topic: Topic, interpretation: Interpretation) -> Known | None:
        """The device of which this one is found to be another side."""
        root, alike = topic.root, topic.alike
        if alike is None:
            alike = self._by_rest.get(root[1:], set())
        elif len(alike) == 1:
            return None
        for identifier in sorted(alike):
            other = self._known.get(identifier)
            if other is None or other is known or root in other.roots:
                continue
            if len(known.roots | other.roots) > _SIDES:
                continue
            sides = frozenset((root[0], min(other.roots)[0]))
            area = known.areas.leader or other.areas.leader
            if len(sides) < 2 or area in sides or clash(known, other, interpretation):
                continue
            if sides in self._sides or same_condition(other, root, interpretation):
                if len(self._sides) < _PAIRS:
                    self._sides.add(sides)
                return other
        return None

    def _merge(self, known: Known, into: Known) -> None:
        del self._known[known.id]
        self._alias[known.id] = into.id
        self._unlist(known)
        into.roots |= known.roots
        for (topic, path), series in known.series.items():
            reading = known.readings.get(series.key)
            if reading is None:
                self._series -= 1
            else:
                key = into.key_for(topic, path, reading.label)
                into.series[(topic, path)] = Series.voted(key, series.votes)
                into.readings.setdefault(key, replace(reading, key=key))
        for found in self._topics.values():
            if found.device == known.id:
                found.device = into.id

    # ---- its state -------------------------------------------------------------------------------------------------

    def _take(self, known: Known, interpretation: Interpretation, reading: Reading, label: str) -> News | None:
        """What the reading puts in whose place; None when it does not count."""
        spot = (interpretation.topic, reading.path)
        series = known.series.get(spot)
        before = known.readings.get(series.key) if series is not None else None
        if series is None or before is None:
            if series is None and len(known.series) >= READINGS:
                return None
            key = known.key_for(*spot, label)
            self._series += series is None
            series = known.series[spot] = Series(key)
            before = known.readings.get(key)
        series.hear(reading, label, before)
        if before is not None and before.label != label:
            if series.leader != label:
                return None
            known.release(spot)
            series.key = known.key_for(*spot, label)
            before = known.readings.get(series.key)
        now = known.readings[series.key] = DeviceReading(
            series.key,
            label,
            reading.value,
            reading.unit,
            reading.confidence,
            reading.source,
            *spot,
            interpretation.at,
        )
        return before, now

    def _bound(self, latest: str) -> list[str]:
        """Forget what is beyond the bounds, never the latest."""
        removed = []
        while len(self._known) > 1 and (len(self._known) > self._capacity or self._series > self._series_capacity):
            oldest = next(iter(self._known))
            if oldest == latest:
                break
            self._forget(oldest)
            removed.append(oldest)
        return removed

    def _forget(self, device: str) -> None:
        known = self._known.pop(device)
        self._series -= len(known.series)
        self._unlist(known)
        for topic in {topic for topic, _ in known.series}:
            # A topic that has several devices keeps what tells them apart.
            if topic in self._topics and not any(found.splits for found in self._topics[topic].identifiers.values()):
                del self._topics[topic]
        for alias in [alias for alias, target in self._alias.items() if target == device]:
            del self._alias[alias]

    def _unlist(self, known: Known) -> None:
        for root in known.roots:
            listed = self._by_rest.get(root[1:], set())
            listed.discard(known.id)
            if not listed:
                self._by_rest.pop(root[1:], None)


def _says_same(before: DeviceReading, now: DeviceReading) -> bool:
    """Whether nothing but times has changed, and how sure it is."""
    return bool(
        before.value == now.value
        and before.label == now.label
        and type(before.value) is type(now.value)
        and before.unit == now.unit
        and before.source == now.source
    )
