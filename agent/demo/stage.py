"""What the demo plays on: the agent as it is, the home's devices, and a listener; each ends with its context."""

from __future__ import annotations

import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import yaml
from paho.mqtt.enums import CallbackAPIVersion

from agent.child import child
from agent.demo.broker import HOST
from agent.demo.life import Sending

PREFIX = "dragoman"
HOME_SECONDS = 60.0
"""Home time that passes in a second of ours at speed 1."""
_START_S = 30.0
_STOP_S = 5.0


class StageError(Exception):
    """The demo cannot go on: something that it needs did not start, or has ended."""


class Agent:
    """The agent's own process, just as `dragoman run` starts it."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log

    def check(self) -> None:
        """Raises StageError, with the agent's last words, when it has ended."""
        status = self._process.poll()
        if status is not None:
            words = self._log.read_text(errors="replace").strip().splitlines()[-5:]
            raise StageError("\n".join([f"the agent has ended with exit status {status}:", *words]))


@contextmanager
def agent_process(port: int) -> Iterator[Agent]:
    """A running agent that is told to use the broker on `port`."""
    with tempfile.TemporaryDirectory(prefix="dragoman-demo-") as name:
        folder = Path(name)
        config, log = folder / "demo.yaml", folder / "log"
        # amqtt knows no MQTT 5, and does not keep sessions properly.
        broker = {"host": HOST, "port": port, "protocol": "3.1.1", "session_expiry": 0}
        config.write_text(yaml.safe_dump({"broker": broker}))
        command = [sys.executable, "-m", "agent", "run", "-c", str(config)]
        # Ctrl-C is for the demo, which then ends the agent.
        with (
            log.open("wb") as stderr,
            child(command, stdout=subprocess.DEVNULL, stderr=stderr, start_new_session=True) as process,
        ):
            yield Agent(process, log)


class Listener:
    """What the agent publishes, in the order of its arrival, as any consumer would hear it."""

    def __init__(self) -> None:
        self._heard: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()

    def put(self, message: paho.MQTTMessage) -> None:
        """Take in one message."""
        self._heard.put((message.topic.removeprefix(f"{PREFIX}/"), bytes(message.payload)))

    def next(self, timeout_s: float) -> tuple[str, bytes] | None:
        """The next (topic below the prefix, payload); None when none comes in time."""
        try:
            return self._heard.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            return None

    def await_online(self, running: Agent) -> None:
        """Return when the agent says that it is there. Raises StageError when it does not come."""
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self.next(0.2) == ("status", b"online"):
                return
            running.check()
        raise StageError(f"the agent did not come online within {_START_S:.0f} s")


@contextmanager
def listener(port: int) -> Iterator[Listener]:
    """A listener to everything below the agent's prefix."""
    heard = Listener()
    subscribed = threading.Event()
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = lambda _client, _data, message: heard.put(message)
    client.connect(HOST, port)
    client.subscribe(f"{PREFIX}/#", qos=1)
    client.loop_start()
    try:
        if not subscribed.wait(_START_S):
            raise StageError("the demo's broker does not answer")
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


@contextmanager
def home(port: int, sendings: Iterable[Sending], speed: float) -> Iterator[None]:
    """The home's devices, sending at their times: a minute of theirs is a second of ours at speed 1."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
    client.connect(HOST, port)
    client.loop_start()
    ending = threading.Event()
    thread = threading.Thread(target=_send, args=(client, sendings, speed, ending), name="home", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(_STOP_S)
        client.disconnect()
        client.loop_stop()


def _send(client: paho.Client, sendings: Iterable[Sending], speed: float, ending: threading.Event) -> None:
    started = time.monotonic()
    for sending in sendings:
        due = started + sending.at_s / (HOME_SECONDS * speed)
        if ending.wait(max(0.0, due - time.monotonic())):
            return
        client.publish(sending.topic, sending.payload)
