"""Whether this machine computes the model rightly: fields so plain that every model worth a release knows them.

A processor, an emulator or a runtime that multiplies wrongly does so without a word: litert 2.3 names nothing rightly
on the processor that qemu 7 emulates by itself. Asked once, when the model is opened; a millisecond on a PC.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.core import fields as fields_step
from agent.core.encode import render, tokens
from agent.core.message import Report
from agent.core.pipeline import Reader
from agent.core.verdict import verdicts

_MESSAGES = (
    ("zigbee2mqtt/Kitchen", {
        "temperature": (21.4, "temperature"), "humidity": (45, "humidity"), "battery": (97, "battery"),
        "illuminance": (120, "illuminance"), "pressure": (1013.2, "atmospheric_pressure"),
        "co2": (612, "carbon_dioxide"),
    }),
    ("home/plug/status", {
        "voltage": (230.1, "voltage"), "power": (71.5, "power"), "energy": (12.41, "energy"),
        "frequency": (50.0, "frequency"),
    }),
    ("home/hall/sensor", {
        "battery_low": (False, "battery_low"), "tamper": (False, "tamper"), "water_leak": (False, "leak"),
        "smoke": (False, "smoke"), "motion": (True, "motion"), "occupancy": (True, "occupancy"),
    }),
)  # fmt: skip
_ALONE = 4
"""Fields that are asked one by one as well, since a lone field takes other kernels than a batch."""
_ENOUGH = 0.75
"""Share that must be right. A machine that computes wrongly knows next to none; one new model may miss one of them."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How the model did."""

    asked: int
    right: int
    trusted: bool
    """Whether it may be used on this machine."""


def answers(reader: Reader) -> Answers:
    """What the model says of the fields whose meaning is known."""
    texts = []
    meant = []
    for topic, told in _MESSAGES:
        found = fields_step.fields(Report(topic, {key: value for key, (value, _) in told.items()}, 0.0))
        texts += [render(field) for field in found]
        meant += [label for _, label in told.values()]
    together = _labels(reader, texts)
    alone = [label for text in texts[:_ALONE] for label in _labels(reader, [text])]
    right = [sum(map(str.__eq__, said, meant)) for said in (together, alone)]
    trusted = all(count >= _ENOUGH * len(said) for count, said in zip(right, (together, alone), strict=True))
    return Answers(len(together) + len(alone), sum(right), trusted)


def _labels(reader: Reader, texts: list[str]) -> list[str]:
    """The best label of each text, confident or not."""
    return [verdict.runners_up[0][0] for verdict in verdicts(reader.scores(tokens(texts)), reader.calibration)]
