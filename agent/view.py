"""What an agent has told so far, and its picture for a terminal.

A State takes in what is published; `picture` renders it for a width and height. Neither knows of a broker or a clock.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agent.core.ontology import LABELS, Nature
from agent.core.summary import span
from agent.core.values import truth

EVENTS = 50
"""Events that are kept."""
_PER_DEVICE = (8, 6, 4, 3)
"""Readings of a device that are shown: the most with which all have room on one page, else the fewest."""
_FRESH_S = 1.2
"""How long a changed value stands out."""
_RATE_S = 5.0
_GAP = 2
"""Empty cells between columns."""
_SIZES = ((130, 22, 24), (100, 20, 19), (66, 18, 15), (54, 14, 13), (0, 12, 9))
"""Least width of the terminal, and the cells for a reading's name and value that it leaves."""
_QUIET_S = 600.0
"""After which it is told when a device was last heard."""

# Of little interest to a person, so they give way to other readings.
_ASIDE = frozenset(
    ("identifier", "metadata", "firmware", "config_setting", "link_quality", "signal_strength", "timestamp", "counter",
     "other")
)  # fmt: skip
# Each device has its own words for what these are.
_SWITCHES = frozenset(("switch_state", "input_state"))
# Who says so instead of the model.
_KNOWN_BY = {"declared": "declared", "override": "corrected"}
_SEVERITIES = {"info": "bright_blue", "notice": "green", "warning": "yellow", "critical": "bold red"}


@dataclass(slots=True)
class _Row:
    label: str | None
    value: Any
    unit: str | None
    confidence: float
    source: str
    raw_path: str
    changed_at: float


@dataclass(slots=True)
class _Device:
    name: str
    source: str
    types: Counter[str] = field(default_factory=Counter)
    areas: Counter[str] = field(default_factory=Counter)
    rows: dict[tuple[str, str], _Row] = field(default_factory=dict)
    heard_at: float = 0.0
    """Seconds since the Unix epoch, by the agent's clock."""

    def take(self, topic: str, reading: dict[str, Any], now: float) -> None:
        """Take in a reading, which came on the topic."""
        before = self.rows.get((topic, reading["path"]))
        same = before is not None and before.value == reading["value"]
        self.rows[(topic, reading["path"])] = _Row(
            reading["label"],
            reading["value"],
            reading["unit"],
            reading["confidence"],
            reading["source"],
            _safe(reading["path"] or _below(self.name, topic)),
            before.changed_at if before is not None and same else now,
        )


