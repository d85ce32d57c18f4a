"""Devices announced to Home Assistant, as far as nobody else does, and taken back when asked to.

The broker keeps what was announced, retained; here is remembered which devices those are, what the owner decided, and
how often each has been heard. What was announced goes out anew some random time after Home Assistant or the broker
comes back, so that a home's agents do not all speak in the same moment.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.core.declared import Declarations
from agent.core.declared.homeassistant import ORIGIN
from agent.core.devices import News
from agent.core.discovery import announcement
from agent.core.discovery.announcement import Announcement
from agent.core.discovery.entities import Component, availability, components, tells_enough
from agent.core.discovery.gate import Gate
from agent.core.message import Device, DeviceReading, Publication
from agent.core.pace import REFRESH_S
from agent.core.values import truth

REANNOUNCE_S = 10.0
"""Within which everything is announced anew after Home Assistant says that it has started."""
_ACTIONS = 32
_CADENCE_EACH = 20
"""Messages after which it is asked again whether a device has a cadence."""
_FAR_OFF = 1.5
"""Ratio from which on a learned time replaces the one that was announced."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What must outlive a restart: identifiers of devices."""

    approved: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    announced: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Candidate:
    """A device that was heard."""

    sightings: int = 0
    heard: dict[str, int] = field(default_factory=dict)
    """Messages by key of the reading."""
    trusted: set[str] = field(default_factory=set)
    """Keys of readings that were certain enough when it was looked at."""
    actions: dict[str, None] = field(default_factory=dict)
    expires_s: int | None = None
    shown: dict[str, Component] | None = None
    """The entities that were announced before the last look at it."""
    sign: Any = None
    """What else but its readings that look rested on."""
    basis: Any = None
    """What the last look at it came to rest on."""
    device: Device | None = None
    eligible: bool = False


