"""Measure what the agent costs on this machine: per stage, cold and warm, and at a mosquitto beside a bare echo. Times
are of this machine in this minute; compare the ratios."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument("--seconds", type=float, default=60.0, metavar="N", help="for the rates at the broker (60)")
    parser.add_argument("--rate", type=float, default=50.0, metavar="N", help="messages a second for latencies (50)")
    parser.add_argument("--stages-only", action="store_true", help="leave the broker out")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when all was measured, 1 when something that it needs is missing or broke."""
    from rich.console import Console

    from agent.bench.rates import MosquittoMissing, at_broker
    from agent.bench.report import show_broker, show_costs
    from agent.bench.stages import costs
    from agent.bench.wire import BrokerSilent
    from agent.garbage import search_seldom
    from agent.tflite import ArtifactError, load

    search_seldom()
    status = Console(stderr=True).status("measuring the stages")
    try:
        with status:
            stages = costs(load())
            broker = None
            if not arguments.stages_only:
                broker = at_broker(arguments.seconds, arguments.rate, status.update)
    except (ArtifactError, MosquittoMissing, BrokerSilent) as error:
        print(f"dragoman: {error}", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps({"stages": asdict(stages), "broker": asdict(broker) if broker else None}))
        return 0
    console = Console()
    show_costs(console, stages)
    if broker is not None:
        show_broker(console, broker)
    return 0
