"""What the home declares, what its owner says, and what Home Assistant is told, with a real broker.

The model takes everything for a temperature.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.broker.conftest import Agent, Ear, Mosquitto

DECLARED = {
    "device_class": "humidity",
    "unit_of_measurement": "%",
    "state_topic": "home/bath",
    "value_template": "{{ value_json.f }}",
    "device": {"name": "Bathroom"},
}


def reading(ear: Ear, topic: str, payload: str) -> dict[str, Any]:
    """The only reading of the agent's answer to a message."""
    ear.say(topic, payload)
    while True:
        # What a killed agent had not acknowledged comes first.
        (found,) = ear.hear_json(f"dragoman/interpretation/{topic}")["readings"]
        if found["raw"] == json.loads(payload)["f"]:
            return dict(found)


def dragoman(port: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent", arguments[0], "--broker", f"127.0.0.1:{port}", *arguments[1:]]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def figure(agent: Agent, ear: Ear) -> dict[str, Any]:
    """What the agent counts of declared fields."""
    agent.process.send_signal(signal.SIGUSR1)
    return dict(ear.hear_json("dragoman/stats")["declared"])


def test_declared_field_overrides_the_model_and_moves_the_figure(
    broker: Mosquitto, ear: Ear, make_agent: Callable[..., Agent]
) -> None:
    # What tells about devices is heard although a user left it out, as our own example has long done.
    agent = make_agent(broker.port, ignore=["homeassistant/#"]).ready()
    ear.hear("dragoman/stats")
    assert reading(ear, "home/bath", '{"f": 55}')["label"] == "temperature"
    assert figure(agent, ear)["share"] is None
    ear.say("homeassistant/sensor/bath/f/config", json.dumps(DECLARED), retain=True)
    found = reading(ear, "home/bath", '{"f": 55}')
    assert (found["label"], found["unit"], found["source"]) == ("humidity", "%", "declared")
    assert figure(agent, ear) == {"claims": 2, "dropped": 0, "fields": 1, "same": 0, "share": 0.0}
    agreed = {**DECLARED, "device_class": "temperature", "unit_of_measurement": "°F", "state_topic": "home/oven"}
    ear.say("homeassistant/sensor/oven/f/config", json.dumps(agreed), retain=True)
    found = reading(ear, "home/oven", '{"f": 400}')
    assert (found["unit"], found["source"]) == ("°F", "declared")
    assert figure(agent, ear)["share"] == 0.5
    ear.say("homeassistant/sensor/bath/f/config", "", retain=True)
    assert reading(ear, "home/bath", '{"f": 55}')["source"] == "model"
    assert figure(agent, ear)["share"] == 1.0


def test_correction_holds_at_once_for_siblings_too_and_over_a_restart(
    broker: Mosquitto, ear: Ear, make_agent: Callable[..., Agent], tmp_path: Path
) -> None:
    agent = make_agent(broker.port, state_directory=str(tmp_path)).ready()
    for name in "ab":
        reading(ear, f"home/{name}", '{"f": 55}')
    done = dragoman(broker.port, "correct", "home/a", "/f", "humidity", "--unit", "%")
    assert (done.returncode, done.stdout) == (0, "home/a /f means humidity in %\n"), done.stderr
    for name in "ab":
        found = reading(ear, f"home/{name}", '{"f": 56}')
        assert (found["label"], found["unit"], found["source"]) == ("humidity", "%", "override")
    assert agent.stop(signal.SIGKILL)[0] == -signal.SIGKILL
    again = another(tmp_path, agent)
    try:
        again.ready()
        assert reading(ear, "home/b", '{"f": 57}')["source"] == "override"
        listed = dragoman(broker.port, "correct", "--list")
        assert "humidity" in listed.stdout, listed.stderr
        assert dragoman(broker.port, "correct", "--withdraw", "home/a", "/f").returncode == 0
        assert reading(ear, "home/b", '{"f": 58}')["source"] == "model"
    finally:
        again.close()
    assert dragoman(broker.port, "correct", "home/a", "/f", "doors").returncode == 2


def another(folder: Path, before: Agent) -> Agent:
    """An agent that comes after one that has ended, with its configuration."""
    place = folder / "again"
    place.mkdir()
    return Agent(place, ["tests.agent_with_fake_model"], yaml.safe_load(before.config.read_text()), {})


def test_announced_taken_over_and_withdrawn(
    broker: Mosquitto, ear: Ear, make_agent: Callable[..., Agent], tmp_path: Path
) -> None:
    agent = make_agent(broker.port, discovery={"sightings": 3}).ready()
    for _ in range(3):
        reading(ear, "home/a", '{"f": 21.5}')
    topic = "homeassistant/device/dragoman_home_a/config"
    assert ear.hear_json(topic)["origin"]["name"] == "Dragoman"
    agent.stop(signal.SIGKILL)
    # The broker has kept what was announced, so an agent without a memory of its own can take it back.
    again = another(tmp_path, agent)
    try:
        again.ready()
        listed = dragoman(broker.port, "discovery", "list")
        assert "home_a" in listed.stdout, listed.stderr
        assert "announced" in listed.stdout
        withdrawn = dragoman(broker.port, "discovery", "withdraw", "--all")
        assert withdrawn.stdout == "1 devices withdrawn\n", withdrawn.stderr
        while ear.hear(topic).payload:
            pass
    finally:
        again.close()


def test_nobody_answers(broker: Mosquitto) -> None:
    assert dragoman(broker.port, "discovery", "withdraw").returncode == 2
