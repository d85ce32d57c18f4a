"""A process of ours that ends with what it was started for."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import agent

_STOP_S = 5.0
"""Within which it should end by itself when it is asked to."""


@contextmanager
def child(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The running command, without input; `options` as of subprocess.Popen. It has ended after the context."""
    process = subprocess.Popen(
        command,
        # `-m agent` looks there first, so it is this very agent that runs, whatever folder we are in.
        cwd=Path(agent.__file__).parents[1],
        stdin=subprocess.DEVNULL,
        **options,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
