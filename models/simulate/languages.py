"""The same readings said in several languages: what evaluation asks to see that none is understood worse."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from agent.core.ontology import LABELS
from models.facts import Device
from models.simulate.items import of_fact
from models.simulate.leaves import Simulated
from models.simulate.messages import assemble
from models.simulate.voice import spell, voice
from models.simulate.wording import wording


def in_language(devices: Sequence[Device], language: str, seed: int, rounds: int = 3) -> list[Simulated]:
    """Messages of the devices' readings under their names in `language`, a code of two letters.

    Only readings that have a name in that language take part; the random choices are the same in every language.
    """
    found = []
    words = wording()
    for number in range(rounds):
        for index, device in enumerate(devices):
            rng = random.Random(f"{seed} {number} {index}")
            speaking = replace(voice(rng, words), language=language, symbols=False, abbreviates=0.0)
            items = []
            for fact in device.facts:
                name = next((name for code, name in fact.names.items() if code.partition("-")[0] == language), None)
                if name and fact.label in LABELS:
                    items.append(replace(of_fact(rng, fact, speaking, faithful=True), key=spell(rng, name, speaking)))
            if items:
                rng.shuffle(items)
                found += assemble(rng, speaking, items[:8], device.type)
    return found
