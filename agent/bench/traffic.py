"""Messages to measure with: the demo's home with as many devices as are wanted, and messages of many fields."""

from __future__ import annotations

import heapq
import itertools
import json
import random
from collections.abc import Iterator
from datetime import datetime

from agent.core.message import Message
from agent.demo.dialects import DIALECTS, Device
from agent.demo.life import Life, Sending

_START = datetime(2026, 1, 1, 6)
_AT = 1_767_250_800.0
"""The same moment in seconds since the epoch."""
_WORDS = (
    "temperature", "humidity", "pressure", "battery", "voltage", "current", "power", "energy", "illuminance", "co2",
    "linkquality", "occupancy", "contact", "state", "setpoint", "position", "rssi", "uptime", "flow", "level",
)  # fmt: skip
_ROOMS = ("kitchen", "hall", "cellar", "attic", "garage", "bath", "office", "garden", "porch", "stairs")


def home(devices: int, messages: int, *, seed: int = 1) -> list[Message]:
    """The first messages of the demo's home, in which each of its devices stands there many times, in order of time.

    Each copy has its own name and its own chance.
    """
    speakers = [device for spoken in DIALECTS.values() for device in spoken]
    sendings = heapq.merge(
        *(_copy(speakers[number % len(speakers)], number // len(speakers), seed) for number in range(devices)),
        key=_time,
    )
    return [
        Message(sending.topic, sending.payload, _AT + sending.at_s, qos=1, mid=number % 65_535 + 1)
        for number, sending in enumerate(itertools.islice(sendings, messages))
    ]


def _time(sending: Sending) -> float:
    return sending.at_s


def _copy(device: Device, number: int, seed: int) -> Iterator[Sending]:
    """What a device sends, under a name of its own."""
    for sending in device(Life(f"{seed}/{device.__name__}/{number}", _START)):
        levels = sending.topic.split("/")
        if number:
            levels[min(1, len(levels) - 1)] += f"_{number}"
        yield Sending(sending.at_s, "/".join(levels), sending.payload)


def wide(messages: int, *, seed: int = 1) -> Iterator[Message]:
    """Messages of 50 devices with 5 to 16 fields each: numbers that drift, and a few words and conditions."""
    chance = random.Random(seed)
    devices = []
    for number in range(50):
        keys = chance.sample(_WORDS, chance.randint(5, 16))
        devices.append((f"home/{chance.choice(_ROOMS)}/sensor {number}", {key: _first(key, chance) for key in keys}))
    for number in range(messages):
        topic, values = devices[number % len(devices)]
        for key, value in values.items():
            values[key] = _next(value, chance)
        yield Message(topic, json.dumps(values).encode(), _AT + number)


def _first(key: str, chance: random.Random) -> object:
    if key in ("occupancy", "contact"):
        return False
    if key == "state":
        return "OFF"
    return round(chance.uniform(10, 90), 2) if chance.random() < 0.6 else chance.randint(10, 90)


def _next(value: object, chance: random.Random) -> object:
    if isinstance(value, bool):
        return value ^ (chance.random() < 0.1)
    if isinstance(value, str):
        return chance.choice(("ON", "OFF"))
    if isinstance(value, float):
        return round(min(99.0, max(1.0, value + chance.gauss(0, 0.4))), 2)
    return min(99, max(1, int(str(value)) + chance.choice((-1, 0, 1))))


def strange(messages: int, *, fields: int | None = None, seed: int = 1) -> Iterator[Message]:
    """Messages none of whose keys was ever seen, with 5 to 16 fields or as many as are wanted."""
    chance = random.Random(seed)
    for number in range(messages):
        values = {
            f"{chance.choice(_WORDS)}{number}x{place}": round(chance.uniform(0, 100), 1)
            for place in range(fields or chance.randint(5, 16))
        }
        yield Message(f"home/{chance.choice(_ROOMS)}/device {number}", json.dumps(values).encode(), _AT + number)
