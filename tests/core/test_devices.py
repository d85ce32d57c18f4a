from __future__ import annotations

from typing import Any

import pytest

from agent.core.devices import Devices, Sighting
from agent.core.message import DeviceRef, Interpretation, Reading
from tests.core.making import AT, reading


class Home:
    """Messages of a home into its memory; the device is the given number of levels of the topic."""

    def __init__(self, capacity: int = 100, series: int = 1_000) -> None:
        self.devices = Devices(capacity, series)
        self._at = AT

    def hear(self, topic: str, *readings: Reading, levels: int = 2, area: str | None = None) -> Sighting:
        self._at += 10
        root = topic.split("/")[:levels]
        device = DeviceRef("_".join(root).lower(), root[-1], "switch", area, levels)
        return self.devices.receive(
            Interpretation(topic, self._at, False, device, "state", readings, f"{root[-1]}: a summary", "fake 1")
        )

    def state(self, device: str) -> dict[str, Any]:
        """Values by key."""
        found = self.devices.get(device)
        assert found is not None
        return {held.key: held.value for held in found.readings}


def test_the_topics_of_a_device_make_one_state() -> None:
    home = Home()
    home.hear("shellies/plug/relay/0", reading("switch_state", "on"))
    sighting = home.hear("shellies/plug/relay/0/power", reading("power", 12.5, "W"))
    assert home.state("shellies_plug") == {"switch_state": "on", "power": 12.5}
    assert sighting.device is not None
    assert [(held.topic, held.unit, held.at) for held in sighting.device.readings] == [
        ("shellies/plug/relay/0", None, AT + 10),
        ("shellies/plug/relay/0/power", "W", AT + 20),
    ]
    assert sighting.device.seen_at == AT + 20
    assert len(home.devices) == 1


def test_two_sides_of_a_device_are_one_once_they_say_the_same() -> None:
    home = Home()
    home.hear("tele/plug/STATE", reading("switch_state", "ON", path="/POWER"))
    sighting = home.hear("stat/plug/RESULT", reading("switch_state", "ON", path="/POWER"))
    assert (sighting.device and sighting.device.id, sighting.removed) == ("tele_plug", ("stat_plug",))
    assert sighting.interpretation.device.id == "tele_plug"
    home.hear("stat/plug/RESULT", reading("switch_state", "OFF", path="/POWER"))
    assert home.state("tele_plug") == {"switch_state": "OFF"}
    # What one device has shown holds for the others.
    home.hear("tele/lamp/SENSOR", reading("temperature", 20))
    assert home.hear("stat/lamp/POWER", reading("switch_state", "ON")).interpretation.device.id == "tele_lamp"
    assert home.state("tele_lamp") == {"temperature": 20, "switch_state": "ON"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # The same field below both: two devices of one make.
        (("home/lamp/state", "on"), ("garage/lamp/state", "on")),
        # They have never said the same.
        (("home/lamp/state", "on"), ("garage/lamp/x/state", "off")),
        # By another name.
        (("home/lamp/state", "on"), ("garage/lamp/power", "on")),
    ],
)
def test_devices_of_one_name_in_two_places_are_two(one: tuple[str, Any], other: tuple[str, Any]) -> None:
    home = Home()
    for topic, value in (one, other, one, other):
        home.hear(topic, reading("switch_state", value))
    assert [device.id for device in home.devices.all()] == ["home_lamp", "garage_lamp"]


def test_rooms_are_no_sides() -> None:
    home = Home()
    home.hear("kitchen/lamp/state", reading("switch_state", "on"), area="kitchen")
    home.hear("bath/lamp/x/state", reading("switch_state", "on"), area="bath")
    assert len(home.devices) == 2


def radio(identifier: object, value: float) -> tuple[Reading, ...]:
    return (
        reading("identifier", identifier, path="/id"),
        reading("metadata", "Tower", path="/model"),
        reading("temperature", value, "°C", path="/temperature_C"),
    )


def test_an_identifier_that_comes_back_tells_devices_of_a_topic_apart() -> None:
    home = Home()
    topic = "rtl_433/events"
    assert home.hear(topic, *radio(17, 20.0)).interpretation.device.id == "rtl_433_events"
    assert home.hear(topic, *radio(4, 5.0)).device is None
    sighting = home.hear(topic, *radio(17, 20.5))
    assert (sighting.interpretation.device.id, sighting.removed) == ("rtl_433_events_17", ("rtl_433_events",))
    assert sighting.interpretation.device.name == "Tower 17"
    assert sighting.interpretation.summary.startswith("Tower 17: temperature 20.5 °C")
    home.hear(topic, *radio(4, 5.5))
    assert home.state("rtl_433_events_17")["temperature"] == 20.5
    assert home.state("rtl_433_events_4")["temperature"] == 5.5
    assert len(home.devices) == 2


