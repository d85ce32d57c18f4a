"""JSON Schemas of everything that is published: `schema("interpretation")`, refusal, event, device, answer, stats."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

NAMES = ("interpretation", "refusal", "event", "device", "answer", "stats")


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one of NAMES."""
    shape: dict[str, Any] = json.loads(files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return shape
