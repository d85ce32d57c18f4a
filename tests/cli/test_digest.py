from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from structlog import get_logger

from agent.cli import main
from agent.core.behaviour import Behaviour, Watch
from agent.core.devices import Devices
from agent.core.events import Events
from agent.core.memory import Memory
from agent.core.message import Message
from agent.keeper import Keeper
from tests.core.making import interpretation, reading


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an agent has kept that a door was opened ten minutes ago."""
    keeper = Keeper(tmp_path, lambda: Memory(Devices(9, 99), Events(0.5, 0.5), Behaviour(Watch(), 0.5)), get_logger())
    for minutes, value in ((20, False), (10, True)):
        at = time.time() - 60 * minutes
        meant = replace(interpretation(reading("door", value), name="Front Door"), at=at)
        keeper.memory.observe(Message("home/device", b"", at), meant)
    keeper.close()
    return tmp_path


def test_what_happened_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["digest", "--state", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2] for line in lines] == [
        "1 event of 1 device",
        lines[1].partition(": ")[2],
        "Front Door is open",
    ]
    assert lines[1].startswith("Front Door: opened; last at ")
    assert main(["digest", "--state", str(folder), "--since", "5m", "--json"]) == 0
    shape = json.loads(capsys.readouterr().out)
    assert [line["text"].partition(": ")[2] for line in shape] == ["nothing happened", "Front Door is open"]


def test_the_configuration_says_where(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = folder / "dragoman.yaml"
    config.write_text(f"state_directory: {folder}\n")
    assert main(["digest", "-c", str(config)]) == 0
    assert "Front Door is open" in capsys.readouterr().out


def test_without_a_memory_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["digest", "--state", str(tmp_path)]) == 1
    assert "no agent has kept a memory there" in capsys.readouterr().err
    assert main(["digest", "-c", str(tmp_path / "missing.yaml")]) == 2
    with pytest.raises(SystemExit):
        main(["digest", "--since", "yesterday"])
