"""A real Home Assistant, a real broker, the agent with its model: `make test-homeassistant`.

A home whose dialects Home Assistant has no integration for must appear in it with device classes, units and states,
follow its devices, survive a restart of either side, and be gone without a trace when withdrawn.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.broker.conftest import Agent, Mosquitto, free_port
from tests.homeassistant.seed import seeded

START_S = 600.0
PATIENCE_S = 60.0
SIGHTINGS = 5
DOCS = Path(__file__).parents[2] / "docs"
REMOTE = ("flat/remote4", {"action": "single", "battery": 74})


@dataclass(frozen=True, slots=True)
class Shown:
    """What Home Assistant must show of one reading."""

    topic: str
    """Its device may be called after any level of it: whether `kitchen` or `leak` is the device is for taste."""
    device_class: str | None
    unit: str | None
    state: str
    platform: str = "sensor"


HOME = {
    "garten/wetter/station1": {"aussentemperatur": 7.4, "luftfeuchte": 81, "luftdruck": 1013.2},
    "solar/inverter/state": {"pv_power_w": 1820, "grid_voltage_v": 231.4, "total_yield_kwh": 12873.4},
    "esp/bathroom/state": {"temperature": 22.4, "humidity": 58.1, "co2": 870, "pm25": 6},
    "alarm/kitchen/leak": {"water_leak": False, "battery": 91},
    "haus/flur/bewegung": {"motion": True, "lux": 120},
    "house/frontdoor/status": {"door": "open", "battery": 87, "rssi": -61},
}
EXPECTED = (
    Shown("garten/wetter/station1", "temperature", "°C", "7.4"),
    Shown("garten/wetter/station1", "humidity", "%", "81"),
    Shown("garten/wetter/station1", "atmospheric_pressure", "hPa", "1013.2"),
    Shown("solar/inverter/state", "power", "W", "1820"),
    Shown("solar/inverter/state", "voltage", "V", "231.4"),
    Shown("solar/inverter/state", "energy", "kWh", "12873.4"),
    Shown("esp/bathroom/state", "temperature", "°C", "22.4"),
    Shown("esp/bathroom/state", "humidity", "%", "58.1"),
    Shown("esp/bathroom/state", "carbon_dioxide", "ppm", "870"),
    Shown("esp/bathroom/state", "pm25", "µg/m³", "6"),
    Shown("alarm/kitchen/leak", "moisture", None, "off", "binary_sensor"),
    Shown("alarm/kitchen/leak", "battery", "%", "91"),
    Shown("haus/flur/bewegung", "motion", None, "on", "binary_sensor"),
    Shown("haus/flur/bewegung", "illuminance", "lx", "120"),
    Shown("house/frontdoor/status", "door", None, "on", "binary_sensor"),
    Shown("house/frontdoor/status", "signal_strength", "dBm", "-61"),
)


class HomeAssistant:
    """A Home Assistant that can be ended and started again."""

    def __init__(self, program: Path, folder: Path, broker_port: int) -> None:
        self._program = program
        self._folder = folder / "homeassistant"
        self._port = free_port()
        self._token = seeded(self._folder, broker_port, self._port, by_hand())
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Seconds until it runs."""
        started = time.monotonic()
        with (self._folder / "out").open("ab") as out:
            # It writes into the folder alone, and needs no network: --skip-pip.
            self._process = subprocess.Popen([self._program, "--skip-pip", "-c", self._folder], stdout=out, stderr=out)
        until("Home Assistant runs", lambda: self._api("config").get("state") == "RUNNING", START_S)
        return time.monotonic() - started

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    @property
    def version(self) -> str:
        return str(self._api("config").get("version"))

    def states(self) -> list[dict[str, Any]]:
        """All entities of the platforms that are announced; some are Home Assistant's own."""
        platforms = ("sensor", "binary_sensor", "event")
        found = self._api("states")
        entries = found if isinstance(found, list) else []
        return [entry for entry in entries if entry["entity_id"].partition(".")[0] in platforms]

    def complaints(self) -> list[str]:
        """Lines of its log that are about entities, or speak of what we announced."""
        log = (self._folder / "home-assistant.log").read_text(errors="replace")
        # That the broker went away is news of ours.
        about = re.compile(r"dragoman|components\.(sensor|binary_sensor|event|mqtt(?!\.client))\b", re.IGNORECASE)
        return [line for line in log.splitlines() if about.search(line)]

    def _api(self, path: str) -> Any:
        address = f"http://127.0.0.1:{self._port}/api/{path}"
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {self._token}"})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError, urllib.error.URLError):
            return {}