class Discovery:
    """Which devices are announced, and the messages for that."""

    def __init__(
        self,
        gate: Gate,
        declarations: Declarations,
        *,
        prefix: str,
        discovery_prefix: str,
        single: bool = False,
        decisions: Decisions,
        random: Callable[[], float],
    ) -> None:
        """`single`: one message an entity, for versions before 2024.12. `random`: numbers from 0 to 1."""
        self._gate = gate
        self._declarations = declarations
        self._prefix = prefix
        self._discovery_prefix = discovery_prefix
        self._birth_topic = f"{discovery_prefix}/status"
        self._single = single
        self._approved = set(decisions.approved)
        self._withdrawn = set(decisions.withdrawn)
        self._kept = set(decisions.announced)
        self._random = random
        # As many as devices are remembered: of each that is forgotten `remove` is told.
        self._candidates: dict[str, _Candidate] = {}
        self._announced: dict[str, Announcement] = {}
        self._shown: dict[str, dict[str, Component]] = {}
        self._due: float | None = None
        self.revision = 0
        """Rises when the decisions change."""

    @property
    def decisions(self) -> Decisions:
        """What is to be kept for the next run."""
        return Decisions(frozenset(self._approved), frozenset(self._withdrawn), frozenset(self._kept))

    def is_birth(self, topic: str) -> bool:
        """Whether Home Assistant tells on the topic that it has started."""
        return topic == self._birth_topic

    # ---- what happens ----------------------------------------------------------------------------------------------

    def consider(
        self, device: Device, news: Sequence[News], silent_after_s: Callable[[str], float | None], *, live: bool
    ) -> list[Publication]:
        """What to publish after a message of the device, which told its readings in `news`; `live` when not retained.

        `silent_after_s`: how long a device must be quiet to be silent, as far as its cadence is known.
        """
        candidate = self._candidates.get(device.id)
        if candidate is None:
            candidate = self._candidates[device.id] = _Candidate()
        before, candidate.device = candidate.device, device
        needed = self._gate.sightings
        ripens = False
        if live:
            candidate.sightings += 1
            heard = candidate.heard
            for _, now in news:
                times = heard[now.key] = heard.get(now.key, 0) + 1
                if times == needed:
                    ripens = True
            if candidate.sightings % _CADENCE_EACH == 0:
                candidate.expires_s = _followed(candidate.expires_s, silent_after_s(device.id))
        if before is None:
            # What an earlier run of the agent has kept of it is news here.
            news = [(None, reading) for reading in device.readings]
        ripens = (
            ripens or candidate.sightings <= needed or before is None or len(before.readings) != len(device.readings)
        )
        for was, now in news:
            if now.label == "action":
                _learn_action(candidate, now.value)
            if now.key not in candidate.trusted and self._gate.trusts(now):
                ripens = True
            ripens = ripens or was is None or not _alike(was, now)
        # A look costs as much as the rest of a message's way, and mostly finds what the one before it found.
        shown, sign = self._shown.get(device.id), self._sign(candidate, device)
        if not ripens and shown is candidate.shown and sign == candidate.sign:
            return []
        candidate.shown, candidate.sign = shown, sign
        return self._look(candidate, device)

    def remove(self, device_id: str) -> list[Publication]:
        """What to publish when a device is no more."""
        self._candidates.pop(device_id, None)
        return self._take_back(device_id)

    def adopt(self, topic: str, payload: bytes) -> list[Publication]:
        """Take over what an earlier run has announced, as the broker has kept it. What to publish where it is not
        wanted any more."""
        device_id = self._announced_device(topic)
        # It may have been heard already, by what the broker has kept of its messages. What is ours comes back, too.
        if device_id is None or topic in self._announced.get(device_id, ()):
            return []
        try:
            shape = json.loads(payload)
            if shape["origin"]["name"] != ORIGIN or shape["availability"][0]["topic"] != f"{self._prefix}/status":
                return []
            found = announcement.components_in(topic.removeprefix(f"{self._discovery_prefix}/"), shape)
        except (ValueError, TypeError, LookupError, AttributeError):
            return []
        if device_id in self._withdrawn:
            return _publications({topic: ""})
        self._announced.setdefault(device_id, {})[topic] = payload.decode()
        self._shown.setdefault(device_id, {}).update(found)
        self._keep(device_id)
        return []

    def born(self, at: float) -> None:
        """Home Assistant or the broker has started: everything is announced anew some time after `at`."""
        if self._due is None:
            self._due = at + self._random() * REANNOUNCE_S

    def tick(self, now: float) -> list[Publication]:
        """What is due: all announcements."""
        if self._due is None or (now < self._due and self._due - now <= REANNOUNCE_S):
            return []
        self._due = None
        return [publication for messages in self._announced.values() for publication in _publications(messages)]

    # ---- what the owner decides ------------------------------------------------------------------------------------

    def approve(self, device_id: str) -> list[Publication] | None:
        """What to publish once the device is approved; None when it is not known."""
        candidate = self._candidates.get(device_id)
        if candidate is None and device_id not in self._withdrawn:
            return None
        self._approved.add(device_id)
        self._withdrawn.discard(device_id)
        self.revision += 1
        if candidate is None or candidate.device is None:
            return []
        candidate.basis = None
        return self._look(candidate, candidate.device)

    def withdraw(self, device_id: str) -> list[Publication] | None:
        """What to publish to take the device back, for good; None when it is neither known nor announced."""
        if device_id not in self._candidates and device_id not in self._announced:
            return None
        self._approved.discard(device_id)
        self._withdrawn.add(device_id)
        self.revision += 1
        return self._take_back(device_id)

    def withdrawable(self) -> list[str]:
        """Identifiers of all devices that are announced."""
        return sorted(self._announced)

    def approvable(self) -> list[str]:
        """Identifiers of the devices that wait for approval."""
        return sorted(
            device_id
            for device_id, candidate in self._candidates.items()
            if device_id not in self._announced and device_id not in self._withdrawn and candidate.eligible
        )

    def listed(self) -> list[dict[str, Any]]:
        """All that is known for `discovery list`, the announced first."""
        rows = []
        for device_id in {**dict.fromkeys(self._announced), **dict.fromkeys(self._candidates)}:
            candidate = self._candidates.get(device_id)
            device = candidate.device if candidate else None
            rows.append(
                {
                    "id": device_id,
                    "name": device.name if device else device_id,
                    "state": self._state(device_id),
                    "sightings": candidate.sightings if candidate else 0,
                    "entities": sorted(self._shown.get(device_id, ())),
                    **({"reason": reason} if (reason := self._reason(device_id)) else {}),
                }
            )
        return sorted(rows, key=lambda row: (_ORDER.index(str(row["state"])), str(row["id"])))

    def statistics(self) -> dict[str, Any]:
        """Counters."""
        states = [self._state(device_id) for device_id in self._candidates]
        return {
            "announced": len(self._announced),
            "waiting": states.count("waiting"),
            "withdrawn": len(self._withdrawn),
        }

    # ---- how -------------------------------------------------------------------------------------------------------

    def _sign(self, candidate: _Candidate, device: Device) -> tuple[Any, ...]:
        """Another one when the look at a device may find something else, though its readings are alike."""
        return (
            device.id in self._approved,
            device.id in self._withdrawn,
            device.id in self._kept,
            device.id in self._announced or len(self._announced) < self._gate.devices,
            self._declarations.revision,
            device.name,
            device.type,
            device.area,
            len(candidate.actions),
            candidate.expires_s,
        )

    def _look(self, candidate: _Candidate, device: Device) -> list[Publication]:
        """Announce the device, or what has changed in it, if it may be."""
        if self._gate.mode == "off" or device.id in self._withdrawn:
            return []
        shown = self._shown.get(device.id, {})
        if candidate.sightings < _CADENCE_EACH and candidate.expires_s is None:
            candidate.expires_s = next(
                (entry["expire_after"] for entry in shown.values() if "expire_after" in entry), None
            )
        wanted = self._wanted(candidate, device)
        basis = (
            tuple((reading.key, reading.label, reading.unit, type(reading.value)) for reading in wanted),
            (device.name, device.type, device.area, len(availability(device, self._prefix))),
            (tuple(candidate.actions), candidate.expires_s, device.id in self._approved),
            device.id in self._announced or len(self._announced) < self._gate.devices,
        )
        if basis == candidate.basis:
            return []
        candidate.basis = basis
        found = self._components(candidate, device, wanted)
        # What was announced and has not been heard since the start stays as it was.
        found |= {key: entry for key, entry in shown.items() if key not in found and not candidate.heard.get(key)}
        candidate.eligible = tells_enough(found) and self._gate.lets(device)
        if not candidate.eligible:
            return self._take_back(device.id)
        return self._announce(device, found) if self._may(device.id) else []

    def _components(self, candidate: _Candidate, device: Device, wanted: list[DeviceReading]) -> dict[str, Component]:
        found = components(device, wanted, self._prefix, tuple(candidate.actions))
        for component in found.values():
            if candidate.expires_s is not None and component["platform"] in ("sensor", "binary_sensor"):
                component["expire_after"] = candidate.expires_s
        return found

    def _wanted(self, candidate: _Candidate, device: Device) -> list[DeviceReading]:
        """Readings that are here to stay, certain, and shown by nobody else."""
        shown = self._shown.get(device.id, {})
        known = device.id in self._kept or device.id in self._approved
        if not known and candidate.sightings < self._gate.sightings:
            return []
        candidate.trusted.update(reading.key for reading in device.readings if self._gate.trusts(reading))
        needed = min(self._gate.sightings, candidate.sightings)
        return [
            reading
            for reading in device.readings
            # What was sure enough stays, though the model wavers.
            if (reading.key in candidate.trusted or reading.key in shown)
            and (known or candidate.heard.get(reading.key, 0) >= needed)
            and not self._declarations.announced(reading.topic, reading.path)
        ]

    def _may(self, device_id: str) -> bool:
        if device_id in self._approved or device_id in self._announced:
            return True
        return self._gate.mode == "auto" and len(self._announced) < self._gate.devices

    def _announce(self, device: Device, found: dict[str, Component]) -> list[Publication]:
        before = self._announced.get(device.id, {})
        gone = {
            key: str(entry["platform"]) for key, entry in self._shown.get(device.id, {}).items() if key not in found
        }
        form = announcement.single_form if self._single else announcement.device_form
        messages = form(device, found, gone, self._discovery_prefix, self._prefix)
        # What stood in the other form, or under another platform, goes.
        changed = {topic: "" for topic in before if topic not in messages}
        changed |= {topic: payload for topic, payload in messages.items() if before.get(topic) != payload}
        self._announced[device.id] = {topic: payload for topic, payload in messages.items() if payload}
        self._shown[device.id] = found
        self._keep(device.id)
        return _publications(changed)

    def _keep(self, device_id: str) -> None:
        if device_id not in self._kept:
            self._kept.add(device_id)
            self.revision += 1

    def _take_back(self, device_id: str) -> list[Publication]:
        messages = self._announced.pop(device_id, {})
        self._shown.pop(device_id, None)
        if device_id in self._kept:
            self._kept.discard(device_id)
            self.revision += 1
        return _publications(dict.fromkeys(messages, ""))

    def _state(self, device_id: str) -> str:
        if device_id in self._announced:
            return "announced"
        if device_id in self._withdrawn:
            return "withdrawn"
        candidate = self._candidates.get(device_id)
        return "waiting" if candidate is not None and candidate.eligible else "heard"

    def _reason(self, device_id: str) -> str:
        """Why the device is not announced, in words; "" for one that is."""
        candidate = self._candidates.get(device_id)
        state = self._state(device_id)
        if state == "announced":
            return ""
        if state == "withdrawn":
            return "withdrawn; it comes back when it is approved by name"
        if self._gate.mode == "off":
            return "discovery is off"
        if candidate is None or candidate.device is None or candidate.sightings < self._gate.sightings:
            return f"heard less than {self._gate.sightings} times"
        if state == "waiting":
            return "it waits for approval" if self._gate.mode == "approve" else f"{self._gate.devices} are announced"
        if not self._gate.lets(candidate.device):
            return "the lists allow and deny leave it out"
        if any(self._declarations.announced(held.topic, held.path) for held in candidate.device.readings):
            return "others tell Home Assistant of it"
        return "nothing in it is sure enough, or more than housekeeping"

    def _announced_device(self, topic: str) -> str | None:
        levels = topic.removeprefix(f"{self._discovery_prefix}/").split("/")
        named = levels[1] if len(levels) in (3, 4) else ""
        return named.removeprefix("dragoman_") if named.startswith("dragoman_") else None


