"""Tasmota's discovery: on `tasmota/discovery/<mac>/config` a device tells its topics, relays and words.

It says what its relays are and by which words it comes and goes. Of its sensors it tells no more than their names, so
those stay the model's business.
Source: Tasmota, `xdrv_12_discovery.ino`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.core.declared.declaration import NOTHING, About, Declaration, gathered, meaning

# Of `rl`: 3 is half of a shutter, which is no switch.
_RELAY, _LIGHT = 1, 2
_TELE, _STAT = 2, 1


def declaration(levels: tuple[str, ...], tree: Any) -> Declaration | None:
    """What a Tasmota device says of itself; None when the topic is another."""
    if not is_discovery("/".join(levels)):
        return None
    if levels[-1] != "config" or not isinstance(tree, dict):
        return NOTHING
    topic, full, prefixes = tree.get("t"), tree.get("ft"), tree.get("tp")
    if not isinstance(topic, str) or not isinstance(full, str) or not isinstance(prefixes, list) or len(prefixes) != 3:
        return NOTHING
    bases = [full.replace("%prefix%", str(prefix)).replace("%topic%", topic).rstrip("/") for prefix in prefixes]

    def on(prefix: int, last: str) -> str:
        return f"{bases[prefix]}/{last}"

    claims = [(on(_TELE, "LWT"), "", meaning("availability"))]
    for key, label in _switched(tree.get("rl")):
        claims.append((on(_STAT, key), "", meaning(label)))
        claims.append((on(_STAT, "RESULT"), f"/{key}", meaning(label)))
        claims.append((on(_TELE, "STATE"), f"/{key}", meaning(label)))
    name = tree.get("dn")
    about = About(name) if isinstance(name, str) and name else None
    topics = {topic for topic, _, _ in claims} | {on(_TELE, "SENSOR")}
    return Declaration(gathered(claims), dict.fromkeys(topics, about) if about else {}, announced=True)


def is_discovery(topic: str) -> bool:
    """Whether Tasmota devices tell of themselves on the topic."""
    return topic.startswith("tasmota/discovery/") and topic.endswith(("/config", "/sensors"))


def _switched(relays: Any) -> Iterator[tuple[str, str]]:
    """(key, label) of the outputs: POWER where there is one, POWER1, POWER2, ... where there are several."""
    used = [relay for relay in relays if relay] if isinstance(relays, list) else []
    for number, relay in enumerate(used, start=1):
        if relay in (_RELAY, _LIGHT):
            yield "POWER" if len(used) == 1 else f"POWER{number}", "switch_state"
