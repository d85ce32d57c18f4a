"""Nothing is lost while the agent is killed and the broker restarted, again and again.

    python -m tests.rigs.kill_storm --messages 100000 --kills 20 --restarts 5

Numbers are published by QoS 1 to a real mosquitto. Meanwhile the agent, the released model in it, is killed by SIGKILL
and started anew, and the broker is ended and started anew. At the end every number must have at least one
interpretation. Duplicates are what at-least-once costs; they are counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.broker.conftest import ROOT, Mosquitto
from tests.rigs.peers import Listener, Sender, persistent

PATIENCE_S = 60.0
"""Without any news, until what is missing counts as lost."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a storm did, and what came through it."""

    messages: int
    kills: int
    restarts: int
    lost: int
    duplicates: int
    seconds: float
    refused: int
    """Publications that the broker did not take; they count as messages nevertheless."""


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


def storm(
    messages: int,
    kills: int,
    restarts: int,
    folder: Path,
    *,
    module: tuple[str, ...] = ("agent", "run"),
    protocol: str = "5",
) -> Result:
    """Send the messages, and strike evenly spread over what has come through of them."""
    with ExitStack() as stack:
        broker = Mosquitto(folder, persistent(folder))
        broker.start()
        stack.callback(broker.stop)
        agent = Victim(folder, broker.port, module, protocol=protocol)
        agent.start()
        stack.callback(agent.kill)
        listener = Listener(broker.port, "dragoman/interpretation/storm/#")
        stack.callback(listener.close)
        await_session(agent, broker, listener)
        sender = Sender(broker.port)
        stack.callback(sender.close)
        started = time.monotonic()
        numbers = ((f"storm/{number % 50}", str(number).encode()) for number in range(messages))
        sending = threading.Thread(target=sender.send, args=(numbers,), daemon=True)
        sending.start()
        blows = sorted(
            [((index + 1) / (kills + 1), "agent") for index in range(kills)]
            + [((index + 1) / (restarts + 1) + 1e-3, "broker") for index in range(restarts)]
        )
        for share, target in blows:
            _await_share(listener, share * messages * 0.95)
            if target == "agent":
                agent.kill()
                agent.start()
            else:
                broker.stop()
                broker.start()
        sending.join(600)
        listener.wait(messages, PATIENCE_S)
        seconds = time.monotonic() - started
        duplicates = sum(listener.seen.values()) - len(listener.seen)
        return Result(
            messages, kills, restarts, listener.missing(messages), duplicates, round(seconds, 1), sender.refused.total()
        )


def await_session(agent: Victim, broker: Mosquitto, listener: Listener) -> None:
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


def _await_share(listener: Listener, count: float) -> None:
    """Wait until so many numbers were heard, or none for a while: then it is time for the next blow anyway."""
    before, changed_at = -1, time.monotonic()
    while len(listener.seen) < count and time.monotonic() - changed_at < 20:
        if len(listener.seen) != before:
            before, changed_at = len(listener.seen), time.monotonic()
        time.sleep(0.01)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--restarts", type=int, default=5)
    parser.add_argument("--protocol", choices=("5", "3.1.1"), default="5")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dragoman-storm-") as name:
        result = storm(arguments.messages, arguments.kills, arguments.restarts, Path(name), protocol=arguments.protocol)
    print(json.dumps(asdict(result)))
    return 1 if result.lost else 0


if __name__ == "__main__":
    sys.exit(main())
