"""What the agent can do at a broker, beside a bare echo at the same broker in the same minutes."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from agent.bench import echo, traffic
from agent.bench.wire import BrokerSilent, Trip, Wire, answered, pause_until
from agent.child import child
from agent.core.message import Message

HOST = "127.0.0.1"
DEVICES = 500
PREFIX = "dragoman"
PROTOCOLS = ("3.1.1", "5")
_ROUNDS = 3
_WINDOW = 200
_START_S = 30.0


class MosquittoMissing(Exception):
    """There is no mosquitto to measure with."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Messages a second, of several rounds the middle ones."""

    qos: int
    protocol: str
    agent_per_s: float
    echo_per_s: float
    share: float
    """Of the echo's rate; the middle one of the rounds' shares."""


@dataclass(frozen=True, slots=True)
class Latency:
    """From sending to hearing the answer, at a rate of messages."""

    who: str
    per_s: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    milliseconds: tuple[float, ...]
    """Of all messages."""


@dataclass(frozen=True, slots=True)
class AtBroker:
    """All of it."""

    rates: tuple[Rate, ...]
    latencies: tuple[Latency, ...]
    start_s: float
    """From starting the agent's process until it has subscribed, the middle of several."""
    resident_mib_at_start: float
    resident_mib: float
    """After the messages of 500 devices."""
    messages: int
    """That were sent until then."""


@contextmanager
def mosquitto() -> Iterator[int]:
    """Port of a mosquitto of our own that lets everyone in; it ends with the context.

    Raises:
        MosquittoMissing: there is none on this machine.
    """
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        raise MosquittoMissing("mosquitto is missing, so nothing can be measured at a broker: apt install mosquitto")
    with tempfile.TemporaryDirectory(prefix="dragoman-bench-") as name, socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
        probe.close()
        user = "user root\n" if os.geteuid() == 0 else ""
        file = Path(name) / "mosquitto.conf"
        # So many may be under way that nobody waits for the broker, nor is anything dropped.
        file.write_text(
            f"listener {port} {HOST}\n{user}allow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 100\n"
            "set_tcp_nodelay true\nlog_dest none\n"
        )
        with child([program, "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            pause_until(lambda: _listens(port), "mosquitto did not start")
            yield port


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), 1):
        return True
    return False


@contextmanager
def agent_process(port: int, subscribe: Sequence[str], protocol: str, **broker: Any) -> Iterator[int]:
    """Process id of an agent that has subscribed."""
    with tempfile.TemporaryDirectory(prefix="dragoman-bench-") as name:
        config = Path(name) / "bench.yaml"
        address = {"host": HOST, "port": port, "protocol": protocol, "client_id": "dragoman-bench", **broker}
        config.write_text(yaml.safe_dump({"broker": address, "subscribe": list(subscribe), "log": {"level": "error"}}))
        ear = Wire(HOST, port, "dragoman-bench-status")
        ear.subscribe([f"{PREFIX}/status"])
        # What an earlier agent has left retained comes at once.
        ear.read(0.1)
        command = [sys.executable, "-m", "agent", "run", "-c", str(config)]
        with child(command, stdout=subprocess.DEVNULL) as process:
            try:
                pause_until(lambda: _online(ear, process), "the agent did not come online", _START_S)
                yield process.pid
            finally:
                ear.close()


