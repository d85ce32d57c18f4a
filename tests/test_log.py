"""What the journal is told beside the line itself."""

from __future__ import annotations

import io
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import journal
from agent.log import logger


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[socket.socket]:
    """A socket where the journal's would be."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(5)
        listener.bind(str(tmp_path / "journal"))
        yield listener


def fields(datagram: bytes) -> dict[str, str]:
    """What the journal reads of a datagram, by the rules of its protocol."""
    found = {}
    while datagram:
        head, _, datagram = datagram.partition(b"\n")
        name, equals, value = head.partition(b"=")
        if not equals:
            length = int.from_bytes(datagram[:8], "little")
            value, end, datagram = datagram[8 : 8 + length], datagram[8 + length : 9 + length], datagram[9 + length :]
            assert end == b"\n"
        found[name.decode()] = value.decode()
    return found


def test_an_entry_has_fields(listening: socket.socket) -> None:
    stream = io.StringIO()
    log = logger("info", "auto", stream, journal=listening.getsockname())
    log.warning("message_refused", topic="haus/Küche 1", reason="too_deep", bytes=7, first="a\nb=c", counts={"a": 1})
    assert fields(listening.recv(65_536)) == {
        "MESSAGE": 'message_refused topic="haus/Küche 1" reason=too_deep bytes=7 first="a\\nb=c" counts="{\\"a\\": 1}"',
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "dragoman",
        "DRAGOMAN_EVENT": "message_refused",
        "DRAGOMAN_TOPIC": "haus/Küche 1",
        "DRAGOMAN_REASON": "too_deep",
        "DRAGOMAN_BYTES": "7",
        "DRAGOMAN_FIRST": "a\nb=c",
        "DRAGOMAN_COUNTS": '{"a": 1}',
    }
    assert stream.getvalue() == ""


def test_a_traceback_is_one_entry(listening: socket.socket) -> None:
    log = logger("info", "auto", io.StringIO(), journal=listening.getsockname())
    try:
        raise ValueError("bug")
    except ValueError:
        log.exception("message_failed", topic="a")
    found = fields(listening.recv(65_536))
    assert found["MESSAGE"].startswith("message_failed topic=a\nTraceback")
    assert found["MESSAGE"].endswith("ValueError: bug")
    assert found["PRIORITY"] == "3"


def test_without_a_journal_the_stream_has_it(tmp_path: Path) -> None:
    stream = io.StringIO()
    logger("info", "auto", stream, journal=str(tmp_path / "none")).error("died", why="no\njournal")
    assert stream.getvalue() == '<3>died why="no\\njournal"\n'


@pytest.mark.parametrize(("level", "priority"), [("info", "<6>"), ("warning", "<4>"), ("error", "<3>")])
def test_priority_stands_before_a_line_of_another_form(level: str, priority: str) -> None:
    stream = io.StringIO()
    getattr(logger("debug", "json", stream, journal=journal.SOCKET), level)("started", topic="a")
    line = stream.getvalue()
    assert line.startswith(f"{priority}{{")
    assert json.loads(line.removeprefix(priority))["event"] == "started"


def test_every_line_of_a_traceback_has_one() -> None:
    stream = io.StringIO()
    log = logger("debug", "console", stream, journal=journal.SOCKET)
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
        assert journal.behind(stream, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
        # A shell under systemd hands the variable on, and its stderr is another.
        assert not journal.behind(stream, {"JOURNAL_STREAM": "1:1"})
        assert not journal.behind(stream, {})
    assert not journal.behind(io.StringIO(), {"JOURNAL_STREAM": "1:1"})
