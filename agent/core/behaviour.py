"""What a device does over time, learned with bounded memory, to Events when it does otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.core.cadence import LEAST_S, Cadence
from agent.core.habit import Habit, Oddity
from agent.core.message import DeviceRef, Event, Interpretation, Reading
from agent.core.ontology import LABELS, Nature
from agent.core.summary import sentence, span
from agent.core.tellings import INFO, NOTICE, WARNING, Telling

_ABSENT_S = 60.0
"""Without a call of `tick` the agent was away, and heard nobody."""
_LOOK_S = 10.0
"""Between two looks at who is silent."""
_HABITS = 32
"""Readings of one device whose habits are learned."""
# Sums, clocks, and what is as it happens to be.
_WITHOUT_HABIT = frozenset(
    ("energy", "reactive_energy", "energy_storage", "water", "gas", "duration", "timestamp", "data_size", "monetary",
     "location", "wind_direction", "precipitation", "angle", "power", "apparent_power", "reactive_power", "current")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Watch:
    """What is told."""

    silent: bool = True
    unusual: bool = False
    rising: bool = False
    stuck: bool = False


@dataclass(slots=True)
class _Doing:
    """Of one device."""

    ref: DeviceRef
    topic: str
    heard_at: float
    cadence: Cadence = field(default_factory=Cadence)
    silent: bool = False
    habits: dict[str, Habit] = field(default_factory=dict)
    """By key of the reading."""
    turn: int | None = None
    """When it is looked at whether it is silent, in looks since the Unix epoch; None before it is heard again."""


class Behaviour:
    """Habits of all devices."""

    def __init__(self, watch: Watch, confidence: float) -> None:
        """`confidence`: readings below it, 0 to 1, have no habits."""
        self._told_kinds = {
            kind
            for kind, told in (("unusual", watch.unusual), ("fast_rise", watch.rising), ("stuck", watch.stuck))
            if told
        }
        self._silent = watch.silent
        self._confidence = confidence
        self._doings: dict[str, _Doing] = {}
        # To look at everybody each time would cost a home of thousands of devices more than their messages do.
        self._turns: dict[int, dict[str, None]] = {}
        self._ticked_at: float | None = None
        self._back_at = 0.0
        self._looked_at = 0.0

    def observe(self, interpretation: Interpretation, keys: Iterable[str | None]) -> tuple[Event, ...]:
        """What is odd about a message; `keys` are those of its readings in the device."""
        if interpretation.retained:
            return ()
        ref, at = interpretation.device, interpretation.at
        doing = self._doings.get(ref.id)
        if doing is None:
            doing = self._doings[ref.id] = _Doing(ref, interpretation.topic, at)
        if doing.turn is None:
            self._watch(doing, at + LEAST_S)
        events = []
        if doing.silent:
            doing.silent = False
            if self._silent:
                events.append(_heard(doing, at, Telling("came_back", INFO, sentence(ref.name, "came back"))))
        if doing.heard_at >= self._back_at and at > doing.heard_at:
            # A gap in which the agent was away says nothing.
            doing.cadence.add(at - doing.heard_at, at)
        doing.ref, doing.topic, doing.heard_at = ref, interpretation.topic, max(at, doing.heard_at)
        if self._told_kinds:
            for reading, key in zip(interpretation.readings, keys, strict=True):
                if key is not None and reading.confidence >= self._confidence and _has_habit(reading):
                    events += self._odd(doing, interpretation, reading, key)
        return tuple(events)

    def tick(self, now: float) -> tuple[Event, ...]:
        """Who is silent. To be called all the time while messages can be heard, and not while they cannot."""
        if self._ticked_at is None or not 0 <= now - self._ticked_at <= _ABSENT_S:
            self._back_at = now
        if self._ticked_at is not None and now < self._ticked_at:
            # The clock was set back: nobody's turn is when it was to be.
            self._turns = {}
            for doing in self._doings.values():
                self._watch(doing, now)
        self._ticked_at = now
        if not self._silent or 0 <= now - self._looked_at < _LOOK_S:
            return ()
        self._looked_at = now
        return tuple(
            event
            for turn in sorted([turn for turn in self._turns if turn <= now // _LOOK_S])
            for device in self._turns.pop(turn)
            for event in self._look(self._doings[device], now)
        )

    def silent_after_s(self, device: str) -> float | None:
        """How long the device must be quiet to be called silent; None where that cannot be said."""
        doing = self._doings.get(device)
        return doing.cadence.silent_after_s if doing else None

    def forget(self, device: str) -> None:
        """A device is no more."""
        doing = self._doings.pop(device, None)
        if doing is not None and doing.turn is not None:
            del self._turns[doing.turn][device]

    def record(self, device: str) -> Any:
        """What is known of a device's habits, as a JSON value for `restore`; None for nothing."""
        doing = self._doings.get(device)
        if doing is None:
            return None
        return {
            "topic": doing.topic,
            "heard_at": doing.heard_at,
            "silent": doing.silent,
            "cadence": doing.cadence.record(),
            "habits": {key: habit.record() for key, habit in doing.habits.items()},
        }

    def restore(self, ref: DeviceRef, record: Mapping[str, Any]) -> None:
        """Take up what `record` gave. Raises KeyError, TypeError, ValueError or AttributeError."""
        doing = self._doings[ref.id] = _Doing(
            ref,
            str(record["topic"]),
            float(record["heard_at"]),
            Cadence.restored(record["cadence"]),
            bool(record["silent"]),
            {key: Habit.restored(habit) for key, habit in record["habits"].items()},
        )
        self._watch(doing, doing.heard_at + LEAST_S)

    def _watch(self, doing: _Doing, at: float) -> None:
        """It is to be looked at then, and no sooner."""
        doing.turn = int(at // _LOOK_S)
        self._turns.setdefault(doing.turn, {})[doing.ref.id] = None

    def _look(self, doing: _Doing, now: float) -> Iterator[Event]:
        """Tell of the device if it is silent, else say when to look again."""
        doing.turn = None
        if doing.silent:
            return
        since = max(doing.heard_at, self._back_at)
        after_s = LEAST_S if now - since < LEAST_S else doing.cadence.silent_after_s
        if after_s is None:
            # Nothing is known by which it could be silent, nor will be before it is heard again.
            return
        if now - since < after_s:
            self._watch(doing, max(since + after_s, now + _LOOK_S))
            return
        doing.silent = True
        quiet_s = now - doing.heard_at
        usual_s = doing.cadence.usual_s or 0.0
        said = f"has been silent for {span(quiet_s)}; usually it speaks about every {span(usual_s)}"
        told = Telling("went_silent", WARNING, sentence(doing.ref.name, said))
        evidence = (("silent_s", round(quiet_s)), ("usual_s", round(usual_s)))
        yield _heard(doing, now, told, evidence)

    def _odd(self, doing: _Doing, interpretation: Interpretation, reading: Reading, key: str) -> list[Event]:
        value = float(reading.value)
        habit = doing.habits.get(key)
        if habit is None:
            if len(doing.habits) < _HABITS:
                doing.habits[key] = Habit.begun(value, interpretation.at)
            return []
        return [
            Event(
                device=doing.ref,
                at=interpretation.at,
                kind=oddity.kind,
                severity=WARNING if oddity.kind == "fast_rise" else NOTICE,
                label=str(reading.label),
                path=reading.path,
                value=reading.value,
                topic=interpretation.topic,
                text=f"{doing.ref.name}: {_told(oddity, reading)}",
                evidence=(
                    ("found", round(oddity.found, 3)),
                    ("usual_low", round(oddity.usual[0], 3)),
                    ("usual_high", round(oddity.usual[1], 3)),
                ),
            )
            for oddity in habit.observe(value, interpretation.at)
            if oddity.kind in self._told_kinds
        ]


def _heard(doing: _Doing, at: float, told: Telling, evidence: tuple[tuple[str, float], ...] = ()) -> Event:
    """Told of whether the device is heard at all."""
    value = not doing.silent
    return Event(doing.ref, at, told.kind, told.severity, "availability", "", value, doing.topic, told.text, evidence)


def _has_habit(reading: Reading) -> bool:
    label = LABELS[str(reading.label)]
    number = isinstance(reading.value, (int, float)) and not isinstance(reading.value, bool)
    return (
        number and abs(reading.value) < 1e12 and label.nature is Nature.MEASUREMENT and label.name not in _WITHOUT_HABIT
    )


def _told(oddity: Oddity, reading: Reading) -> str:
    what = str(reading.label).replace("_", " ")
    unit = f" {reading.unit}" if reading.unit else ""
    low, high = oddity.usual
    if oddity.kind == "unusual":
        side = "above" if oddity.found > high else "below"
        return f"{what} {oddity.found:g}{unit} is far {side} the usual {low:.4g} to {high:.4g}{unit}"
    if oddity.kind == "fast_rise":
        return f"{what} rose by {oddity.found:.3g}{unit} within ten minutes, usually by at most {high:.3g}{unit}"
    return f"{what} has been {reading.value:g}{unit} for {span(oddity.found)}, usually it changes within {span(high)}"
