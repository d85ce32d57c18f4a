"""Modules that are loaded when something of them is used for the first time, which for most of them is never.

Libraries import all that one of their functions might need. Of the memory that the agent needed after its start an
eighth was that of modules none of which it ever used.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import Any

UNUSED = (
    # Where the broker is not spoken to by TLS.
    "ssl",
    # For structlog's functions that are to be awaited.
    "asyncio",
    # For proxies, of which paho asks it when websockets go through one.
    "urllib.request",
    # numpy 2 does the same by itself.
    "numpy.random",
    "numpy.fft",
    "numpy.polynomial",
    "numpy.ma",
    "numpy.ctypeslib",
)
"""What the libraries of the service import and the service does not need."""


def postpone(names: Iterable[str]) -> None:
    """Let the modules be loaded when they are used, unless they are loaded already."""
    for name in names:
        if name in sys.modules:
            continue
        sys.modules[name] = _Later(name)
        package, _, own = name.rpartition(".")
        if package in sys.modules:
            setattr(sys.modules[package], own, sys.modules[name])


class _Later(ModuleType):
    """Stands where a module will be, whose contents it then has."""

    def __getattr__(self, attribute: str) -> Any:
        name = self.__name__
        if sys.modules.get(name) is self:
            # To Python's import that is a module which is not loaded yet.
            del sys.modules[name]
        return getattr(import_module(name), attribute)
