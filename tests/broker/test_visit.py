"""Commands that visit the broker of a running agent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.cli import main
from tests.broker.conftest import Ear, Mosquitto, free_port

VISITS = (["watch", "--seconds", "5"], ["correct", "--list"], ["discovery", "list"], ["record"])


@pytest.mark.parametrize("command", VISITS)
def test_a_broker_that_refuses_says_so_at_once(
    make_broker: Callable[..., Mosquitto], tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    broker = make_broker("allow_anonymous false")
    file = [str(tmp_path / "capture")] if command == ["record"] else []
    assert main([*command, *file, "--broker", f"127.0.0.1:{broker.port}"]) == 1
    assert "the broker refuses: Not authorized" in capsys.readouterr().err


@pytest.mark.parametrize("command", VISITS)
def test_a_broker_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    file = [str(tmp_path / "capture")] if command == ["record"] else []
    assert main([*command, *file, "--broker", f"127.0.0.1:{free_port()}"]) == 1
    assert "cannot be reached" in capsys.readouterr().err


def test_watch_shows_what_the_agent_says_and_survives_what_others_say(
    broker: Mosquitto, ear: Ear, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The ear takes nothing but what is valid, below the prefixes that it knows.
    config = tmp_path / "c.yaml"
    config.write_text(f"prefix: other\nbroker: {{host: 127.0.0.1, port: {broker.port}}}\n")
    shape = (
        '{"schema": 1, "topic": "home/x", "at": "2026-11-23T09:00:00.123Z", "retained": false, "device": {"id": "x", '
        '"name": "x", "type": null, "area": null}, "kind": "state", "readings": [], "summary": "x", "model": "m"}'
    )
    ending = threading.Event()

    def speak() -> None:
        while not ending.wait(0.1):
            ear.say("other/interpretation/other", "no JSON")
            ear.say("other/device/x", "[]")
            ear.say("other/interpretation/home/x", shape)

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        assert main(["watch", "--json", "--seconds", "1.5", "-c", str(config)]) == 0
    finally:
        ending.set()
        speaker.join()
    assert shape in capsys.readouterr().out.splitlines()