class State:
    """All that was heard: devices with their last readings, events, counts."""

    def __init__(self) -> None:
        self.devices: dict[str, _Device] = {}
        self.events: deque[dict[str, Any]] = deque(maxlen=EVENTS)
        self.model = ""
        self.online = True
        """Whether the agent says so."""
        self.declared = self.confirmed = 0
        """Fields that the home itself declares, and those of which the model says the same."""
        self.messages = self.readings = self.unknown = self.refused = 0
        self.latest_at = 0.0
        """When the agent was last heard to speak of a device, by its clock."""
        self._arrivals: deque[float] = deque()

    def interpretation(self, shape: dict[str, Any], now: float) -> None:
        """Take in an Interpretation, or the refusal in its place, as published. `now` in seconds of any clock."""
        self.messages += 1
        self._arrivals.append(now)
        if "error" in shape:
            self.refused += 1
            return
        self.model = shape["model"]
        told = shape["device"]
        device = self.devices.setdefault(
            told["id"], _Device(_safe(told["name"]), _safe(shape["topic"].partition("/")[0]))
        )
        if not shape["retained"]:
            self._heard(device, shape["at"])
        if told["type"]:
            device.types[told["type"]] += 1
        if told["area"]:
            device.areas[_safe(told["area"])] += 1
        for reading in shape["readings"]:
            self.readings += 1
            self.unknown += reading["label"] is None
            device.take(shape["topic"], reading, now)

    def device(self, identifier: str, shape: dict[str, Any] | None, now: float) -> None:
        """Take in a device as published and retained; None for one that is no more."""
        if shape is None:
            self.devices.pop(identifier, None)
            return
        readings = list(shape["readings"].values())
        source = readings[0]["topic"].partition("/")[0] if readings else ""
        device = self.devices.setdefault(identifier, _Device(_safe(shape["name"]), _safe(source)))
        self._heard(device, shape["seen_at"])
        for votes, told in ((device.types, shape["type"]), (device.areas, shape["area"])):
            if told and not votes:
                votes[_safe(told)] += 1
        for reading in readings:
            if (reading["topic"], reading["path"]) not in device.rows:
                device.take(reading["topic"], reading, now)

    def stats(self, shape: dict[str, Any]) -> None:
        """Take in the agent's counters as published."""
        declared = shape.get("declared", {})
        self.declared, self.confirmed = declared.get("fields", 0), declared.get("same", 0)

    def event(self, shape: dict[str, Any]) -> None:
        """Take in an Event as published."""
        self.events.appendleft(shape)

    def _heard(self, device: _Device, at: str) -> None:
        device.heard_at = max(device.heard_at, datetime.fromisoformat(at).timestamp())
        self.latest_at = max(self.latest_at, device.heard_at)

    def rate(self, now: float) -> float:
        """Messages per second of late."""
        while self._arrivals and self._arrivals[0] < now - _RATE_S:
            self._arrivals.popleft()
        return len(self._arrivals) / _RATE_S


def _below(device: str, topic: str) -> str:
    """The levels of a scalar's topic that follow the device's name."""
    levels = topic.split("/")
    start = levels.index(device) + 1 if device in levels[:-1] else len(levels) - 1
    return "/".join(levels[start:])


