"""Homie: a property's unit on the topic beside its value (versions 3 and 4), or all of a device in one document (5).

Homie names no meanings but two: a device's `$state` says whether it is there, and a property of the datatype color is a
colour. Else what it declares is the unit.
Source: https://homieiot.github.io/specification/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.core.claim import Claim
from agent.core.declared.declaration import NOTHING, About, Declaration, meaning, measurement, unit_of

ENDS = ("/$homie", "/$unit", "/$datatype", "/$description")
"""Of the topics of the attributes that are read."""


def declaration(levels: tuple[str, ...], tree: Any) -> Declaration | None:
    """What a Homie attribute says; None when the topic is another."""
    if not is_attribute("/".join(levels)):
        return None
    base = "/".join(levels[:-1])
    if levels[-1] == "$description":
        return _described(base, tree)
    if levels[-1] == "$homie":
        return NOTHING if tree is None else Declaration({f"{base}/$state": {"": meaning("availability")}})
    claim = _claim(**{levels[-1][1:]: tree})
    return Declaration({base: {"": claim}}) if claim is not None else NOTHING


def is_attribute(topic: str) -> bool:
    """Whether a Homie attribute that is read comes on the topic."""
    return topic.endswith(ENDS) and topic.count("/") > 1


def _described(base: str, tree: Any) -> Declaration:
    """What a device says of itself in its document."""
    if not isinstance(tree, dict):
        return NOTHING
    claims = {f"{base}/$state": {"": meaning("availability")}}
    topics = set(claims)
    for topic, described in _properties(base, tree.get("nodes")):
        topics.add(topic)
        claim = _claim(described.get("unit"), described.get("datatype"))
        if claim is not None:
            claims[topic] = {"": claim}
    name = tree.get("name")
    about = About(name) if isinstance(name, str) and name else None
    return Declaration(claims, dict.fromkeys(topics, about) if about else {})


def _properties(base: str, nodes: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """(topic, attributes) of each property."""
    for node_id, node in nodes.items() if isinstance(nodes, dict) else ():
        properties = node.get("properties") if isinstance(node, dict) else None
        for property_id, described in properties.items() if isinstance(properties, dict) else ():
            yield f"{base}/{node_id}/{property_id}", described if isinstance(described, dict) else {}


def _claim(unit: Any = None, datatype: Any = None) -> Claim | None:
    return meaning("color") if datatype == "color" else measurement((), unit_of(unit))
