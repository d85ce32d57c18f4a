"""What is remembered of the home from one run to the next, in an SQLite file.

Few writes, for the sake of SD cards: what has changed is written together, in one transaction, when the service asks
for it. With a write-ahead log that is not synced at each commit, a killed agent loses nothing, and a power cut at most
the last writes; the file stays whole.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.core.memory import Unsaved
from agent.core.publish import event_json, line
from agent.state import NewerState

FILE = "memory.db"
VERSION = 1
"""Of what stands in the file; a later one is refused."""
EVENTS = 20_000
"""Events that are kept, some weeks of a busy home."""
_SPARE = 500
"""Events beyond that before the oldest are taken out, all at once."""
_WAIT_S = 2.0

_TABLES = f"""
    BEGIN;
    CREATE TABLE IF NOT EXISTS device (id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS home (only INTEGER PRIMARY KEY CHECK (only = 1), record TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS handled (only INTEGER PRIMARY KEY CHECK (only = 1), marks TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS event (number INTEGER PRIMARY KEY, at REAL NOT NULL, shape TEXT NOT NULL);
    PRAGMA user_version = {VERSION};
    COMMIT;
"""


class StoreError(Exception):
    """The memory cannot be read or kept."""


class StoreDamaged(StoreError):
    """What stands in the file is of no use."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What stands in the file."""

    records: dict[str, Any]
    """JSON values by device."""
    sides: Any
    """JSON value of what belongs to no device; None where there is none."""
    handled: tuple[str, ...]
    """Marks of the latest messages, the latest last."""


class Store:
    """The file, open for reading and writing."""

    def __init__(self, folder: Path) -> None:
        """Opens or makes the file. Raises StoreError and NewerState."""
        self._path = folder / FILE
        with _told(self._path, "opened"):
            self._connection = sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None)
        try:
            with _told(self._path, "opened"):
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
                (version,) = self._connection.execute("PRAGMA user_version").fetchone()
                if version > VERSION:
                    raise NewerState(
                        f"{self._path} was written by a newer dragoman (memory version {version}, this one reads up to "
                        f"{VERSION}); install that one again, or remove the file to start without what it remembers"
                    )
                if version != VERSION:
                    self._connection.executescript(_TABLES)
                (self._events,) = self._connection.execute("SELECT count(*) FROM event").fetchone()
        except (StoreError, NewerState):
            self._connection.close()
            raise
        self.writes = 0
        """Transactions that were written."""

    @classmethod
    def renewed(cls, folder: Path) -> Store:
        """A new file; one that was there is put aside as `memory.db.aside`. Raises StoreError."""
        path = folder / FILE
        with _told(path, "put aside"):
            for tail in ("-wal", "-shm"):
                path.with_name(FILE + tail).unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                path.replace(path.with_name(f"{FILE}.aside"))
        return cls(folder)

    def load(self) -> Remembered:
        """What was saved. Raises StoreError."""
        with _told(self._path, "read"):
            rows = self._connection.execute("SELECT id, record FROM device").fetchall()
            home = self._connection.execute("SELECT record FROM home").fetchone()
            marks = self._connection.execute("SELECT marks FROM handled").fetchone()
            records = {device: json.loads(text) for device, text in rows}
            return Remembered(records, json.loads(home[0]) if home else None, tuple(marks[0].split()) if marks else ())

    def save(self, unsaved: Unsaved, *, whole: bool = False) -> None:
        """Write all of it or, when that fails, nothing; `whole` puts it in the place of all but the events.

        Raises:
            StoreError: it failed.
        """
        gone = [(device,) for device, record in unsaved.records.items() if record is None]
        kept = [(device, line(record)) for device, record in unsaved.records.items() if record is not None]
        told = [(event.at, line(event_json(event))) for event in unsaved.events]
        with _told(self._path, "written"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                if whole:
                    self._connection.execute("DELETE FROM device")
                self._connection.executemany("DELETE FROM device WHERE id = ?", gone)
                self._connection.executemany("INSERT OR REPLACE INTO device VALUES (?, ?)", kept)
                if unsaved.sides is not None:
                    self._connection.execute("INSERT OR REPLACE INTO home VALUES (1, ?)", (line(unsaved.sides),))
                marks = " ".join(unsaved.handled)
                self._connection.execute("INSERT OR REPLACE INTO handled VALUES (1, ?)", (marks,))
                self._connection.executemany("INSERT INTO event (at, shape) VALUES (?, ?)", told)
                events = self._events + len(told)
                if events > EVENTS + _SPARE:
                    oldest = "SELECT number FROM event ORDER BY number DESC LIMIT 1 OFFSET ?"
                    self._connection.execute(f"DELETE FROM event WHERE number <= ({oldest})", (EVENTS,))
                    events = EVENTS
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise
            self._events = events
            self.writes += 1

    def close(self) -> None:
        """Close the file."""
        with suppress(sqlite3.Error):
            self._connection.close()


def told_since(folder: Path, since: float) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Records of the devices, and the events (as published, oldest first) from a time on, seconds since the epoch.

    Reads beside a running agent, and changes nothing. Raises StoreError.
    """
    path = folder / FILE
    with _told(path, "read"):
        if not path.exists():
            raise StoreError(f"{path} does not exist: no agent has kept a memory there")
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)) as connection:
            rows: Iterable[tuple[str]] = connection.execute(
                "SELECT shape FROM event WHERE at >= ? ORDER BY at", (since,)
            )
            events = [json.loads(text) for (text,) in rows]
            devices = connection.execute("SELECT id, record FROM device").fetchall()
            return {device: json.loads(text) for device, text in devices}, events


@contextmanager
def _told(path: Path, done: str) -> Iterator[None]:
    """Within it every failure of the file becomes a StoreError that says what could not be done."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreError(f"{path} cannot be {done}: {error}") from None
    except sqlite3.Error as error:
        raise StoreDamaged(f"{path} cannot be {done}: {error}") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be {done}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise StoreDamaged(f"{path} cannot be {done}: it is damaged ({error})") from None
