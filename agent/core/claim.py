"""What somebody who knows says about one field: the home itself, or its owner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from agent.core.values import truth


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said about the field at one path of one topic. What is not said stays the model's business."""

    labels: tuple[str, ...] = ()
    """Labels that fit what was said, the most likely first: several where a word covers several, as a unit does, or
    `moisture` for leak and rain. Empty: all fit."""
    named: bool = False
    """Whether the meaning was said, so that one of the labels is right, or that there is none; else they are those
    that go with the unit."""
    unit: str | None = None
    """Home Assistant's spelling; None where nothing was said, or where the value is not the one that was sent."""
    states: tuple[tuple[Any, bool], ...] = ()
    """Conditions: raw values and whether the label's state holds with them."""
    otherwise: bool | None = None
    """Conditions: whether the state holds with any other raw value; None where that is not said."""
    polarity: str | None = None
    """Conditions: normal or inverted; None where nothing was said."""
    source: str = "declared"
    """declared or override."""

    def holds(self, raw: Any) -> bool | None:
        """Whether the label's state holds with the raw value; None when that was not said."""
        for value, state in self.states:
            if same(raw, value):
                return state
        if self.otherwise is not None and raw is not None:
            return self.otherwise
        said = truth(raw)
        return None if said is None or self.polarity is None else said != (self.polarity == "inverted")


def same(raw: Any, declared: Any) -> bool:
    """Whether a raw value is the declared one; `true`, "True" and "true" are, as Home Assistant compares texts."""
    return raw is declared or _text(raw) == _text(declared)


def _text(value: Any) -> str:
    return value.casefold() if isinstance(value, str) else str(value).casefold()


def merged(first: Claim, second: Claim) -> Claim:
    """Both: where the first says nothing, what the second says."""
    naming = second if second.named and not first.named else first
    stating = second if second.polarity and not first.states and not first.polarity else first
    return replace(
        naming,
        unit=first.unit if first.unit is not None else second.unit,
        states=stating.states,
        otherwise=stating.otherwise,
        polarity=stating.polarity,
    )
