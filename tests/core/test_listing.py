"""One message that lists several devices."""

from __future__ import annotations

import pytest

from agent.core import listing
from agent.core.behaviour import Behaviour, Watch
from agent.core.devices import Devices
from agent.core.events import Events
from agent.core.memory import Memory, Observation
from agent.core.message import DeviceRef, Interpretation, Message, Reading
from tests.core.making import AT, reading

TOPIC = "tele/bridge/LIST"


def listed(*names: str, door: bool = False) -> tuple[Reading, ...]:
    """What a bridge says of its sensors, and how it does itself."""
    said = [reading("voltage", 3.3, "V", path="/Vcc")]
    for number, name in enumerate(names):
        said.append(reading("identifier", name, path=f"/Sensors/{name}/Id"))
        said.append(reading("temperature", 20 + number, "°C", path=f"/Sensors/{name}/State/Temperature"))
        said.append(reading("door", door, path=f"/Sensors/{name}/State/Door"))
    return tuple(said)


def meant(readings: tuple[Reading, ...], at: float = AT) -> Interpretation:
    device = DeviceRef("tele_bridge", "bridge", "gateway", None, 2)
    return Interpretation(TOPIC, at, False, device, "state", readings, "", "fake 1")


class Home:
    """Lists of a bridge into the memory."""

    def __init__(self) -> None:
        self.memory = Memory(Devices(100, 1_000), Events(0.8, 0.0), Behaviour(Watch(), 0.5))
        self.at = AT

    def hear(self, *readings: Reading, redelivered: bool = False) -> tuple[Observation, ...]:
        self.at += 10
        message = Message(TOPIC, repr(readings).encode(), self.at, 1, redelivered=redelivered, mid=7)
        return self.memory.observe(message, meant(readings, self.at))

    def devices(self) -> dict[str, dict[str, object]]:
        return {device.id: {held.key: held.value for held in device.readings} for device in self.memory.devices.all()}


def test_each_has_a_state_of_its_own_and_the_bridge_what_is_left() -> None:
    home = Home()
    for _ in range(3):
        seen = home.hear(*listed("0x0856", "0x1111"))
        assert [observation.removed for observation in seen] == [(), (), ()]
    assert home.devices() == {
        "tele_bridge_0x0856": {"identifier": "0x0856", "temperature": 20, "door": False},
        "tele_bridge_0x1111": {"identifier": "0x1111", "temperature": 21, "door": False},
        "tele_bridge": {"voltage": 3.3},
    }


def test_each_has_events_of_its_own_and_none_when_the_message_comes_again() -> None:
    home = Home()
    home.hear(*listed("0x0856", "0x1111"))
    seen = home.hear(*listed("0x0856", "0x1111", door=True), redelivered=True)
    told = [event.text for observation in seen for event in observation.events]
    assert told == ["bridge 0x0856: door is open", "bridge 0x1111: door is open"]
    again = home.hear(*listed("0x0856", "0x1111", door=True), redelivered=True)
    assert [event for observation in again for event in observation.events] == []


@pytest.mark.parametrize("names", [(), ("0x0856",), tuple(f"n{number}" for number in range(65))])
def test_one_alone_is_no_list_and_too_many_are_none_either(names: tuple[str, ...]) -> None:
    interpretation = meant(listed(*names))
    assert listing.devices(interpretation) == (interpretation,)


def test_identifiers_that_are_no_names_of_their_objects_are_left() -> None:
    sensors = tuple(reading("identifier", f"28-{number}", path=f"/DS18B20-{number}/Id") for number in range(3))
    assert listing.devices(meant(sensors)) == (meant(sensors),)


def test_nothing_is_lost_or_said_twice() -> None:
    readings = listed("0x0856", "0x1111", "0x2222")
    parts = listing.devices(meant(readings))
    assert sorted(entry.path for part in parts for entry in part.readings) == sorted(entry.path for entry in readings)
