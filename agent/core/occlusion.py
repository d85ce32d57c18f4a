"""Which characters of a field decided: hide some, ask again, and see how much of the answer goes with them.

Three characters are hidden at a time, and each word as a whole: a few letters of `temperature` can be spared, the word
cannot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from agent.core.verdict import Verdict

WINDOW = 3
"""Characters hidden at once. A single one changes little: its neighbours still tell the word."""


def influence(text: str, verdicts: Callable[[Sequence[str]], list[Verdict]]) -> list[float]:
    """For each character of a rendered text, how far the best label's probability falls without it, 0 to 1.

    `verdicts` gives one Verdict for each text it is asked about.
    """
    windows = [(start, start + WINDOW) for start in range(len(text) - WINDOW + 1)]
    words = [match.span() for match in re.finditer(r"[^ /|]+", text)]
    places = [(start, end) for start, end in (*windows, *words) if text[start:end].strip()]
    hidden = [text[:start] + " " * (end - start) + text[end:] for start, end in places]
    whole, *partial = verdicts([text, *hidden])
    best, probability = whole.runners_up[0]
    falls = [0.0] * len(text)
    for (start, end), verdict in zip(places, partial, strict=True):
        # A label that has left the runners-up has lost nearly everything.
        fall = probability - dict(verdict.runners_up).get(best, 0.0)
        for position in range(start, end):
            falls[position] = max(falls[position], fall)
    return [fall if character != " " else 0.0 for fall, character in zip(falls, text, strict=True)]