@pytest.mark.parametrize("numbers", [range(100, 140), [f"{number * 7919 % 10_007:x}" for number in range(40)]])
def test_a_number_of_messages_tells_no_devices_apart(numbers: Any) -> None:
    home = Home()
    for number in numbers:
        sighting = home.hear("home/sensor", *radio(number, 20.0))
    assert sighting.device is not None
    assert (sighting.device.id, len(home.devices)) == ("home_sensor", 1)


def test_an_object_that_holds_its_own_name_is_a_device() -> None:
    home = Home()
    for identifier, value in (("0x0856", 20), ("0x1111", 5)):
        path = f"/Received/{identifier}"
        home.hear(
            "tele/bridge/SENSOR",
            reading("identifier", identifier, path=f"{path}/Device"),
            reading("temperature", value, path=f"{path}/Temperature"),
        )
    assert [device.id for device in home.devices.all()] == ["tele_bridge_0x0856", "tele_bridge_0x1111"]


def test_several_readings_of_a_label_get_keys_of_their_own_and_keep_them() -> None:
    home = Home()
    both = (reading("temperature", 20, path="/temp"), reading("temperature", 5, path="/outdoor/temp"))
    home.hear("home/x", *both, reading("temperature", 7, path="/temp/0"))
    for _ in range(2):
        assert home.state("home_x") == {"temperature": 20, "temperature_temp": 5, "temperature_0": 7}
        home.hear("home/x", *reversed(both))


def test_a_model_that_wavers_moves_no_key() -> None:
    home = Home()
    for _ in range(3):
        home.hear("home/x", reading("voltage", 230, path="/v"))
    assert home.hear("home/x", reading("power", 231, path="/v")).keys == (None,)
    assert home.state("home_x") == {"voltage": 230}
    for _ in range(4):
        home.hear("home/x", reading("power", 231, path="/v"))
    assert home.state("home_x") == {"power": 231}


def test_who_knows_is_not_outvoted() -> None:
    home = Home()
    for _ in range(9):
        home.hear("home/x", reading("voltage", 230, path="/v"))
    home.hear("home/x", Reading("/v", "power", 231, "W", 0.5, "override", 231))
    assert home.state("home_x") == {"power": 231}
    home.hear("home/x", reading("voltage", 230, path="/v"))
    assert home.state("home_x") == {"voltage": 230}


@pytest.mark.parametrize("returns_on", ["tele/plug/STATE", "stat/plug/RESULT"])
def test_a_device_that_was_forgotten_has_two_sides_again(returns_on: str) -> None:
    home = Home(capacity=2)
    switched = reading("switch_state", "ON", path="/POWER")
    home.hear("tele/plug/STATE", switched)
    home.hear("stat/plug/RESULT", switched)
    home.hear("home/a", reading("door", True))
    assert home.hear("home/b", reading("door", True)).removed == ("tele_plug",)
    first = home.hear(returns_on, switched).interpretation.device.id
    for topic in ("tele/plug/STATE", "stat/plug/RESULT", "tele/plug/STATE"):
        home.hear(topic, switched)
    assert [device.id for device in home.devices.all()] == ["home_b", first]


def test_only_what_differs_is_a_change() -> None:
    home = Home()
    said = (reading("temperature", 20.0), reading(None, "x", path="/x"))
    assert [home.hear("home/x", *said).changed for _ in range(3)] == [True, False, False]
    assert home.hear("home/x", reading("temperature", 20.5)).changed
    assert home.hear("home/x", reading("temperature", 20.5), area="hall").changed


def test_the_longest_unheard_of_is_forgotten() -> None:
    home = Home(capacity=2)
    removed = [home.hear(f"home/{name}", reading("door", True)).removed for name in "abac"]
    assert removed == [(), (), (), ("home_b",)]
    assert [device.id for device in home.devices.all()] == ["home_a", "home_c"]
    home = Home(series=3)
    for name in "abcd":
        home.hear(f"home/{name}", reading("door", True), reading("battery", 5, path="/b"))
    assert (len(home.devices), home.devices.series) == (1, 2)
