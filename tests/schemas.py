"""Whether something published is valid by the schema that it should follow."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from agent.core.declared.homeassistant import ORIGIN
from agent.core.requests import TOPICS
from agent.schema import NAMES, schema

VALIDATORS = {name: Draft202012Validator(schema(name)) for name in NAMES}


def not_json(word: str) -> Any:
    """Python's decoder takes NaN and Infinity, which are no JSON."""
    raise AssertionError(f"{word} is no JSON")


def check(topic: str, payload: bytes, prefix: str = "dragoman") -> None:
    """Raises for a publication under the prefix that is not valid by its schema."""
    sort = topic.removeprefix(f"{prefix}/").partition("/")[0]
    if sort == "status":
        assert payload in (b"online", b"offline")
        return
    if sort in ("probe", *TOPICS) or (sort == "device" and not payload):
        return
    if topic.startswith("homeassistant/"):
        assert not payload or json.loads(payload, parse_constant=not_json)["origin"]["name"] == ORIGIN
        return
    shape = json.loads(payload.decode(), parse_constant=not_json)
    name = "refusal" if sort == "interpretation" and "error" in shape else sort
    VALIDATORS[name].validate(shape)
