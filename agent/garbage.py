"""Python's search for garbage in cycles, as seldom as suits a program that makes next to none.

By default it begins whenever there are 700 more objects than before, which here is in the middle of every batch of
messages, to find nothing: that was a tenth of what a message cost.
"""

from __future__ import annotations

import gc

_OBJECTS = 20_000
"""More than a batch of messages keeps until it is published."""


def search_seldom() -> None:
    """To be called when everything is loaded, among which nothing is to be searched for any more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS, 10, 10)