def _online(ear: Wire, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise BrokerSilent(f"the agent has ended with exit status {process.returncode}")
    return any(payload == b"online" for _, payload in ear.read(0.0))


@contextmanager
def echo_process(port: int, topic_filter: str, qos: int, protocol: str) -> Iterator[int]:
    """Process id of an echo that has subscribed."""
    command = [sys.executable, "-m", "agent.bench.echo", HOST, str(port), topic_filter, str(qos), protocol]
    with child(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise BrokerSilent("the echo has ended")
        yield process.pid


def resident_mib(process: int) -> float:
    """Resident memory of a process."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def topic_filters(messages: Sequence[Message]) -> list[str]:
    """What to subscribe to for hearing all the messages, and nothing else that is measured here."""
    return sorted({f"{message.topic.partition('/')[0]}/#" for message in messages})


def at_broker(seconds: float, per_s: float, tell: Callable[[str], None]) -> AtBroker:
    """Measure for about so many seconds; latencies at so many messages a second. `tell` hears what is being done.

    Raises:
        MosquittoMissing: there is none on this machine.
        BrokerSilent: something did not start or answer.
    """
    home = traffic.home(DEVICES, 6_000)
    rates = []
    latencies: list[Latency] = []
    with mosquitto() as port:
        tell("starting the agent")
        start_s = statistics.median(_start_s(port) for _ in range(_ROUNDS))
        sent = 0
        for protocol in PROTOCOLS:
            with ExitStack() as stack:
                process = stack.enter_context(agent_process(port, topic_filters(home), protocol))
                at_start = resident_mib(process)
                agents = Course(stack, port, f"{PREFIX}/interpretation/#", "", home)
                tell(f"MQTT {protocol}: letting the agent know the home")
                agents.pass_by(len(home), 1)
                for qos in (1, 0):
                    with ExitStack() as echoing:
                        echoing.enter_context(echo_process(port, "e/#", qos, protocol))
                        echoes = Course(echoing, port, f"{echo.PREFIX}/#", "e/", home)
                        tell(f"MQTT {protocol}, QoS {qos}: rate")
                        rates.append(_rate(agents, echoes, qos, protocol, seconds / 12))
                        if qos == 1 and protocol == PROTOCOLS[-1]:
                            tell(f"MQTT {protocol}, QoS {qos}: latency")
                            latencies = [
                                _latency("agent", agents, per_s, seconds / 6),
                                _latency("echo", echoes, per_s, seconds / 6),
                            ]
                resident = resident_mib(process)
                sent = agents.sent
    return AtBroker(
        tuple(rates),
        tuple(latencies),
        round(start_s, 2),
        round(at_start, 1),
        round(resident, 1),
        sent,
    )


def _start_s(port: int) -> float:
    started = time.perf_counter()
    with agent_process(port, ["nothing/#"], "5"):
        return time.perf_counter() - started


class Course:
    """Messages on their way to whoever answers them, and the answers."""

    def __init__(self, stack: ExitStack, port: int, answers: str, prefix: str, home: Sequence[Message]) -> None:
        self._sender = Wire(HOST, port, f"dragoman-bench-load-{prefix.strip('/')}")
        stack.callback(self._sender.close)
        self._ear = Wire(HOST, port, f"dragoman-bench-ear-{prefix.strip('/')}")
        stack.callback(self._ear.close)
        self._ear.subscribe([answers])
        self._messages = [(f"{prefix}{message.topic}", message.payload) for message in home]
        self.sent = 0

    def pass_by(self, count: int, qos: int, per_s: float | None = None) -> Trip:
        """Send the next messages of the home."""
        first = self.sent
        self.sent += count
        some = (self._messages[number % len(self._messages)] for number in range(first, first + count))
        return answered(self._sender, self._ear, some, qos, window=_WINDOW, per_s=per_s)


def _rate(agents: Course, echoes: Course, qos: int, protocol: str, seconds: float) -> Rate:
    counts = {bench: max(200, int(bench.pass_by(500, qos).per_s * seconds / _ROUNDS / 2)) for bench in (agents, echoes)}
    # One after the other, again and again: the machine may have other things to do, now less and then more.
    pairs = [(agents.pass_by(counts[agents], qos), echoes.pass_by(counts[echoes], qos)) for _ in range(_ROUNDS)]
    return Rate(
        qos,
        protocol,
        round(statistics.median(mine.per_s for mine, _ in pairs), 1),
        round(statistics.median(others.per_s for _, others in pairs), 1),
        round(statistics.median(mine.per_s / others.per_s for mine, others in pairs), 3),
    )


def _latency(who: str, bench: Course, per_s: float, seconds: float) -> Latency:
    took = sorted(bench.pass_by(max(20, int(per_s * seconds)), 1, per_s).latencies_s)

    def at(share: float) -> float:
        return round(took[min(len(took) - 1, int(len(took) * share))] * 1e3, 3)

    return Latency(who, per_s, at(0.5), at(0.9), at(0.99), tuple(round(s * 1e3, 3) for s in took))
