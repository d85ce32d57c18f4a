"""Nothing is lost while the agent is killed and the broker restarted, again and again.

    python -m tests.rigs.kill_storm --messages 100000 --kills 20 --restarts 5

Numbers are published by QoS 1 to a real mosquitto. Meanwhile the agent, the released model in it, is killed by SIGKILL
and started anew, and the broker is ended and started anew. At the end every number must have at least one
interpretation. Duplicates are what at-least-once costs; they are counted.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.rigs.peers import Listener
from tests.rigs.stage import PATIENCE_S, stage


@dataclass(frozen=True, slots=True)
class Result:
    """What a storm did, and what came through it."""

    messages: int
    kills: int
    restarts: int
    lost: int
    duplicates: int
    """Interpretations of a number that had one."""
    redelivered: int
    """What the broker sent the listener twice after a restart; not the agent's doing, and not counted above."""
    seconds: float
    refused: int
    """Publications that the broker did not take; they count as messages nevertheless."""


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
    with stage(folder, module, protocol=protocol) as (broker, agent, listener, sender):
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
            messages=messages,
            kills=kills,
            restarts=restarts,
            lost=listener.missing(messages),
            duplicates=duplicates,
            redelivered=listener.redelivered,
            seconds=round(seconds, 1),
            refused=sender.refused.total(),
        )


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
