from __future__ import annotations

from typing import Any

from agent.core.digest import LINES, digest
from agent.core.message import Device, DeviceReading


def event(minute: int, name: str, kind: str, severity: str = "info", text: str = "") -> dict[str, Any]:
    device = {"id": name.casefold(), "name": name}
    at = f"09:{minute:02d}"
    return {"at": at, "device": device, "event": kind, "severity": severity, "text": text or f"{name} {kind}"}


def device(name: str, **values: Any) -> Device:
    readings = tuple(
        DeviceReading(label, label, value, None, 1, "model", "t", "", 0) for label, value in values.items()
    )
    return Device(name.casefold(), name, None, None, 0, readings)


def told(events: list[dict[str, Any]], *devices: Device) -> list[tuple[str, str]]:
    return [(line.severity, line.text) for line in digest(events, devices, "Since 08:00", str)]


def test_a_day_on_which_nothing_happened() -> None:
    assert told([], device("Hall", temperature=20)) == [("info", "Since 08:00: nothing happened")]


def test_trouble_stands_first_then_who_did_most_then_how_things_are() -> None:
    events = [
        event(1, "Hall", "motion"),
        event(2, "Cellar", "leak", "critical", "Cellar detects water"),
        event(3, "Hall", "motion_cleared"),
        event(4, "Plug", "battery_low", "warning", "Plug: battery is low"),
        event(5, "Cellar", "leak", "critical", "Cellar detects water"),
        event(6, "Hall", "motion"),
        event(7, "Door", "opened"),
    ]
    assert told(
        events, device("Door", door=True, battery=9), device("Plug", switch_state=True, availability=False)
    ) == [
        ("critical", "Since 08:00: 7 events of 4 devices, 2 critical, 1 warning"),
        ("critical", "09:05 Cellar detects water (2 times since 09:02)"),
        ("warning", "09:04 Plug: battery is low"),
        ("info", "Hall: motion 2 times, motion cleared; last at 09:06"),
        ("info", "Door: opened; last at 09:07"),
        ("info", "Open now: Door is open"),
        ("warning", "Amiss now: Door: battery is low; Plug is offline"),
    ]


def test_it_never_has_more_than_ten_lines() -> None:
    events = [
        event(minute, f"D{minute}", kind, severity)
        for minute in range(60)
        for kind, severity in (("opened", "info"), ("tamper", "warning"))
    ]
    lines = told(events, *(device(f"D{index}", door=True, tamper=True) for index in range(60)))
    assert len(lines) == LINES
    assert lines[4] == ("warning", "and 57 other warnings")
    assert lines[7] == ("info", "58 other devices: 58 events")
    assert lines[8][1].endswith("and 55 more")
