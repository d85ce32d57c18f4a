"""What the value of one configuration key may be: validators for voluptuous that say what to write instead.

No message repeats the value that it refuses, since it may be a secret in the wrong place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import voluptuous as vol


class OptionInvalid(vol.Invalid):
    """A refused value: what is wrong with it and what to write instead."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


class Option(Protocol):
    """What the value of a key may be, for the loader and for whoever writes about it."""

    def __call__(self, value: Any) -> Any:
        """The value as the agent uses it. Raises vol.Invalid."""

    @property
    def takes(self) -> str:
        """The values in words, as in "write ..."."""

    @property
    def json_schema(self) -> dict[str, Any]:
        """The same for editors; where JSON Schema cannot say it, more is allowed than the loader accepts."""


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

    @property
    def takes(self) -> str:
        return f"a whole number from {self.lowest} to {self.highest}"

    @property
    def json_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}

    def __call__(self, value: Any) -> int:
        remedy = f"write {self.takes}"
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

    @property
    def takes(self) -> str:
        return f"a number from {self.lowest:g} to {self.highest:g}"

    @property
    def json_schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.lowest, "maximum": self.highest}

    def __call__(self, value: Any) -> float:
        remedy = f"write {self.takes}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise OptionInvalid(f"is {sort_of(value)}", remedy)
        if not self.lowest <= value <= self.highest:
            raise OptionInvalid("is out of range", remedy)
        return float(value)


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    takes = "true or false"

    @property
    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def __call__(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise OptionInvalid(f"is {sort_of(value)}", f"write {self.takes}, without quotes")
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of a few. A number counts as its text, so that `5` needs no quotes; nor does `off`, which YAML reads as
    no."""

    words: tuple[str, ...]

    @property
    def takes(self) -> str:
        return f"one of {', '.join(self.words)}"

    @property
    def json_schema(self) -> dict[str, Any]:
        return {"enum": [*self.words, *(int(word) for word in self.words if word.isdecimal())]}

    def __call__(self, value: Any) -> str:
        word = "off" if value is False else str(value)
        if word not in self.words:
            raise OptionInvalid("is none of the words allowed here", f"write {self.takes}")
        return word


@dataclass(frozen=True, slots=True)
class Text:
    """A text that `accepts` accepts; `needed` completes the sentence "write ..."."""

    needed: str
    accepts: Callable[[str], bool] = bool

    @property
    def takes(self) -> str:
        return self.needed

    @property
    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}

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

    takes = "the path of a file"

    @property
    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}

    def __call__(self, value: Any) -> Path:
        return Path(Text(self.takes, lambda text: bool(text) and "\0" not in text)(value))


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of values, at least `fewest` of them."""

    item: Option
    fewest: int = 0

    @property
    def takes(self) -> str:
        return f"a list, each entry {self.item.takes}"

    @property
    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.json_schema, "minItems": self.fewest}

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
