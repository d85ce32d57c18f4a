"""A home recorded at one broker and replayed at it, both interrupted and gone on with."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from agent import capture
from agent.core.message import Message
from tests.broker.conftest import ROOT, Ear, Mosquitto


def dragoman(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


def test_record_and_go_on(tmp_path: Path, broker: Mosquitto, ear: Ear) -> None:
    file = tmp_path / "home.jsonl"
    ear.say("zigbee2mqtt/Annas Zimmer", '{"temperature": 21.4}', retain=True)
    command = ("record", str(file), "--broker", f"127.0.0.1:{broker.port}")
    first = dragoman(*command, "--messages", "1")
    assert (first.returncode, first.stdout) == (0, ""), first.stderr
    with file.open("a") as half:
        half.write('{"topic": "broken of')
    second = dragoman(*command, "--messages", "2")
    assert "going on after 1 messages" in second.stderr
    recorded = list(capture.messages(file))
    assert [message.payload for message in recorded] == [b'{"temperature": 21.4}'] * 2
    assert "Anna" not in file.read_text()


def test_replay_and_go_on(tmp_path: Path, broker: Mosquitto, ear: Ear) -> None:
    file = tmp_path / "home.jsonl"
    lines = [capture.line(Message("haus/keller", str(number).encode(), number / 10)) for number in range(5)]
    file.write_text("\n".join([*lines, "broken"]) + "\n")
    command = ("replay", str(file), "--broker", f"127.0.0.1:{broker.port}")
    first = dragoman(*command)
    assert (first.returncode, "home.jsonl:6" in first.stderr) == (1, True), first.stderr
    file.write_text("\n".join([*lines, capture.line(Message("haus/keller", b"\xff", 9.0))]) + "\n")
    started = time.monotonic()
    second = dragoman(*command)
    assert (second.returncode, "going on after 5" in second.stderr) == (0, True), second.stderr
    assert time.monotonic() - started < 8, "it must not wait for what was replayed before"
    assert [ear.hear("haus/keller").payload for _ in range(6)] == [b"0", b"1", b"2", b"3", b"4", b"\xff"]
    assert [path.name for path in tmp_path.iterdir() if "home" in path.name] == ["home.jsonl"]


def test_no_broker(tmp_path: Path) -> None:
    for command in ("record", "replay"):
        ended = dragoman(command, str(tmp_path / "x"), "--broker", "127.0.0.1:1")
        assert (ended.returncode, "cannot be reached" in ended.stderr) == (1, True)
