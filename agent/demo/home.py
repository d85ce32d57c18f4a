"""The simulated home: all that its devices send, in the order of time. The same seed gives the same messages."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime

from agent.demo.dialects import DIALECTS
from agent.demo.life import Life, Sending


def traffic(seed: int, start: datetime) -> Iterator[Sending]:
    """Endless messages of the whole home from `start` on, sorted by their time."""
    return heapq.merge(*(messages(name, seed, start) for name in DIALECTS), key=_time)


def messages(dialect: str, seed: int, start: datetime) -> Iterator[Sending]:
    """Endless messages of the devices that speak one dialect, a key of DIALECTS, sorted by their time."""
    devices = (device(Life(f"{seed}/{dialect}/{device.__name__}", start)) for device in DIALECTS[dialect])
    return heapq.merge(*devices, key=_time)


def _time(sending: Sending) -> float:
    return sending.at_s
