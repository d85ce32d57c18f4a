"""Weeks of a simulated home in which nothing is wrong until devices die: how often is wolf cried, and how soon is the
wolf seen? `make test-weeks`, or

    python -m tests.rigs.weeks --weeks 12 --devices 10

prints for each sort of device the false alarms per device and month, of each kind, and how long after its last message
a device that died was called silent. Everything that is off by default is switched on here.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from agent.core.behaviour import Behaviour, Watch
from agent.core.message import DeviceRef, Interpretation, Reading

DAY_S = 86_400.0
MONTH_DAYS = 30.0
START = 1_795_392_000.0
DEAD_DAYS = 3
"""For which dead devices are waited for at the end."""

Sending = tuple[float, str, float]
"""Seconds since the start, label, value."""


def outdoors(at: float, chance: random.Random) -> float:
    """°C, with a day, a season that cools by 10 °C in two months, and weather."""
    day = at / DAY_S
    weather = 3 * math.sin(day * 1.3) + 2 * math.sin(day * 0.37)
    return round(12 - day / 6 + weather + 5 * math.sin(2 * math.pi * (day - 0.3)) + chance.gauss(0, 0.2), 1)


def periodic(chance: random.Random) -> Iterator[Sending]:
    """Radio thermometer: every minute or so, and one of twenty messages is lost."""
    at, every_s = 0.0, chance.uniform(45, 90)
    while True:
        at += every_s * chance.uniform(0.98, 1.02)
        if chance.random() > 0.05:
            yield at, "temperature", outdoors(at, chance)


def on_change(chance: random.Random) -> Iterator[Sending]:
    """Zigbee thermometer: when it changes, and each hour in any case."""
    at = 0.0
    while True:
        busy = 7 <= at / 3_600 % 24 < 22
        at += min(3_600 * chance.uniform(0.99, 1.01), chance.expovariate(1 / (900 if busy else 5_000)))
        yield at, "temperature", round(21 + math.sin(at / DAY_S * 6.28) + chance.gauss(0, 0.2), 1)


def door(chance: random.Random) -> Iterator[Sending]:
    """Contact without a heartbeat: some times a day, never at night, and a week of holidays."""
    at = 0.0
    for turn in range(10**9):
        at += chance.expovariate(1 / 5_000)
        if not 7 <= at / 3_600 % 24 < 23:
            at = (at // DAY_S + (at / 3_600 % 24 >= 23)) * DAY_S + 7 * 3_600 + chance.uniform(0, 2_400)
        if 17 * DAY_S < at < 24 * DAY_S:
            at = 24 * DAY_S + chance.uniform(0, 40_000)
        yield at, "door", float(turn % 2)


def motion(chance: random.Random) -> Iterator[Sending]:
    """Motion sensor without a heartbeat: busy by day, silent at night, and a week of holidays."""
    at = 0.0
    for turn in range(10**9):
        at += chance.expovariate(1 / 600)
        if not 6 <= at / 3_600 % 24 < 23:
            at = (at // DAY_S + (at / 3_600 % 24 >= 23)) * DAY_S + 6 * 3_600 + chance.uniform(0, 1_800)
        if 17 * DAY_S < at < 24 * DAY_S:
            at = 24 * DAY_S + chance.uniform(0, 40_000)
        yield at, "motion", float(turn % 2)


def air(chance: random.Random) -> Iterator[Sending]:
    """CO₂ every five minutes: people come and go, windows are opened."""
    at, level = 0.0, 500.0
    while True:
        at += 300 * chance.uniform(0.97, 1.03)
        hour = at / 3_600 % 24
        crowd = chance.choice((0, 8, 15, 30)) if 17 <= hour < 23 else (6 if hour < 7 else 0)
        level = max(420.0, level + crowd - 0.05 * (level - 420) + chance.gauss(0, 6))
        if chance.random() < 0.01:
            level = 450.0
        yield at, "carbon_dioxide", round(level)


def chatty(chance: random.Random) -> Iterator[Sending]:
    """Plug that sends six values within a second, every two and a half minutes."""
    at = 0.0
    while True:
        at += 145 * chance.uniform(0.95, 1.05)
        for index in range(6):
            yield at + index * 0.05, "voltage", round(230 + chance.gauss(0, 2), 1)


def daily(chance: random.Random) -> Iterator[Sending]:
    """Water meter with a battery: every twelve hours."""
    at, total = 0.0, 100.0
    while True:
        at += 43_200 * chance.uniform(0.99, 1.01)
        total += chance.random()
        yield at, "water", round(total, 2)


def solar(chance: random.Random) -> Iterator[Sending]:
    """Inverter that speaks each half minute while the sun shines, and sleeps at night, longer as winter comes."""
    at = 8 * 3_600.0
    while True:
        at += 30 * chance.uniform(0.95, 1.05)
        day, hour = at / DAY_S, at / 3_600 % 24
        light_h = 11 - day / 30 + chance.gauss(0, 0.02)
        if abs(hour - 12.5) > light_h / 2:
            at = (at // DAY_S + (hour > 12.5)) * DAY_S + (12.5 - light_h / 2) * 3_600 + chance.uniform(0, 900)
        yield at, "voltage", round(380 + 60 * math.cos((at / 3_600 % 24 - 12.5) / 4) + chance.gauss(0, 5), 1)


def valve(chance: random.Random) -> Iterator[Sending]:
    """Radiator valve with a battery: every half hour and at each change; one of ten messages is lost."""
    at = 0.0
    while True:
        at += min(1_800 * chance.uniform(0.99, 1.01), chance.expovariate(1 / 5_400))
        comfort = 6 <= at / 3_600 % 24 < 22
        if chance.random() > 0.1:
            yield at, "temperature", round((20.5 if comfort else 17.5) + chance.gauss(0, 0.3), 1)


def storm(chance: random.Random) -> Iterator[Sending]:
    """Wind each three quarters of a minute; a windy day now and then, and a gale in the sixth week."""
    at = 0.0
    strength = {day: chance.choice((2, 3, 3, 4, 6)) for day in range(400)}
    while True:
        at += 48 * chance.uniform(0.97, 1.03)
        day = int(at / DAY_S)
        gale = 2.0 if day == 38 else 1.0
        if chance.random() > 0.08:
            yield at, "wind_speed", round(max(0.0, strength[day] * gale * abs(chance.gauss(1, 0.5))), 1)


def freezer(chance: random.Random) -> Iterator[Sending]:
    """Each five minutes; it defrosts twice a day, and is filled on Saturdays."""
    at = 0.0
    while True:
        at += 300 * chance.uniform(0.98, 1.02)
        hours = at / 3_600
        defrosting = 6 * math.exp(-((hours % 12 - 3) ** 2) / 0.2)
        filled = 5 * math.exp(-((hours % 168 - 131) ** 2) / 0.8)
        yield at, "temperature", round(-18.5 + math.sin(hours * 7) + defrosting + filled + chance.gauss(0, 0.1), 1)


def sauna(chance: random.Random) -> Iterator[Sending]:
    """A room that is heated to 80 °C on two evenings a week."""
    at = 0.0
    while True:
        at += 120 * chance.uniform(0.97, 1.03)
        evening = at / 3_600 % 168 - (67 if at / 3_600 % 168 < 90 else 139)
        heat = (
            60 * (1 - math.exp(-evening * 2)) if 0 <= evening < 3 else 60 * math.exp(3 - evening) if evening > 3 else 0
        )
        yield at, "temperature", round(19 + heat + chance.gauss(0, 0.2), 1)


def plant(chance: random.Random) -> Iterator[Sending]:
    """Soil every two hours, watered about each week; the radio is lost for half a day now and then."""
    at, moisture = 0.0, 60.0
    while True:
        at += 7_200 * chance.uniform(0.99, 1.01)
        moisture = chance.uniform(60, 75) if moisture < 25 else moisture - 0.45
        if math.sin(at / DAY_S * 0.9) < 0.97:
            yield at, "moisture", round(moisture)


def remade(chance: random.Random) -> Iterator[Sending]:
    """Its owner makes it speak each ten minutes instead of each one, in the third week."""
    at = 0.0
    while True:
        at += (60 if at < 20 * DAY_S else 600) * chance.uniform(0.98, 1.02)
        yield at, "humidity", round(55 + 10 * math.sin(at / DAY_S * 6.28) + chance.gauss(0, 1))


def office(chance: random.Random) -> Iterator[Sending]:
    """Plug that is switched off with the desk: each minute on workdays from nine to five, else not at all."""
    at = 9 * 3_600.0
    while True:
        at += 60 * chance.uniform(0.9, 1.1)
        day, hour = int(at / DAY_S), at / 3_600 % 24
        while not 9 <= hour < 17 or day % 7 >= 5:
            at = (day + (hour >= 17 or day % 7 >= 5)) * DAY_S + 9 * 3_600 + chance.uniform(0, 1_800)
            day, hour = int(at / DAY_S), at / 3_600 % 24
        yield at, "voltage", round(230 + chance.gauss(0, 2), 1)


SORTS: dict[str, Callable[[random.Random], Iterator[Sending]]] = {
    sort.__name__: sort
    for sort in (
        periodic,
        on_change,
        door,
        motion,
        air,
        chatty,
        daily,
        solar,
        valve,
        storm,
        freezer,
        sauna,
        plant,
        remade,
        office,
    )
}


@dataclass(slots=True)
class Result:
    """Of one sort of device."""

    device_months: float
    false: Counter[str] = field(default_factory=Counter)
    """Alarms while nothing was wrong, by kind."""
    noticed_h: list[float] = field(default_factory=list)
    """Hours from the last message of each dead device to the event."""

    def per_month(self, kind: str) -> float:
        """False alarms per device and month."""
        return self.false[kind] / self.device_months


def weeks(sort: str, weeks: int, devices: int, seed: int = 1) -> Result:
    """What was told of so many devices of one sort, each of which dies at the end."""
    result = Result(devices * weeks * 7 / MONTH_DAYS)
    for number in range(devices):
        behaviour = Behaviour(Watch(silent=True, unusual=True, rising=True, stuck=True), 0.8)
        device = DeviceRef(f"{sort}_{number}", f"{sort} {number}", "other", None)
        end = weeks * 7 * DAY_S
        ticked = last = 0.0
        for at, label, value in SORTS[sort](random.Random(f"{seed}/{sort}/{number}")):
            until = min(at, end)
            while ticked + 50 < until:
                ticked += 50
                result.false.update(event.kind for event in behaviour.tick(START + ticked))
            if at >= end:
                break
            reading = Reading("/v", label, value, None, 0.95, "model", value)
            meant = Interpretation("home/x", START + at, False, device, "state", (reading,), "", "")
            told = behaviour.observe(meant, ("v",))
            result.false.update(event.kind for event in told if event.kind != "came_back")
            last = at
        while ticked < end + DEAD_DAYS * DAY_S:
            ticked += 50
            if any(event.kind == "went_silent" for event in behaviour.tick(START + ticked)):
                result.noticed_h.append((ticked - last) / 3_600)
    return result


KINDS = ("went_silent", "unusual", "fast_rise", "stuck")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--devices", type=int, default=10, help="of each sort")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    total = Result(0.0)
    print("false alarms per device and month, and the dead that were noticed within three days")
    print(f"{'':<12}{''.join(f'{kind:>13}' for kind in KINDS)}{'noticed':>10}{'after':>9}")
    for sort in SORTS:
        result = weeks(sort, arguments.weeks, arguments.devices, arguments.seed)
        print(_line(sort, result, arguments.devices), flush=True)
        total.device_months += result.device_months
        total.false += result.false
        total.noticed_h += result.noticed_h
    print(_line("all", total, arguments.devices * len(SORTS)))


def _line(name: str, result: Result, devices: int) -> str:
    rates = "".join(f"{result.per_month(kind):>13.2f}" for kind in KINDS)
    hours = sorted(result.noticed_h)
    after = f"{hours[len(hours) // 2]:.1f} h" if hours else "-"
    return f"{name:<12}{rates}{f'{len(hours)}/{devices}':>10}{after:>9}"


if __name__ == "__main__":
    main()
