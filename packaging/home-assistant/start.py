"""Starts the agent as an add-on: asks the Supervisor for the broker, writes the configuration, becomes the agent.

A dragoman.yaml in the add-on's own folder is used instead, as it is. Standard library alone.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SUPERVISOR = "http://supervisor"
PASSWORD = "MQTT_PASSWORD"
"""The environment variable that hands the password to the agent."""
ANSWER_S = 30.0


def mqtt_service(supervisor: str, token: str) -> dict[str, Any]:
    """What the Supervisor knows of the broker: host, port, ssl, username, password. Raises OSError."""
    request = urllib.request.Request(f"{supervisor}/services/mqtt", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
        service: dict[str, Any] = json.load(answer)["data"]
    return service


def configuration(service: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The agent's configuration; JSON is YAML too."""
    broker: dict[str, Any] = {"host": service["host"], "port": int(service["port"]), "client_id": "dragoman-addon"}
    if service.get("username"):
        broker["username"] = service["username"]
        if service.get("password"):
            broker["password_env"] = PASSWORD
    if service.get("ssl"):
        broker["tls"] = {"enabled": True}
    return {
        "broker": broker,
        "ignore": ["homeassistant/#", "zigbee2mqtt/bridge/#"],
        "prefix": options.get("prefix") or "dragoman",
        "log": {"level": options.get("log_level") or "info", "format": "console"},
        "state_directory": "/data",
    }


def main(
    own: Path = Path("/config/dragoman.yaml"), data: Path = Path("/data"), supervisor: str = SUPERVISOR
) -> tuple[list[str], dict[str, str]]:
    """The command that this process is to become, and what its environment has besides."""
    if own.exists():
        return ["dragoman", "run", "-c", str(own)], {"STATE_DIRECTORY": str(data)}
    service = mqtt_service(supervisor, os.environ["SUPERVISOR_TOKEN"])
    options = json.loads((data / "options.json").read_text(encoding="utf-8"))
    made = data / "dragoman.yaml"
    made.write_text(json.dumps(configuration(service, options), indent=2) + "\n", encoding="utf-8")
    return ["dragoman", "run", "-c", str(made)], {PASSWORD: str(service.get("password") or "")}


if __name__ == "__main__":
    try:
        command, more = main()
    except OSError as error:
        sys.exit(f"dragoman: the Supervisor does not tell of an MQTT broker: {error}; install the Mosquitto add-on")
    os.execvpe(command[0], command, {**os.environ, **more})
