"""Coverage-guided fuzzing of the way from bytes to publications: `make fuzz`, or `python -m tests.fuzz -runs=1000000`.

The first byte of an input says how long its topic is; the rest is topic and payload. No input may raise, whatever comes
of it must be JSON that is valid by its schema, and what is remembered must be fit to be kept. The model is one that
takes everything for another thing, by a checksum of its tokens: which labels come up should not depend on weights.
Needs atheris (Python 3.11 to 3.13).
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["agent.core"]):
    from agent.core.behaviour import Behaviour, Watch
    from agent.core.decode import Limits
    from agent.core.devices import Devices
    from agent.core.events import Events
    from agent.core.memory import Memory
    from agent.core.message import Message
    from agent.core.pipeline import Interpreter, Pipeline, Reader
    from agent.core.publish import Publisher

import numpy as np

from agent.core.encode import Tokens
from agent.core.ontology import DEVICE_TYPES, KINDS, LABELS, UNITS
from agent.core.verdict import LEVELS, Calibration, Scores
from tests.core.making import home
from tests.schemas import check

SEEDS = (
    b'\x04haus{"temp": 21.4, "n": [1, null, true], "text": "\\u00e9"}',
    b"\x0bzigbee2mqtt\x00\xff21,4 \xc2\xb0C",
    b'\x01a{"contact": false, "ts": "2026-11-23T09:00:00Z", "x": 1e999}',
    b"\x01b[[[[[[[]]]]]]]",
)
_ROUND = 100
"""Inputs between two times that what is due is published, and what is remembered taken to be written."""
_LIMITS = Limits(payload_bytes=4_096, topic_bytes=96, depth=8, leaves=24, text_characters=200, key_characters=64)


def scores(tokens: Tokens) -> Scores:
    """Scores that follow from the tokens by a checksum, sure of themselves or not."""
    sums = tokens.characters.astype(np.int64).sum(axis=1)

    def logits(classes: int) -> np.ndarray:
        rows = np.zeros((len(sums), classes), np.float32)
        rows[np.arange(len(sums)), sums % classes] = 5 + sums % 7
        return rows

    return Scores(
        label=logits(len(LABELS)),
        unit=logits(len(UNITS)),
        polarity=logits(2),
        kind=logits(len(KINDS)),
        type=logits(len(DEVICE_TYPES)),
        device_level=logits(LEVELS),
        area_level=logits(LEVELS),
    )


class Target:
    """A pipeline that lives as long as the fuzzing, so that what it remembers is tried too."""

    def __init__(self) -> None:
        interpreter = Interpreter(Reader("fuzz 1", scores, Calibration()), _LIMITS, 10_000)
        self._memory = Memory(Devices(100, 1_000), Events(0.1, 0.5), Behaviour(Watch(), 0.5))
        self._pipeline = Pipeline(interpreter, self._memory, home(), Publisher("dragoman"))
        self._runs = 0

    def __call__(self, data: bytes) -> None:
        length = data[0] % 64 if data else 0
        topic = data[1 : 1 + length].decode("utf-8", "surrogateescape")
        self._runs += 1
        at = 1_800_000_000.0 + self._runs / 20
        message = Message(topic, data[1 + length :], at, retained=bool(data and data[0] & 64))
        (outcome,) = self._pipeline.receive([message])
        publications = outcome.publications
        if self._runs % _ROUND == 0:
            publications += tuple(self._pipeline.tick(at))
            json.dumps(self._memory.unsaved().records, allow_nan=False)
        for publication in publications:
            assert not set(publication.topic) & set("+#\0"), publication.topic
            check(publication.topic, publication.payload)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="dragoman-fuzz-") as corpus:
        for number, seed in enumerate(SEEDS):
            (Path(corpus) / str(number)).write_bytes(seed)
        atheris.Setup([*sys.argv, corpus], Target())
        # Ends the process by itself.
        atheris.Fuzz()


if __name__ == "__main__":
    main()