class Devices:
    """The home's devices."""

    def __init__(self, port: int) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def say(self, topic: str, values: dict[str, Any]) -> None:
        # A device whose broker has gone comes back to it.
        ends_at = time.monotonic() + PATIENCE_S
        while not self._client.is_connected() and time.monotonic() < ends_at:
            time.sleep(0.05)
        self._client.publish(topic, json.dumps(values), qos=1).wait_for_publish(PATIENCE_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Fault(Exception):
    """Something was not as it must be."""


def until(what: str, holds: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait for something and print it. Raises Fault."""
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > patience_s:
            raise Fault(f"not within {patience_s:.0f} s: {what}")
        time.sleep(0.1)
    print(f"  ok  {what} ({time.monotonic() - started:.1f} s)", flush=True)


def device(entry: dict[str, Any]) -> str:
    """The name of the device that an entity is of, as its own name begins with it."""
    return str(entry["attributes"].get("friendly_name", "")).partition(" ")[0]


def shown(states: list[dict[str, Any]], wanted: Shown) -> bool:
    """Whether Home Assistant shows a reading as it must."""
    return any(
        device(entry) in wanted.topic.split("/")
        and entry["entity_id"].startswith(f"{wanted.platform}.")
        and entry["attributes"].get("device_class") == wanted.device_class
        and _spelled(entry["attributes"].get("unit_of_measurement")) == _spelled(wanted.unit)
        and entry["state"] == wanted.state
        for entry in states
    )


def _spelled(unit: str | None) -> str | None:
    # Later versions turn the sign for micro into the Greek letter.
    return unit and unit.replace("\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}")


def all_shown(hass: HomeAssistant, expected: tuple[Shown, ...] = EXPECTED) -> bool:
    states = hass.states()
    return all(shown(states, wanted) for wanted in expected)


@contextmanager
def agent(folder: Path, port: int, form: str) -> Iterator[Agent]:
    """The agent with its model, as `dragoman run` starts it."""
    place = Path(tempfile.mkdtemp(dir=folder))
    config = {
        "broker": {"host": "127.0.0.1", "port": port},
        "discovery": {"form": form, "sightings": SIGHTINGS},
        "state_directory": str(folder),
    }
    running = Agent(place, ["agent", "run"], config, {})
    try:
        yield running.ready(START_S)
    finally:
        running.close()


def play(program: Path, form: str, folder: Path, stack: ExitStack) -> None:
    """The whole of it. Raises Fault."""
    broker = Mosquitto(folder, "allow_anonymous true\npersistence false")
    stack.callback(broker.stop)
    broker.start()
    hass = HomeAssistant(program, folder, broker.port)
    stack.callback(hass.stop)
    hass.start()
    print(f"Home Assistant {hass.version}, {form} form", flush=True)
    foreign = {entry["entity_id"] for entry in hass.states()}
    devices = Devices(broker.port)
    stack.callback(devices.close)
    with agent(folder, broker.port, form) as running:
        for number in range(SIGHTINGS):
            for topic, values in HOME.items():
                devices.say(topic, values)
            devices.say(REMOTE[0], REMOTE[1])
            devices.say("neighbour/tyre77", {"temperature": 30 + number}) if number < 2 else None
        try:
            until(
                f"{len(EXPECTED)} readings of {len(HOME)} devices with class, unit and state", lambda: all_shown(hass)
            )
        except Fault:
            for wanted in EXPECTED:
                if not shown(hass.states(), wanted):
                    print(f"  missing: {wanted}")
            for entry in hass.states():
                print(f"  there: {entry['entity_id']} {entry['state']} {entry['attributes']}")
            raise
        until("nothing of the neighbour's", lambda: not any("tyre" in entry["entity_id"] for entry in hass.states()))
        follows(hass, devices)
        hass.stop()
        hass.start()
        until("Home Assistant restarted: all is back", lambda: all_shown(hass))
        running.stop(signal.SIGKILL)
    until("agent killed: nothing is believed", lambda: {entry["state"] for entry in ours(hass)} == {"unavailable"})
    with agent(folder, broker.port, form):
        until("agent restarted: all is back", lambda: all_shown(hass))
        broker.stop()
        broker.start()
        # The agent has lived too short to have kept a memory: the devices must speak once.
        for topic, values in (*HOME.items(), REMOTE):
            devices.say(topic, values)
        until("broker restarted, having forgotten everything: all is back", lambda: all_shown(hass))
        hass.stop()
        hass.start()
        until("Home Assistant restarted once more: all is told anew", lambda: all_shown(hass))
        done = subprocess.run(
            [sys.executable, "-m", "agent", "discovery", "withdraw", "--all", "--broker", f"127.0.0.1:{broker.port}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=START_S,
        )
        print(f"      dragoman discovery withdraw --all: {done.stdout.strip() or done.stderr.strip()}")
        until("withdrawn: nothing of it is left", lambda: {entry["entity_id"] for entry in hass.states()} <= foreign)
    if complaints := hass.complaints():
        raise Fault("Home Assistant complains:\n" + "\n".join(complaints[:20]))
    print("  ok  Home Assistant's log has no complaint of what was announced")


def follows(hass: HomeAssistant, devices: Devices) -> None:
    """Home Assistant follows what the devices say. Raises Fault."""
    devices.say("haus/keller/sensor", {"t": 21.4, "h": 61})
    cellar = Shown("Cellar", "temperature", "°C", "21.4")
    until("an entity that is written by hand, as docs/connecting.md does", lambda: all_shown(hass, (cellar,)))
    devices.say("house/frontdoor/status", {"door": "closed", "battery": 87, "rssi": -61})
    until(
        "the door closes",
        lambda: all_shown(hass, (Shown("house/frontdoor/status", "door", None, "off", "binary_sensor"),)),
    )
    devices.say("house/frontdoor/status", HOME["house/frontdoor/status"])
    devices.say(REMOTE[0], REMOTE[1])
    until("the remote's press is an event", lambda: pressed(hass) == "single")
    devices.say(REMOTE[0], {"action": "double", "battery": 74})
    until("so is one of a kind that was never heard before", lambda: pressed(hass) == "double")


def by_hand() -> str:
    """What docs/connecting.md tells to write into configuration.yaml, for a thermometer in the cellar."""
    snippet = re.search(r"```yaml\n(mqtt:.*?)```", (DOCS / "connecting.md").read_text(), re.DOTALL)
    if snippet is None:
        raise Fault("docs/connecting.md has no snippet for configuration.yaml")
    return snippet[1]


def ours(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Entities of the home's devices."""
    levels = {level for topic in HOME for level in topic.split("/")}
    return [entry for entry in hass.states() if device(entry) in levels]


def pressed(hass: HomeAssistant) -> str | None:
    """The word of the last press that Home Assistant knows of; its type may be "other", while it is new."""
    told = (entry["attributes"] for entry in hass.states() if entry["entity_id"].startswith("event."))
    levels = REMOTE[0].split("/")
    return next((event.get("action") for event in told if event["friendly_name"].split(" ")[0] in levels), None)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.homeassistant", description=__doc__)
    parser.add_argument("hass", type=Path, help="Home Assistant's program")
    parser.add_argument("--form", choices=("device", "single"), default="single")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dragoman-homeassistant-") as name, ExitStack() as stack:
        try:
            play(arguments.hass.absolute(), arguments.form, Path(name), stack)
        except Fault as fault:
            print(f"FAIL  {fault}")
            log = Path(name) / "homeassistant" / "home-assistant.log"
            print(log.read_text(errors="replace")[-3_000:] if log.exists() else "no log")
            return 1
    print("PASS")
    return 0


if __name__ == "__main__":
    sys.exit(main())
