"""Home Assistant's statestream: an entity's attributes on topics beside its state.

`<base>/<domain>/<object id>/state` is the value, and `.../device_class` and `.../unit_of_measurement` say what it is,
each as JSON. Source: Home Assistant, "MQTT Statestream" integration.
"""

from __future__ import annotations

from typing import Any

from agent.core.declared.declaration import (
    NOTHING,
    Declaration,
    condition,
    labels_of_class,
    meaning,
    measurement,
    unit_of,
)
from agent.core.ontology import Nature

_ATTRIBUTES = ("device_class", "unit_of_measurement")
ENDS = tuple(f"/{attribute}" for attribute in _ATTRIBUTES)
"""Of the topics on which they come."""
_DOMAINS = {"sensor": Nature.MEASUREMENT, "binary_sensor": Nature.BINARY}


def declaration(levels: tuple[str, ...], tree: Any) -> Declaration | None:
    """What an attribute says of the state beside it; None when the topic is another."""
    if not is_attribute("/".join(levels)):
        return None
    topic = "/".join((*levels[:-1], "state"))
    nature = _DOMAINS[levels[-3]]
    claim = None
    if levels[-1] == "unit_of_measurement":
        claim = measurement((), unit_of(tree))
    elif isinstance(tree, str) and (labels := labels_of_class(nature, tree)):
        claim = condition(labels, "on", "off") if nature is Nature.BINARY else meaning(*labels)
    return NOTHING if claim is None else Declaration({topic: {"": claim}}, announced=True)


def is_attribute(topic: str) -> bool:
    """Whether statestream tells an attribute that is read on the topic."""
    levels = topic.rsplit("/", 3)
    return len(levels) == 4 and levels[3] in _ATTRIBUTES and levels[1] in _DOMAINS
