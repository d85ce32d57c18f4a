"""What is remembered of a home, with a real broker and the released model."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from tests.broker.conftest import ROOT, Agent, Ear, Mosquitto

RUN = ("agent", "run")


def remote(action: str) -> str:
    return json.dumps({"action": action, "battery": 74, "linkquality": 90})


def window(contact: bool) -> str:
    return json.dumps({"battery": 97, "contact": contact, "linkquality": 120, "voltage": 3015})


def events(ear: Ear) -> list[str]:
    """Sentences of the events that have come by now."""
    found = []
    while not ear.heard.empty():
        message = ear.heard.get()
        if message.topic.startswith("dragoman/event/"):
            found.append(json.loads(message.payload)["text"])
    return found


def test_a_killed_agent_tells_each_event_once(
    broker: Mosquitto, ear: Ear, make_agent: Callable[..., Agent], tmp_path: Path
) -> None:
    """Killed as soon as it has told something: the broker then sends the message again."""
    (tmp_path / "state").mkdir()
    told = []
    contact = True
    for turn in range(4):
        (tmp_path / "notify").unlink(missing_ok=True)
        agent = make_agent(broker.port, command=RUN, state_directory=str(tmp_path / "state")).ready()
        if turn == 0:
            ear.say("zigbee2mqtt/Kitchen Window", window(contact))
            ear.hear("dragoman/interpretation/zigbee2mqtt/Kitchen Window")
        contact = not contact
        ear.say("zigbee2mqtt/Kitchen Window", window(contact))
        told.append(ear.hear_json("dragoman/event/zigbee2mqtt_kitchen_window")["text"])
        ear.say("zigbee2mqtt/Remote", remote("single"))
        told.append(ear.hear_json("dragoman/event/zigbee2mqtt_remote")["text"])
        agent.process.kill()
        agent.process.wait()
        told += events(ear)
    (tmp_path / "notify").unlink(missing_ok=True)
    make_agent(broker.port, command=RUN, state_directory=str(tmp_path / "state")).ready()
    ear.say("zigbee2mqtt/Remote", remote("double"))
    told.append(ear.hear_json("dragoman/event/zigbee2mqtt_remote")["text"])
    told += events(ear)
    assert told == [
        *(["Kitchen Window is open", "Remote: single", "Kitchen Window is closed", "Remote: single"] * 2),
        "Remote: double",
    ]


def test_who_comes_later_sees_the_devices(
    broker: Mosquitto, ear: Ear, make_ear: Callable[..., Ear], make_agent: Callable[..., Agent], tmp_path: Path
) -> None:
    make_agent(broker.port, command=RUN).ready()
    ear.say("zigbee2mqtt/Kitchen Window", window(False))
    ear.say("zigbee2mqtt/Kitchen Window/availability", "online")
    ear.hear("dragoman/interpretation/zigbee2mqtt/Kitchen Window/availability")
    device = make_ear(broker.port).hear_json("dragoman/device/zigbee2mqtt_kitchen_window")
    assert device["readings"]["opening"]["value"] is True
    assert device["readings"]["battery"]["value"] == 97
    picture = tmp_path / "watch.svg"
    watch = [sys.executable, "-m", "agent", "watch", "--broker", f"127.0.0.1:{broker.port}", "--seconds", "1"]
    done = subprocess.run(
        [*watch, "--picture", str(picture)], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    drawn = "".join(ElementTree.parse(picture).getroot().itertext()).replace("\xa0", " ")
    assert "Kitchen Window" in drawn
    assert "is open" in drawn
    assert "97 %" in drawn


def test_watching_without_a_broker_says_so() -> None:
    command = [sys.executable, "-m", "agent", "watch", "--broker", "127.0.0.1:1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "the broker cannot be reached" in done.stderr
