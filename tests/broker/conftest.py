"""A real mosquitto on a free loopback port, an agent as a process of its own, and an ear at the broker."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
import yaml
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.schemas import check

ROOT = Path(__file__).parents[2]
PREFIXES = ("dragoman", "home/dragoman", "one", "two")
"""Under which the agents of the tests publish."""
PATIENCE_S = 15.0


class Mosquitto:
    """A broker that can go away and come back on the same port."""

    def __init__(self, folder: Path, settings: str) -> None:
        self.port = free_port()
        self._program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if self._program is None:
            pytest.fail("mosquitto is missing; install it by: apt-get install mosquitto (or let `make test` do it)")
        self._file = folder / "mosquitto.conf"
        user = "user root\n" if os.geteuid() == 0 else ""
        self._file.write_text(f"listener {self.port} 127.0.0.1\n{user}{settings}\n")
        self._log = folder / "mosquitto.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([self._program, "-c", self._file], stdout=log, stderr=log)
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert self._process.poll() is None, self._log.read_text()
            time.sleep(0.02)
        pytest.fail(f"mosquitto does not listen: {self._log.read_text()}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_S)
            self._process = None


class Ear:
    """A client that hears everything at the broker and can speak, too."""

    def __init__(self, port: int, username: str | None = None, password: str | None = None) -> None:
        self.heard: queue.Queue[paho.MQTTMessage] = queue.Queue()
        subscribed: queue.Queue[bool] = queue.Queue()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.username_pw_set(username, password)
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_subscribe = lambda *_: subscribed.put(True)
        self._client.on_message = lambda client, userdata, message: self.heard.put(message)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        subscribed.get(timeout=PATIENCE_S)

    def say(self, topic: str, payload: bytes | str, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(PATIENCE_S)

    def hear(self, topic: str) -> paho.MQTTMessage:
        """The next message on the topic; what comes before it on others is gone."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                message = self.heard.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"nothing came on {topic}")
            self._check(message)
            if message.topic == topic:
                return message

    def _check(self, message: paho.MQTTMessage) -> None:
        """Everything that an agent publishes must be valid by its schema, whatever the test is about."""
        for prefix in PREFIXES:
            if message.topic.startswith(f"{prefix}/"):
                check(message.topic, message.payload, prefix)

    def hear_json(self, topic: str) -> Any:
        return json.loads(self.hear(topic).payload)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        while not self.heard.empty():
            self._check(self.heard.get())


class Agent:
    """`dragoman run` as a process, watched as systemd would."""

    def __init__(self, folder: Path, command: list[str], config: dict[str, Any], environ: dict[str, str]) -> None:
        self.config = folder / "dragoman.yaml"
        self.write(config)
        self._log = folder / "agent.log"
        self._notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notices.bind(str(folder / "notify"))
        self.notices: list[str] = []
        with self._log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command, "-c", str(self.config)],
                cwd=ROOT,
                stderr=stderr,
                env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "600000", **environ},
            )

    def write(self, config: dict[str, Any] | str) -> None:
        self.config.write_text(config if isinstance(config, str) else yaml.safe_dump(config))

    def noticed(self, wanted: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until the service manager is told something; `notices` keeps all of it."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            self._notices.settimeout(0.1)
            with suppress(TimeoutError):
                self.notices += self._notices.recv(4096).decode().splitlines()
                if wanted in self.notices:
                    return
            assert self.process.poll() is None, self.log()
        pytest.fail(f"the agent did not say {wanted}, but {self.notices}; its log:\n{self.log()}")

    def ready(self, patience_s: float = PATIENCE_S) -> Agent:
        self.noticed("READY=1", patience_s)
        self.notices.clear()
        return self

    def log(self) -> str:
        return self._log.read_text()

    def logged(self, event: str) -> dict[str, Any]:
        """The first log entry of the name; waits for it."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for line in self.log().splitlines():
                if line.startswith("{") and json.loads(line)["event"] == event:
                    return json.loads(line)
            time.sleep(0.02)
        pytest.fail(f"no {event} in the log:\n{self.log()}")

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Exit status, and seconds until the end."""
        started = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE_S)
        return status, time.monotonic() - started

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._notices.close()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def make_broker(tmp_path: Path, stack: ExitStack) -> Callable[[str], Mosquitto]:
    """Starts a mosquitto with the given lines of configuration."""

    def made(settings: str = "allow_anonymous true") -> Mosquitto:
        mosquitto = Mosquitto(tmp_path, settings)
        stack.callback(mosquitto.stop)
        mosquitto.start()
        return mosquitto

    return made


@pytest.fixture
def broker(make_broker: Callable[[], Mosquitto]) -> Mosquitto:
    """A running mosquitto that lets everyone in."""
    return make_broker()


@pytest.fixture
def make_ear(stack: ExitStack) -> Callable[..., Ear]:
    def made(port: int, **login: str) -> Ear:
        ear = Ear(port, **login)
        stack.callback(ear.close)
        return ear

    return made


@pytest.fixture
def ear(broker: Mosquitto, make_ear: Callable[..., Ear]) -> Ear:
    """An ear at the open broker."""
    return make_ear(broker.port)


@pytest.fixture
def make_agent(tmp_path: Path, stack: ExitStack) -> Callable[..., Agent]:
    """Starts an agent, by default at a port of this machine and with a model that needs no file."""

    def made(
        port: int,
        broker: dict[str, Any] | None = None,
        command: tuple[str, ...] = ("tests.agent_with_fake_model",),
        environ: dict[str, str] | None = None,
        **config: Any,
    ) -> Agent:
        address = {"host": "127.0.0.1", "port": port, **(broker or {})}
        agent = Agent(tmp_path, list(command), {"broker": address, **config}, environ or {})
        stack.callback(agent.close)
        return agent

    return made


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
