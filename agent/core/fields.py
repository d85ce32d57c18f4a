"""Report to Fields: the leaves of the tree in document order, each with its neighbourhood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.core.message import Field, Report

SIBLINGS = 16
"""Neighbours kept for a field; the encoder has room for about ten short keys."""

ARRAY_SIBLINGS = 8
"""Of them, neighbours in the same array: a long one must not hide the keys around it."""

IN_ORDER = 2
"""Of these, members before it, and as many behind it, that are kept in their order."""

PLACE = ("*", None)
"""Stands among an array's members for the one whose neighbours they are."""

NAMED = 6
"""Texts kept that say what a member of an array is, the first ones."""


def fields(report: Report) -> list[Field]:
    """One Field for each scalar in the report's tree, in document order; a scalar tree gives a single one."""
    topic = tuple(report.topic.split("/"))
    if not isinstance(report.tree, (dict, list)):
        return [Field("", (), report.tree, topic, ())]
    return list(_leaves(report.tree, "", (), topic, ()))


def _leaves(
    container: dict[str, Any] | list[Any],
    pointer: str,
    keys: tuple[str, ...],
    topic: tuple[str, ...],
    outer: tuple[tuple[str, Any], ...],
    *,
    in_array: bool = False,
) -> Iterator[Field]:
    is_list = isinstance(container, list)
    if isinstance(container, dict):
        members = list(container.items())
    else:
        members = [(str(index), value) for index, value in enumerate(container)]
    shown = _shown(members, is_list)
    texts = [(key, value) for key, value in members if isinstance(value, str)] if in_array else []
    among = len(members) if is_list else 0
    for position, (key, value) in enumerate(members):
        inner_pointer = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
        nearest = _row(shown, position) if is_list else _nearest(shown, position)
        neighbours = (*nearest, *outer)[:SIBLINGS]
        if isinstance(value, (dict, list)):
            yield from _leaves(value, inner_pointer, (*keys, key), topic, neighbours, in_array=is_list)
        else:
            named = tuple([text for other, text in texts[: NAMED + 1] if other != key][:NAMED])
            yield Field(inner_pointer, (*keys, key), value, topic, neighbours, named, among)


def _shown(members: list[tuple[str, Any]], is_list: bool) -> list[tuple[str, Any]]:
    # The indices of an array say nothing to a neighbour, its numbers do; of an object the keys do.
    shown = [("" if is_list else key, None if isinstance(value, (dict, list)) else value) for key, value in members]
    return [] if is_list and all(value is None for _, value in shown) else shown


def _nearest(shown: list[tuple[str, Any]], position: int, beyond: int = 0) -> list[tuple[str, Any]]:
    """Members around `position`, nearest first, the following one before the preceding one; only those `beyond` it."""
    nearest: list[tuple[str, Any]] = []
    distance = beyond + 1
    while len(nearest) < SIBLINGS and distance < len(shown):
        if position + distance < len(shown):
            nearest.append(shown[position + distance])
        if 0 <= position - distance < len(shown):
            nearest.append(shown[position - distance])
        distance += 1
    return nearest


def _row(shown: list[tuple[str, Any]], position: int) -> list[tuple[str, Any]]:
    """Members of an array around `position`, the nearest in their order: volts may stand before amperes."""
    if not shown:
        return []
    before, after = shown[max(0, position - IN_ORDER) : position], shown[position + 1 : position + 1 + IN_ORDER]
    return [*before, PLACE, *after, *_nearest(shown, position, IN_ORDER)][: ARRAY_SIBLINGS + 1]
