"""Messages to compare machines by, when none are given: the first of every device in the demo's home.

`python -m tests.arm.messages` prints them as JSON Lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from agent.demo.dialects import DIALECTS
from agent.demo.life import Life

OF_A_DEVICE = 12


def lines() -> Iterator[str]:
    """One JSON object for each message, the same in every run."""
    for dialect, devices in DIALECTS.items():
        for device in devices:
            life = Life(f"{dialect}/{device.__name__}", datetime(2026, 4, 14, 6, 40))
            for number, sending in enumerate(islice(device(life), OF_A_DEVICE)):
                identifier = f"{device.__name__}/{number}"
                yield json.dumps({"id": identifier, "topic": sending.topic, "payload": sending.payload.decode()})


if __name__ == "__main__":
    for line in lines():
        print(line)
