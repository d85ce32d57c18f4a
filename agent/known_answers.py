"""Whether this machine computes the model rightly: fields whose labels were noted where the model was made.

A processor, an emulator or a runtime that multiplies wrongly does so without a word: litert 2.3 names nothing rightly
on the processor that qemu 7 emulates by itself. Asked once, when the model is opened; a millisecond on a PC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.core.encode import tokens
from agent.core.pipeline import Reader
from agent.core.verdict import verdicts

_ALONE = 4
"""Fields that are asked one by one as well, since a lone field takes other kernels than a batch."""
_ENOUGH = 0.75
"""Share that must be as noted. A machine that computes wrongly names next to none so; runtimes may differ in one."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How the model did."""

    asked: int
    right: int
    trusted: bool
    """Whether it may be used on this machine."""


def answers(reader: Reader, noted: Mapping[str, str]) -> Answers:
    """What the model says of fields beside what it said where it was made. `noted`: label by rendered text."""
    texts, labels = list(noted), list(noted.values())
    together = _labels(reader, texts)
    alone = [label for text in texts[:_ALONE] for label in _labels(reader, [text])]
    right = [sum(map(str.__eq__, said, labels)) for said in (together, alone)]
    trusted = all(count >= _ENOUGH * len(said) for count, said in zip(right, (together, alone), strict=True))
    return Answers(len(together) + len(alone), sum(right), trusted)


def _labels(reader: Reader, texts: Sequence[str]) -> list[str]:
    """The best label of each text, confident or not."""
    return [verdict.runners_up[0][0] for verdict in verdicts(reader.scores(tokens(texts)), reader.calibration)]
