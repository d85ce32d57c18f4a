"""Keeps the memory of the home: when what of it is written, and what happens when it cannot be.

What was told is written before it is published, so that a message which comes again after a crash does not tell it
again. Everything else waits and is written together. Without a folder nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.memory import Memory, Unsaved
from agent.store import Store, StoreDamaged, StoreError

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

INTERVAL_S = 900.0
"""Between two writes of changes of which nothing was told."""
_AGAIN_S = 60.0
"""Between two attempts after one has failed."""


class Keeper:
    """The memory's place on the disk."""

    def __init__(self, folder: Path | None, make: Callable[[], Memory], log: FilteringBoundLogger) -> None:
        """`make` makes an empty memory. No failure is worth not to start for; the log tells it."""
        self._log = log
        self._make = make
        self._store: Store | None = None
        self._due_at = float("-inf")
        self._behind = False
        self._lost_events = 0
        self.memory = self._restored(folder) if folder is not None else make()

    @property
    def writes(self) -> int:
        """Transactions that were written."""
        return self._store.writes if self._store is not None else 0

    def replace(self, make: Callable[[], Memory]) -> None:
        """Go on with a memory of another making, which takes up what this one knows."""
        self._save(self.memory.unsaved())
        known = self.memory.everything()
        self._make = make
        self.memory = make()
        self.memory.restore(known.records, known.sides, known.handled)

    def write_news(self, now: float) -> None:
        """Write what was told, if there is any. `now` in seconds of any steady clock."""
        if self.memory.has_news and not (self._behind and now < self._due_at):
            self._save(self.memory.unsaved(news_only=True), now)

    def turn(self, now: float) -> None:
        """Write what has changed, when it is time for that."""
        if now < self._due_at:
            return
        if self._behind or self.memory.has_changed:
            self._save(self.memory.unsaved(), now)
        if not self._behind:
            self._due_at = now + INTERVAL_S

    def close(self) -> None:
        """Write everything, the times of the last messages too, and close the file."""
        self._behind = True
        self._save(self.memory.unsaved())
        if self._store is not None:
            self._store.close()
            self._store = None

    def _save(self, unsaved: Unsaved, now: float = 0.0) -> None:
        if self._store is None:
            return
        try:
            if self._behind:
                self._store.save(replace(self.memory.everything(), events=unsaved.events), whole=True)
            else:
                self._store.save(unsaved)
        except StoreError as error:
            if not self._behind:
                self._log.warning("memory_not_kept", detail=f"{error}; the agent goes on without")
            self._lost_events += len(unsaved.events)
            self._behind = True
            self._due_at = now + _AGAIN_S
            return
        self._behind = False
        if self._lost_events:
            self._log.warning("memory_kept_again", events_missing_in_digest=self._lost_events)
            self._lost_events = 0

    def _restored(self, folder: Path) -> Memory:
        """The memory as it was kept; an empty one, and the file put aside, where that is of no use."""
        try:
            self._store = Store(folder)
            kept = self._store.load()
            memory = self._make()
            memory.restore(kept.records, kept.sides, kept.handled)
            return memory
        except (StoreDamaged, ValueError) as error:
            self._log.warning("memory_not_read", detail=f"{error}; it is put aside and begun anew")
        except StoreError as error:
            self._log.warning("memory_not_kept", detail=f"{error}; the agent goes on without")
            return self._make()
        if self._store is not None:
            self._store.close()
        try:
            self._store = Store.renewed(folder)
        except StoreError as error:
            self._store = None
            self._log.warning("memory_not_kept", detail=f"{error}; the agent goes on without")
        return self._make()
