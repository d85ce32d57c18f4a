"""What the value of one configuration key may be: validators for voluptuous that say what to write instead.

No message repeats the value that it refuses, since it may be a secret in the wrong place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import voluptuous as vol


class OptionInvalid(vol.Invalid):
    """A refused value: what is wrong with it and what to write instead."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


def sort_of(value: Any) -> str:
    """A value's sort in the words of someone who writes YAML: "text", "a whole number", "a list"."""
    for sort, name in (
        (type(None), "nothing"),
        (bool, "true or false"),
        (int, "a whole number"),
        (float, "a number"),
        (str, "text"),
        (list, "a list"),
        (dict, "a section"),
    ):
        if isinstance(value, sort):
            return name
    return "a date"


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    lowest: int
    highest: int

    def __call__(self, value: Any) -> int:
        remedy = f"write a whole number from {self.lowest} to {self.highest}"
        if isinstance(value, bool) or not isinstance(value, int):
            raise OptionInvalid(f"is {sort_of(value)}", remedy)
        if not self.lowest <= value <= self.highest:
            raise OptionInvalid("is out of range", remedy)
        return value


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds."""

    lowest: float
    highest: float

    def __call__(self, value: Any) -> float:
        remedy = f"write a number from {self.lowest:g} to {self.highest:g}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise OptionInvalid(f"is {sort_of(value)}", remedy)
        if not self.lowest <= value <= self.highest:
            raise OptionInvalid("is out of range", remedy)
        return float(value)


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def __call__(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise OptionInvalid(f"is {sort_of(value)}", "write true or false, without quotes")
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of a few. A number counts as its text, so that `5` needs no quotes."""

    words: tuple[str, ...]

    def __call__(self, value: Any) -> str:
        if str(value) not in self.words:
            raise OptionInvalid("is none of the words allowed here", f"write one of {', '.join(self.words)}")
        return str(value)


@dataclass(frozen=True, slots=True)
class Text:
    """A text that `accepts` accepts; `needed` completes the sentence "write ..."."""

    needed: str
    accepts: Callable[[str], bool] = bool

    def __call__(self, value: Any) -> str:
        if value is None:
            raise OptionInvalid("has no value", f"write {self.needed}, or remove the key")
        if not isinstance(value, str):
            raise OptionInvalid(f"is {sort_of(value)}", f"write {self.needed}, in quotes")
        if not self.accepts(value):
            raise OptionInvalid("is not usable here", f"write {self.needed}")
        return value


@dataclass(frozen=True, slots=True)
class FilePath:
    """The path of a file; a relative one counts from the folder of the configuration file."""

    def __call__(self, value: Any) -> Path:
        return Path(Text("the path of a file", lambda text: bool(text) and "\0" not in text)(value))


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of values, at least `fewest` of them."""

    item: Callable[[Any], Any]
    fewest: int = 0

    def __call__(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise OptionInvalid(f"is {sort_of(value)}", 'write a list, such as ["first", "second"]')
        if len(value) < self.fewest:
            raise OptionInvalid("is empty", "write at least one entry, or remove the key")
        accepted = []
        faults = []
        for index, entry in enumerate(value):
            try:
                accepted.append(self.item(entry))
            except vol.Invalid as fault:
                fault.prepend([index])
                faults.append(fault)
        if faults:
            raise vol.MultipleInvalid(faults)
        return tuple(accepted)


def is_topic_filter(text: str) -> bool:
    """Whether MQTT accepts the text as a topic filter (MQTT 5, sections 4.7 and 4.8.2 for `$share/...`)."""
    levels = text.split("/")
    if levels[0] == "$share":
        group, levels = levels[1:2], levels[2:]
        if not levels or not group or not group[0] or set(group[0]) & set("+#"):
            return False
    if not text or "\0" in text or levels == [""] or len(text.encode("utf-8", "replace")) > 65_535:
        return False
    whole = all(level in ("+", "#") or not set(level) & set("+#") for level in levels)
    return whole and "#" not in levels[:-1]


def is_prefix(text: str) -> bool:
    """Whether the text can stand before "/status" as the agent's own topic levels."""
    outline = text.strip("/ ") == text and not text.startswith("$")
    return bool(text) and outline and not set(text) & set("+#\0") and len(text.encode("utf-8", "replace")) <= 256


def is_host(text: str) -> bool:
    """Whether the text may be a host name or address by itself, without scheme, port or user."""
    lone = text.count(":") != 1 and not set(text) & set("/@[] \t\0")
    return bool(text) and lone and len(text) <= 253
