"""A flood at ten times what the agent can do: memory stays bounded, QoS 1 loses nothing, the connection holds.

    python -m tests.rigs.flood --seconds 30

First the sustainable rate is measured. Then ten times as much is sent: a part of it by QoS 1, all of which must be
interpreted in the end, and the rest by QoS 0, of which the oldest may be dropped but must be counted. What waits must
be read within a bound that is printed: twice the time that it takes at the sustainable rate and half a minute. The
released model reads everything; each message has a text that it has not seen.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.config import Limits
from tests.rigs.peers import Lasting, resident_bytes
from tests.rigs.stage import PATIENCE_S, stage

BOUND_MIB = 200
"""What the agent may need of memory in a flood; its unit allows 256."""
KEEPALIVE_S = 10
TIMES = 10
SURE_SHARE = 0.2
"""Of the flood that is sent by QoS 1. What of that exceeds the agent's rate waits at the broker and is read later."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a flood was, and how the agent fared."""

    sustainable_per_s: float
    sent_per_s: float
    seconds: float
    sure_sent: int
    """By QoS 1."""
    sure_lost: int
    loose_sent: int
    """By QoS 0."""
    loose_interpreted: int
    peak_mib: float
    connections_lost: int
    drained_s: float
    """After the flood, until everything of QoS 1 was interpreted."""
    drain_bound_s: float

    @property
    def holds(self) -> bool:
        """Whether the agent has kept all its promises."""
        kept = not (self.sure_lost or self.connections_lost)
        return kept and self.peak_mib < BOUND_MIB and self.drained_s < self.drain_bound_s


def flood(seconds: float, folder: Path, *, module: tuple[str, ...] = ("agent", "run"), warm_up: int = 2_000) -> Result:
    """Measure the rate, then send ten times as much for so long."""
    with ExitStack() as stack:
        broker, agent, listener, sender = stack.enter_context(stage(folder, module, keepalive=KEEPALIVE_S))
        started = time.monotonic()
        sender.send(_numbers(0, warm_up))
        listener.wait(warm_up, PATIENCE_S)
        rate = warm_up / (time.monotonic() - started)
        listener.seen.clear()

        assert agent.process is not None
        watch = Watch(agent.process.pid)
        stack.callback(watch.close)
        loose = Lasting(broker.port, "rig-loose")
        loose.client.loop_start()
        stack.callback(loose.close)
        sure_count = int(seconds * rate * TIMES * SURE_SHARE)
        loose_count = int(seconds * rate * TIMES) - sure_count
        started = time.monotonic()
        sure = threading.Thread(
            target=sender.send, args=(_paced(_numbers(0, sure_count), sure_count / seconds),), daemon=True
        )
        sure.start()
        # Numbers of another range, so that they can be told apart.
        for topic, payload in _paced(_numbers(10**8, loose_count), loose_count / seconds):
            loose.client.publish(topic, payload, qos=0)
        sure.join(300)
        flooded = time.monotonic() - started
        # Between them what of the rest still waits is read, too.
        bound = 2 * (sure_count + min(loose_count, Limits().inbox_messages)) / rate + 30
        drained = listener.wait(sure_count, PATIENCE_S, bound)
        seen = list(listener.seen)
        return Result(
            sustainable_per_s=round(rate, 1),
            sent_per_s=round((sure_count + loose_count) / flooded, 1),
            seconds=round(flooded, 1),
            sure_sent=sure_count,
            sure_lost=listener.missing(sure_count),
            loose_sent=loose_count,
            loose_interpreted=sum(number >= 10**8 for number in seen),
            peak_mib=round(watch.peak / 2**20, 1),
            connections_lost=agent.log().count("connection_lost"),
            drained_s=round(drained, 1),
            drain_bound_s=round(bound, 1),
        )


def _numbers(first: int, count: int) -> Iterator[tuple[str, bytes]]:
    for number in range(first, first + count):
        # The second field has a key that no other message has, so that the memo cannot answer for the model.
        yield f"storm/{number % 50}", f'{{"temp": {number}, "k{number:x}": {number % 97}}}'.encode()


def _paced(messages: Iterator[tuple[str, bytes]], per_s: float) -> Iterator[tuple[str, bytes]]:
    started = time.monotonic()
    for number, message in enumerate(messages):
        ahead = started + number / per_s - time.monotonic()
        if ahead > 0.005:
            time.sleep(ahead)
        yield message


class Watch:
    """The most memory that a process has needed."""

    def __init__(self, process: int) -> None:
        self._process = process
        self.peak = resident_bytes(process)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(0.1):
            self.peak = max(self.peak, resident_bytes(self._process))

    def close(self) -> None:
        self._ended.set()
        self._thread.join()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dragoman-flood-") as name:
        result = flood(arguments.seconds, Path(name))
    print(json.dumps(asdict(result)))
    return 0 if result.holds else 1


if __name__ == "__main__":
    sys.exit(main())
