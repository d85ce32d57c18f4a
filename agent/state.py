"""What the agent remembers of its last run, in a small file: by which name and filters its session is kept.

Without a folder, or with one that cannot be written, the agent works all the same and only cannot tell what changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

STATE_DIRECTORY = "STATE_DIRECTORY"
"""The environment variable by which systemd tells where the unit may keep files."""
VERSION = 1
"""Of the file's shape. Files without one were written before there were versions, and have this shape too."""
_FILE = "session.json"
_BYTES = 2**20


class StateError(Exception):
    """The state cannot be read or kept."""


class NewerState(Exception):
    """The state was written by a later version of the agent, which this one must neither misread nor overwrite."""


@dataclass(frozen=True, slots=True)
class Session:
    """The session that the agent has at a broker."""

    broker: str
    """host:port"""
    client_id: str
    subscribe: tuple[str, ...]


class State:
    """The file in which a Session is kept from one run to the next."""

    def __init__(self, folder: Path | None) -> None:
        """Without a folder nothing is kept."""
        self._folder = folder

    @classmethod
    def of(cls, folder: Path | None, environ: Mapping[str, str]) -> State:
        """In the folder that is configured, else in the one that systemd provides."""
        provided = environ.get(STATE_DIRECTORY, "").partition(":")[0]
        return cls(folder or (Path(provided) if provided else None))

    @property
    def folder(self) -> Path | None:
        """Where things are kept; None for nowhere."""
        return self._folder

    def read(self) -> Session | None:
        """The session of the last run; None where there was none. Raises StateError and NewerState."""
        if self._folder is None:
            return None
        path = self._folder / _FILE
        shape = read_json(path, _BYTES)
        try:
            if isinstance(shape, dict) and shape.get("version", VERSION) > VERSION:
                raise NewerState(
                    f"{path} was written by a newer dragoman (state version {shape['version']}, this one reads up to "
                    f"{VERSION}); install that one again, or remove the file to start without what it remembers"
                )
            return None if shape is None else _session(shape)
        except (TypeError, KeyError):
            raise StateError(f"{path} is damaged; it is written anew") from None

    def write(self, session: Session) -> None:
        """Keep the session; the old file stays whole until the new one is. Raises StateError."""
        if self._folder is not None:
            write_json(self._folder / _FILE, {"version": VERSION, **asdict(session)})


def read_json(path: Path, limit: int) -> Any:
    """What the file holds, of which at most `limit` bytes are read; None when there is none. Raises StateError."""
    try:
        with path.open("rb") as file:
            return json.loads(file.read(limit))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise StateError(f"{path} is damaged; it is written anew") from None


def write_json(path: Path, shape: Any) -> None:
    """Write a file anew; the old one stays whole until the new one is. Raises StateError."""
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(shape, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise StateError(f"{path} cannot be written: {error.strerror}") from None


def _session(raw: Any) -> Session:
    broker, client_id, subscribe = raw["broker"], raw["client_id"], raw["subscribe"]
    if not all(isinstance(text, str) for text in (broker, client_id, *subscribe)):
        raise TypeError
    return Session(broker, client_id, tuple(subscribe))


def changed_client_id(before: Session, now: Session) -> str | None:
    """What it means that the agent comes by another name than last time; None when it does not."""
    if before.broker != now.broker or before.client_id == now.client_id:
        return None
    return (
        f"the last run had the client_id {before.client_id!r}, this one has {now.client_id!r}: what came meanwhile is "
        f"kept for the former and never reaches this one. Write broker.client_id: {before.client_id!r} to get it, and "
        "to keep the session when the name of the machine changes"
    )
