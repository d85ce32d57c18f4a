"""What the owner of the home has decided, in a small file: corrections, and which devices may be announced.

It is apart from all that the agent has learned by itself, which can be learned again; and it is written only when
something was decided.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent.core.corrections import kept, restored
from agent.core.discovery import Decisions
from agent.core.home import Owner
from agent.state import StateError, read_json, write_json

FILE = "owner.json"
_BYTES = 16 * 2**20


def read(folder: Path | None) -> Owner:
    """What was decided in earlier runs; nothing without a folder. Raises StateError."""
    if folder is None:
        return Owner()
    shape = read_json(folder / FILE, _BYTES)
    if shape is None:
        return Owner()
    decided = shape.get("discovery") if isinstance(shape, dict) else None
    if not isinstance(shape, dict) or not isinstance(decided, dict):
        raise StateError(f"{folder / FILE} is damaged; it is written anew with the next decision")
    return Owner(
        tuple(restored(shape.get("corrections"))),
        Decisions(*(_identifiers(decided.get(name)) for name in ("approved", "withdrawn", "announced"))),
    )


def write(folder: Path | None, owner: Owner) -> None:
    """Keep what was decided; the old file stays whole until the new one is. Raises StateError."""
    if folder is None:
        return
    decisions = owner.decisions
    discovery = {
        "approved": sorted(decisions.approved),
        "withdrawn": sorted(decisions.withdrawn),
        "announced": sorted(decisions.announced),
    }
    write_json(folder / FILE, {"corrections": kept(owner.corrections), "discovery": discovery})


def _identifiers(value: Any) -> frozenset[str]:
    return frozenset(entry for entry in value if isinstance(entry, str)) if isinstance(value, list) else frozenset()
