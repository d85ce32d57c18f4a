"""Print what Home Assistant's integrations of the given names require, and those that they and its core depend on."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import homeassistant.bootstrap
import homeassistant.components

FOLDER = Path(homeassistant.components.__path__[0])


def requirements(names: set[str]) -> set[str]:
    """Of all the integrations that are reached from the names."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        manifest = FOLDER / name / "manifest.json"
        if name in seen or not manifest.exists():
            continue
        seen.add(name)
        integration = json.loads(manifest.read_text(encoding="utf-8"))
        found.update(integration.get("requirements", []))
        waiting += integration.get("dependencies", [])
    return found


print("\n".join(sorted(requirements({*homeassistant.bootstrap.DEFAULT_INTEGRATIONS, *sys.argv[1:]}))))
