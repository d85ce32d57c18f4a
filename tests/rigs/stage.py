"""What the rigs play on: a mosquitto that forgets nothing, an agent that can be killed, and who speaks and listens."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.broker.conftest import ROOT, Mosquitto
from tests.rigs.peers import Listener, Sender, persistent

PATIENCE_S = 60.0
"""Without any news, until what is missing counts as lost."""


class Victim:
    """An agent that can be killed and comes back."""

    def __init__(self, folder: Path, port: int, module: tuple[str, ...], **broker: Any) -> None:
        self._config = folder / "storm.yaml"
        address = {"host": "127.0.0.1", "port": port, "client_id": "dragoman-storm", **broker}
        self._config.write_text(yaml.safe_dump({"broker": address, "log": {"level": "warning"}}))
        self._module = module
        self._log = folder / "storm.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self._module, "-c", str(self._config)], cwd=ROOT, stderr=log
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def log(self) -> str:
        return self._log.read_text()


class Stage(NamedTuple):
    """Everyone, at work."""

    broker: Mosquitto
    agent: Victim
    listener: Listener
    sender: Sender


@contextmanager
def stage(folder: Path, module: tuple[str, ...], **broker: Any) -> Iterator[Stage]:
    """Everyone is there, and the agent has its session; `broker` is for that section of the agent's configuration."""
    with ExitStack() as stack:
        mosquitto = Mosquitto(folder, persistent(folder))
        mosquitto.start()
        stack.callback(mosquitto.stop)
        agent = Victim(folder, mosquitto.port, module, **broker)
        agent.start()
        stack.callback(agent.kill)
        listener = Listener(mosquitto.port, "dragoman/interpretation/storm/#")
        stack.callback(listener.close)
        _await_session(agent, mosquitto, listener)
        sender = Sender(mosquitto.port)
        stack.callback(sender.close)
        yield Stage(mosquitto, agent, listener, sender)


def _await_session(agent: Victim, broker: Mosquitto, listener: Listener) -> None:
    """Return when the agent answers, so that its session is there."""
    # What is sent before the agent has ever subscribed is sent to nobody.
    prober = Sender(broker.port)
    deadline = time.monotonic() + PATIENCE_S
    while not listener.seen and time.monotonic() < deadline:
        prober.send(iter([("storm/probe", b"-1")]))
        time.sleep(0.2)
    prober.close()
    assert listener.seen, f"the agent does not answer:\n{agent.log()}"
    time.sleep(1)
    listener.seen.clear()
