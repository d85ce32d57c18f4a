"""The demo as a user starts it: broker, home and agent for real, each in its own place, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import pytest

from agent.demo.dialects import DIALECTS
from agent.demo.home import messages

COMMAND = [sys.executable, "-m", "agent", "demo"]
KEYS = ["schema", "topic", "at", "retained", "device", "kind", "readings", "summary", "model"]


def demo(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60, check=False)


def dialects_of(topics: set[str]) -> set[str]:
    """Dialects of the home in which something was said on one of the topics."""
    start = datetime(2026, 4, 14, 6, 40)
    spoken = {dialect: {sending.topic for sending in islice(messages(dialect, 1, start), 200)} for dialect in DIALECTS}
    return {dialect for dialect, used in spoken.items() if used & topics}


def test_json_prints_interpretations_of_many_dialects() -> None:
    done = demo("--seconds", "5", "--json")
    assert done.returncode == 0, done.stderr
    shapes = [json.loads(line) for line in done.stdout.splitlines()]
    assert all([key for key in shape if key != "problems"] == KEYS for shape in shapes)
    assert len(dialects_of({shape["topic"] for shape in shapes})) >= 8
    assert not any(shape["retained"] for shape in shapes)
    assert any(reading["label"] for shape in shapes for reading in shape["readings"])
    assert done.stderr == ""


def test_without_a_terminal_it_prints_plain_lines_and_the_picture_is_written(tmp_path: Path) -> None:
    picture = tmp_path / "demo.svg"
    done = demo("--seconds", "3", "--speed", "2", "--picture", str(picture))
    assert done.returncode == 0, done.stderr
    assert "zigbee2mqtt/Küchenfenster: " in done.stdout
    assert "\x1b" not in done.stdout
    drawn = "".join(ElementTree.parse(picture).getroot().itertext())
    assert "keller" in drawn


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_all_that_it_started(ending: signal.Signals) -> None:
    process = subprocess.Popen([*COMMAND, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["schema"] == 1
    started = children(process.pid)
    assert started
    process.send_signal(ending)
    _, complaints = process.communicate(timeout=20)
    assert process.returncode == 0
    assert complaints == ""
    assert [pid for pid in started if alive(pid)] == []


def test_a_reader_that_leaves_ends_it() -> None:
    process = subprocess.Popen([*COMMAND, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=20) == 0
    assert process.stderr.read() == ""


def test_without_amqtt_it_says_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "amqtt.py").write_text("raise ImportError\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [*COMMAND, "--seconds", "1"], capture_output=True, text=True, timeout=30, check=False, env=environment
    )
    assert done.returncode == 1
    assert done.stderr == "dragoman: the demo needs a broker of its own; install it by: pip install amqtt==0.12.0\n"


@pytest.mark.parametrize("options", [["--seconds", "0"], ["--speed", "-1"], ["--speed", "fast"]])
def test_a_senseless_number_is_a_usage_error(options: list[str]) -> None:
    done = demo(*options)
    assert done.returncode == 2
    assert "is no number above 0" in done.stderr


def children(pid: int) -> list[int]:
    """Processes that a process has started (Linux)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The second word, a name in parentheses, may itself hold blanks; the parent is the second after it.
            if int(entry.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.parent.name))
    return found


def alive(pid: int) -> bool:
    """Whether a process is still there a moment later."""
    for _ in range(20):
        if not Path(f"/proc/{pid}").exists():
            return False
        time.sleep(0.1)
    return True
