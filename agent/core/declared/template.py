"""Home Assistant's value templates of the usual shapes: which field of the payload one reads, and what it makes of it.

A template is a Jinja program; those in discovery messages are nearly all a path with a filter or two, or a choice
between two words. Those are read here. Of any other, the path is taken when it reads a single one, and that its value
is the field's own is not claimed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two results, by a test of the field."""

    literal: Any
    """What the field is compared with; None for whether it is true-like."""
    when_equal: Any
    otherwise: Any


@dataclass(frozen=True, slots=True)
class Extract:
    """What a template takes from the payload."""

    path: str
    """JSON pointer; "" for the payload itself."""
    exact: bool = True
    """Whether the result is the field's own value, only perhaps rounded or converted to text."""
    choice: Choice | None = None


WHOLE = Extract("")
"""Without a template the payload is the value."""

_TEXT = r"'[^'\\]*'|\"[^\"\\]*\""
_STEP = rf"\.get\(\s*(?:{_TEXT})\s*(?:,[^()]*)?\)|\.[A-Za-z_]\w*|\[\s*(?:{_TEXT}|\d+)\s*\]"
_FIELD = re.compile(rf"\bvalue_json(?P<steps>(?:{_STEP})*)|\bvalue\b(?!\s*\()")
_STEPS = re.compile(_STEP)
_LITERAL = rf"(?:{_TEXT}|-?\d+(?:\.\d+)?|true|false|True|False|none|None)"
_OUTPUT = re.compile(r"\{\{-?\s*(?P<expression>.*?)\s*-?\}\}", re.DOTALL)
_IF = re.compile(
    r"\{%-?\s*if\s+(?P<test>.*?)\s*-?%\}\s*(?P<then>.*?)\s*\{%-?\s*else\s*-?%\}\s*(?P<other>.*?)\s*\{%-?\s*endif\s*-?%\}",
    re.DOTALL,
)
_TERNARY = re.compile(
    rf"\(?\s*(?P<then>{_LITERAL})\s+if\s+(?P<test>.+?)\s+else\s+(?P<other>{_LITERAL})\s*\)?", re.DOTALL
)
_COMPARED = re.compile(rf"\(?\s*(?P<field>.+?)\s*(?P<operator>==|!=|is)\s*(?P<literal>{_LITERAL})\s*\)?", re.DOTALL)
# Filters that leave a value what it is.
_HARMLESS = re.compile(
    r"\s*\|\s*(?:float|int|round|is_defined|default|string|trim|lower|upper|bool|d)\b(?:\([^()]*\))?"
)
_LONGEST = 2_048
"""Characters of a template that is read; a longer one is a program."""


def extract(template: str | None) -> Extract | None:
    """What the template takes from the payload; None when it is no single field."""
    if template is None or not template.strip():
        return WHOLE
    text = template.strip()
    if len(text) > _LONGEST:
        return None
    if choice := _IF.fullmatch(text):
        return _chosen(choice["test"], _written(choice["then"]), _written(choice["other"]), text)
    output = _OUTPUT.fullmatch(text)
    if output is None or "{{" in output["expression"]:
        return _lone(text)
    expression = output["expression"]
    if choice := _TERNARY.fullmatch(expression):
        return _chosen(choice["test"], _literal(choice["then"]), _literal(choice["other"]), text)
    if (compared := _COMPARED.fullmatch(expression)) and " if " not in expression:
        return _chosen(compared[0], True, False, text)
    path = _path(expression)
    return Extract(path) if path is not None else _lone(text)


def _chosen(test: str, then: Any, other: Any, text: str) -> Extract | None:
    test = test.strip()
    if test.startswith("not "):
        return _chosen(test[4:], other, then, text)
    compared = _COMPARED.fullmatch(test)
    path = _path(compared["field"] if compared else test)
    if path is None:
        return _lone(text)
    if compared is None:
        return Extract(path, choice=Choice(None, then, other))
    if compared["operator"] == "!=":
        then, other = other, then
    return Extract(path, choice=Choice(_literal(compared["literal"]), then, other))


def _lone(text: str) -> Extract | None:
    """The single field that a program reads."""
    paths = {_pointer(match) for match in _FIELD.finditer(text)}
    return Extract(paths.pop(), exact=False) if len(paths) == 1 else None


def _path(expression: str) -> str | None:
    """The pointer of an expression that is a field and perhaps harmless filters; None for any other."""
    plain = _HARMLESS.sub("", expression.strip()).strip()
    while plain.startswith("(") and plain.endswith(")"):
        plain = plain[1:-1].strip()
    match = _FIELD.fullmatch(plain)
    return None if match is None else _pointer(match)


def _pointer(match: re.Match[str]) -> str:
    keys = []
    for step in _STEPS.findall(match["steps"] or ""):
        quoted = re.search(_TEXT, step)
        key = quoted[0][1:-1] if quoted else step.strip(".[] ")
        keys.append(key.replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{key}" for key in keys)


def _literal(text: str) -> Any:
    if text[0] in "'\"":
        return text[1:-1]
    folded = text.casefold()
    return json.loads({"none": "null"}.get(folded, folded))


def _written(text: str) -> Any:
    """What a branch of a template writes: `ON`, or `{{ 'ON' }}`."""
    output = _OUTPUT.fullmatch(text)
    inner = output["expression"] if output else ""
    return _literal(inner) if output and re.fullmatch(_LITERAL, inner) else text