_ORDER = ("announced", "waiting", "withdrawn", "heard")


def _publications(messages: Announcement) -> list[Publication]:
    return [Publication(topic, payload.encode(), qos=1, retain=True) for topic, payload in messages.items()]


def _followed(before_s: int | None, silent_after_s: float | None) -> int | None:
    """When values expire: as before unless that is far off, since with every change Home Assistant sets up anew."""
    if silent_after_s is None:
        return None
    # While a device says the same, its state is published but now and then.
    expires_s = math.ceil(silent_after_s + REFRESH_S)
    if before_s is not None and before_s / _FAR_OFF <= expires_s <= before_s * _FAR_OFF:
        return before_s
    return expires_s


def _alike(was: DeviceReading, now: DeviceReading) -> bool:
    """Whether the look at a device finds the same by both, as far as it trusts them."""
    return (
        was.key == now.key
        and was.label == now.label
        and was.unit == now.unit
        and type(was.value) is type(now.value)
        and was.path == now.path
        and was.topic == now.topic
        and (now.label != "availability" or (truth(was.value) is None) == (truth(now.value) is None))
    )


def _learn_action(candidate: _Candidate, action: Any) -> None:
    if action not in (None, "", "none", False) and len(candidate.actions) < _ACTIONS:
        candidate.actions[str(action)] = None
