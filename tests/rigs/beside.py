"""The agent beside others at one mosquitto: a Node-RED flow, and agents that share a subscription.

    python -m tests.rigs.beside [--node-red build/node-red] [--seconds 60] [--out build/bench/beside.json]

The flow is what users would build for one message they know: mqtt in, json, function, mqtt out. It does not interpret
anything; it is the rate and the memory that are compared. Everything is measured in the same minutes, by one load.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from agent.bench import echo, traffic
from agent.bench.rates import (
    DEVICES,
    HOST,
    PREFIX,
    Course,
    agent_process,
    echo_process,
    mosquitto,
    resident_mib,
    topic_filters,
)
from agent.bench.wire import Wire

AGENTS = (1, 2, 4)
_PATIENCE_S = 60.0
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Rate:
    """What somebody did with the home's messages at QoS 1."""

    who: str
    per_s: float
    resident_mib: float
    """Of all its processes together."""


def flow(port: int) -> list[dict[str, Any]]:
    """A Node-RED flow that reads JSON, puts a word to it, and publishes it again, by QoS 1."""
    # A node without a place is taken for a configuration, and an identifier for a reference wherever its word stands.
    place = {"z": "rig-tab", "x": 100, "y": 100}
    return [
        {"id": "rig-tab", "type": "tab", "label": "rig"},
        {"id": "rig-broker", "type": "mqtt-broker", "broker": HOST, "port": str(port), "clientid": "rig-node-red",
         "protocolVersion": "4", "keepalive": "60", "cleansession": True},
        {"id": "rig-in", "type": "mqtt in", **place, "topic": "n/#", "qos": "1", "datatype": "utf8",
         "broker": "rig-broker", "wires": [["rig-json"]]},
        {"id": "rig-json", "type": "json", **place, "property": "payload", "action": "", "wires": [["rig-function"]]},
        {"id": "rig-function", "type": "function", **place, "outputs": 1, "wires": [["rig-out"]],
         "func": "msg.topic = 'nodered/' + msg.topic; msg.payload = {label: 'known', raw: msg.payload}; return msg;"},
        {"id": "rig-out", "type": "mqtt out", **place, "topic": "", "qos": "1", "retain": "", "broker": "rig-broker",
         "wires": []},
    ]  # fmt: skip


@contextmanager
def node_red(program: Path, port: int) -> Iterator[int]:
    """Process id of a Node-RED whose flow has subscribed."""
    with tempfile.TemporaryDirectory(prefix="dragoman-node-red-") as name:
        folder = Path(name)
        (folder / "flows.json").write_text(json.dumps(flow(port)))
        (folder / "settings.js").write_text(
            "module.exports = {flowFile: 'flows.json', httpAdminRoot: false, httpNodeRoot: false, uiHost: '127.0.0.1',"
            " uiPort: 0, logging: {console: {level: 'info'}}};"
        )
        log = folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["node", program, "--userDir", folder], stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )
        try:
            deadline = time.monotonic() + _PATIENCE_S
            while b"Connected to broker" not in log.read_bytes():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"Node-RED does not start:\n{log.read_text()}")
                time.sleep(0.1)
            time.sleep(1)
            yield process.pid
        finally:
            process.terminate()
            process.wait(10)


def measured(who: str, course: Course, seconds: float, processes: list[int]) -> Rate:
    """The middle rate of several rounds, when everything is warm."""
    count = max(200, int(course.pass_by(1_000, 1).per_s * seconds / _ROUNDS))
    rates = [course.pass_by(count, 1).per_s for _ in range(_ROUNDS)]
    return Rate(who, round(statistics.median(rates), 1), round(sum(map(resident_mib, processes)), 1))


def beside(node_red_program: Path | None, seconds: float) -> list[Rate]:
    """Everybody's rate, one after the other."""
    home = [message for message in traffic.home(DEVICES, 6_000) if message.payload.startswith(b"{")]
    each_s = seconds / (len(AGENTS) + 2)
    rates = []
    with mosquitto() as port:
        with ExitStack() as stack:
            process = stack.enter_context(echo_process(port, "e/#", 1, "3.1.1"))
            rates.append(measured("bare echo", Course(stack, port, f"{echo.PREFIX}/#", "e/", home), each_s, [process]))
        if node_red_program is not None:
            with ExitStack() as stack:
                process = stack.enter_context(node_red(node_red_program, port))
                rates.append(measured("Node-RED", Course(stack, port, "nodered/#", "n/", home), each_s, [process]))
        for agents in AGENTS:
            with ExitStack() as stack:
                filters = [f"$share/rig/{name}" if agents > 1 else name for name in topic_filters(home)]
                processes = [
                    stack.enter_context(agent_process(port, filters, "5", client_id=f"rig-{number}"))
                    for number in range(agents)
                ]
                course = Course(stack, port, f"{PREFIX}/interpretation/#", "", home)
                # Each of them has to get to know the home.
                course.pass_by(len(home) * agents, 1)
                rates.append(measured(f"{agents} agent{'s' * (agents > 1)}", course, each_s, processes))
            for number in range(agents):
                # Or the broker would keep its session, and another subscription for the next agent of this name.
                Wire(HOST, port, f"rig-{number}").close()
    return rates


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--node-red", type=Path, help="folder that npm has installed node-red into")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    program = arguments.node_red / "node_modules/node-red/red.js" if arguments.node_red else None
    rates = beside(program, arguments.seconds)
    table = Table("at QoS 1", "messages a second", "of the echo", "MiB")
    for rate in rates:
        table.add_row(rate.who, f"{rate.per_s:,.0f}", f"{rate.per_s / rates[0].per_s:.2f}", f"{rate.resident_mib:.0f}")
    Console().print(table)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps([asdict(rate) for rate in rates]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