def picture(state: State, width: int, height: int, now: float, turn: int) -> RenderableType:
    """The whole view. Where not everything has room, each turn shows the next page."""
    event_lines = max(3, min(8, height // 5))
    table_lines = max(4, height - event_lines - 5)
    pages = _pages(state, table_lines)
    page = turn % len(pages)
    return Group(
        _headline(state, width, page, len(pages)),
        _table(pages[page], width, table_lines, now, state.latest_at),
        Text("─" * width, style="bright_black"),
        *_events(state, width, event_lines),
        Text("─" * width, style="bright_black"),
        _footer(state, width, now),
    )


def _headline(state: State, width: int, page: int, pages: int) -> Text:
    left = Text.assemble((" dragoman ", "bold white on blue"), "  what the home says" if width >= 100 else "")
    if not state.online:
        left.append("  ·  the agent is offline", style="bold red")
    if state.model and width >= 70:
        left.append(f"  ·  {state.model}", style="bright_black")
    if state.declared:
        share = 100 * state.confirmed / state.declared
        fields = f"{state.declared} declared fields" if width >= 70 else f"{state.declared}"
        left.append(f"  ·  right on {share:.0f} % of {fields}", style="green" if share >= 80 else "yellow")
    dots = Text()
    if pages > width // 10:
        dots.append(f"{page + 1}/{pages} ", style="blue")
    elif pages > 1:
        for number in range(pages):
            dots.append("● " if number == page else "○ ", style="blue" if number == page else "bright_black")
    return _apart(left, dots, width)


def _pages(state: State, lines: int) -> list[list[tuple[_Device, list[_Row]]]]:
    """Devices by source, as many on a page as it has lines for; no device stands on two pages."""
    for readings in _PER_DEVICE:
        pages = _filled(state, lines, readings)
        if len(pages) == 1:
            break
    return pages


def _filled(state: State, lines: int, readings: int) -> list[list[tuple[_Device, list[_Row]]]]:
    sources = {device.source: None for device in state.devices.values()}
    pages: list[list[tuple[_Device, list[_Row]]]] = [[]]
    used = 0
    for source in sources:
        for device in state.devices.values():
            if device.source != source or not device.rows:
                continue
            rows = sorted(device.rows.values(), key=_rank)[: min(readings, lines)]
            if used + len(rows) > lines and pages[-1]:
                pages.append([])
                used = 0
            pages[-1].append((device, rows))
            used += len(rows)
    return pages


def _rank(row: _Row) -> int:
    if row.label is None:
        return 1
    return 2 if row.label in _ASIDE else 0


@dataclass(frozen=True, slots=True)
class _Widths:
    """Cells of each column; 0 for one that has no room."""

    source: int
    device: int
    reading: int
    value: int
    bar: int
    sure: int
    path: int

    @classmethod
    def of(cls, width: int) -> _Widths:
        source = 11 if width >= 88 else 0
        reading, value = next(sizes for least, *sizes in _SIZES if width >= least)
        bar = 9 if width >= 88 else 6 if width >= 66 else 0
        shown = [size for size in (source, reading, value, bar, 4) if size]
        rest = width - sum(shown) - len(shown) * _GAP
        if width < 76:
            return cls(source, max(8, rest), reading, value, bar, 4, 0)
        device = min(30, (rest - _GAP) * 6 // 10)
        return cls(source, device, reading, value, bar, 4, rest - _GAP - device)


def _table(page: list[tuple[_Device, list[_Row]]], width: int, lines: int, now: float, latest_at: float) -> Table:
    widths = _Widths.of(width)
    heads = {
        "source": widths.source,
        "device": widths.device,
        "reading": widths.reading,
        "value": widths.value,
        "sure": widths.bar,
        "" if widths.bar else "sure": widths.sure,
        "said as": widths.path,
    }
    table = Table.grid(padding=(0, _GAP, 0, 0), pad_edge=False)
    for size in heads.values():
        if size:
            table.add_column(width=size, no_wrap=True)
    table.add_row(*(Text(head, style="bright_black") for head, size in heads.items() if size))

    source = None
    filled = 0
    for device, rows in page:
        for line, row in enumerate(rows):
            cells = {
                "source": Text(device.source if device.source != source else "", style="cyan"),
                "device": _device_cell(device, line, len(rows), latest_at - device.heard_at),
                "reading": _label_cell(row),
                "value": _value_cell(row, now),
                "bar": _bar(row, widths.bar),
                "sure": _sure_cell(row, widths.bar),
                "path": Text(_tail(row.raw_path, widths.path), style="bright_black"),
            }
            table.add_row(*(cell for name, cell in cells.items() if getattr(widths, name)))
            source = device.source
            filled += 1
    for _ in range(lines - filled):
        table.add_row("")
    return table


def _device_cell(device: _Device, line: int, lines: int, quiet_s: float) -> Text:
    """The device's name, and what it is: below it, or beside it where there is no line below."""
    told = [_words(counter.most_common(1)[0][0]) for counter in (device.types, device.areas) if counter]
    nature = Text(" · ".join(told), style="magenta")
    if quiet_s >= _QUIET_S:
        # In front, since a narrow column cuts off the end.
        nature = Text.assemble((f"{span(quiet_s)} ago", "yellow"), "  ", nature)
    if line == 0:
        name = Text(device.name, style="bold")
        return Text.assemble(name, "  ", nature) if lines == 1 else name
    return nature if line == 1 else Text()


def _label_cell(row: _Row) -> Text:
    if row.label is None:
        return Text("unknown", style="italic bright_black")
    return Text(_words(row.label), style="bright_black" if row.label in _ASIDE else "")


def _value_cell(row: _Row, now: float) -> Text:
    text, style = _shown(row), "bright_black" if row.label is None else "white"
    if now - row.changed_at < _FRESH_S:
        style = "bold bright_white"
    return Text(text, style=style)


def _shown(row: _Row) -> str:
    """The value as a person says it: with its unit, or the words of a binary."""
    label = LABELS.get(row.label or "")
    if row.label in _SWITCHES and (holds := truth(row.value)) is not None:
        return "on" if holds else "off"
    if isinstance(row.value, bool):
        if label is not None and label.nature is Nature.BINARY:
            return label.when_true if row.value else label.when_false
        return "true" if row.value else "false"
    value = _plain(row.value) if isinstance(row.value, float) else _safe(str(row.value))
    return f"{value} {row.unit}" if row.unit else value


def _plain(number: float) -> str:
    """At most six digits, but never fewer than stand before the point, and no exponent where none is needed."""
    return f"{number:.0f}" if 1e5 <= abs(number) < 1e12 else f"{number:.6g}"


def _safe(text: str) -> str:
    """The text without what would steer a terminal: anybody may publish anything."""
    return "".join(character if character.isprintable() else "·" for character in text)


def _bar(row: _Row, size: int) -> Text:
    """How sure the model is, or who knows without it."""
    known = _KNOWN_BY.get(row.source, "")
    if known and len(known) <= size:
        return Text(known, style="cyan")
    filled = round(row.confidence * size)
    return Text.assemble(("━" * filled, _sure(row.confidence)), ("━" * (size - filled), "grey23"))


def _sure_cell(row: _Row, bar: int) -> Text:
    known = _KNOWN_BY.get(row.source, "")
    if known:
        # Where no word has room, it is at least not shown as a probability of the model's.
        return Text("" if len(known) <= bar else "said", style="cyan")
    return Text(f"{row.confidence:.2f}", style=_sure(row.confidence))


def _sure(confidence: float) -> str:
    if confidence >= 0.9:
        return "green"
    return "yellow" if confidence >= 0.6 else "red"


def _events(state: State, width: int, lines: int) -> list[Text]:
    shown = []
    for event in list(state.events)[:lines]:
        style = _SEVERITIES.get(event["severity"], "white")
        line = Text.assemble(
            (f" {clock(event['at'])}  ", "bright_black"),
            ("● ", style),
            (_safe(event["text"]), style if event["severity"] in ("warning", "critical") else ""),
        )
        shown.append(_apart(line, Text(f"{_words(event['event'])} ", style="bright_black"), width))
    if not shown:
        shown.append(Text(" nothing has happened yet", style="italic bright_black"))
    return shown + [Text("")] * (lines - len(shown))


def clock(at: str) -> str:
    """The local time of day of a published timestamp."""
    return f"{datetime.fromisoformat(at).astimezone():%H:%M:%S}"


def _footer(state: State, width: int, now: float) -> Text:
    share = f" ({100 * state.unknown / state.readings:.0f} %)" if state.readings else ""
    counts = [
        (f"{state.messages:,}", " messages"),
        (f"{len(state.devices)}", " devices"),
        (f"{state.readings:,}", " readings"),
        (f"{state.unknown:,}", f" unknown{share}"),
        (f"{state.rate(now):.0f}", " messages/s"),
    ]
    if state.refused:
        counts.insert(4, (f"{state.refused}", " refused"))
    if width < 80:
        counts = [count for count in counts if count[1] not in (" devices", " readings")]
    left = Text(" ")
    for number, (count, what) in enumerate(counts):
        left.append(("" if number == 0 else "  ") + count, style="bold")
        left.append(what, style="bright_black")
    return _apart(left, Text("Ctrl-C ends " if width >= 90 else "", style="bright_black"), width)


def _apart(left: Text, right: Text, width: int) -> Text:
    """One line with a text at each end; the left one gives way."""
    room = max(0, width - right.cell_len)
    left.truncate(max(0, room - 1), overflow="ellipsis")
    return Text.assemble(left, " " * (room - left.cell_len), right, no_wrap=True)


def _tail(text: str, width: int) -> str:
    """The end of a path, which tells more than its beginning."""
    if cell_len(text) <= width:
        return text
    while text and cell_len(text) > width - 1:
        text = text[1:]
    return set_cell_size(f"…{text}", width)


def _words(name: str) -> str:
    return name.replace("_", " ")
