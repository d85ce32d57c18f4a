"""What the journal is told beside the line itself."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from agent.log import goes_to_journal, logger


@pytest.mark.parametrize(("level", "priority"), [("info", "<6>"), ("warning", "<4>"), ("error", "<3>")])
def test_priority_stands_before_the_line(level: str, priority: str) -> None:
    stream = io.StringIO()
    getattr(logger("debug", "json", stream, priorities=True), level)("started", topic="a")
    line = stream.getvalue()
    assert line.startswith(f"{priority}{{")
    assert json.loads(line.removeprefix(priority))["event"] == "started"


def test_every_line_of_a_traceback_has_one() -> None:
    stream = io.StringIO()
    log = logger("debug", "console", stream, priorities=True)
    try:
        raise ValueError("bug")
    except ValueError:
        log.exception("message_failed")
    lines = stream.getvalue().splitlines()
    assert len(lines) > 2
    assert all(line.startswith("<3>") for line in lines)


def test_journal_is_known_by_its_stream(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        status = os.fstat(stream.fileno())
        assert goes_to_journal(stream, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
        # A shell under systemd hands the variable on, and its stderr is another.
        assert not goes_to_journal(stream, {"JOURNAL_STREAM": "1:1"})
        assert not goes_to_journal(stream, {})
    assert not goes_to_journal(io.StringIO(), {"JOURNAL_STREAM": "1:1"})
