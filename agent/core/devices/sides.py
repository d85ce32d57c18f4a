"""One device, several topics: when two that differ in their first level alone are two sides of one device."""

from __future__ import annotations

from agent.core.devices.known import Known, below, is_condition, leaf
from agent.core.message import Interpretation


def clash(known: Known, other: Known, interpretation: Interpretation) -> bool:
    """Whether both say the same field below their beginnings, as two devices of one make do."""
    mine = {*known.series, *((interpretation.topic, reading.path) for reading in interpretation.readings)}
    spots = {(below(topic, known.roots), path) for topic, path in mine}
    return any((below(topic, other.roots), path) in spots for topic, path in other.series)


def same_condition(other: Known, root: tuple[str, ...], interpretation: Interpretation) -> bool:
    """Whether the message says by the same name the same as the other device."""
    for reading in interpretation.readings:
        if reading.label is None or not is_condition(reading.label) or reading.value is None:
            continue
        name = leaf(interpretation.topic, reading.path)
        for (topic, path), series in other.series.items():
            held = other.readings.get(series.key)
            same = held is not None and (held.label, held.value) == (reading.label, reading.value)
            if same and leaf(topic, path) == name:
                return True
    return False
