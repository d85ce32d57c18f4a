"""Homie: a property's unit on the topic beside its value (versions 3 and 4), or all of a device in one document (5).

Homie names no meanings, so what it declares is the unit.
Source: https://homieiot.github.io/specification/
"""

from __future__ import annotations

from typing import Any

from agent.core.claim import Claim
from agent.core.declared.declaration import NOTHING, About, Declaration, measurement, unit_of

_ATTRIBUTES = ("$unit", "$description")


def declaration(levels: tuple[str, ...], tree: Any) -> Declaration | None:
    """What a Homie attribute says; None when the topic is another."""
    if not is_attribute("/".join(levels)):
        return None
    base = "/".join(levels[:-1])
    if levels[-1] == "$unit":
        claim = measurement((), unit_of(tree))
        return Declaration({base: {"": claim}}) if claim is not None else NOTHING
    nodes = tree.get("nodes") if isinstance(tree, dict) else None
    claims: dict[str, dict[str, Claim]] = {}
    topics: set[str] = set()
    for node_id, node in nodes.items() if isinstance(nodes, dict) else ():
        properties = node.get("properties") if isinstance(node, dict) else None
        for property_id, described in properties.items() if isinstance(properties, dict) else ():
            topic = f"{base}/{node_id}/{property_id}"
            topics.add(topic)
            claim = measurement((), unit_of(described.get("unit"))) if isinstance(described, dict) else None
            if claim is not None:
                claims[topic] = {"": claim}
    name = tree.get("name") if isinstance(tree, dict) else None
    about = About(name) if isinstance(name, str) and name else None
    return Declaration(claims, dict.fromkeys(topics, about) if about else {})


def is_attribute(topic: str) -> bool:
    """Whether a Homie attribute that is read comes on the topic."""
    return topic.count("/") > 1 and topic.endswith(tuple(f"/{attribute}" for attribute in _ATTRIBUTES))
