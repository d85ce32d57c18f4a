"""What earlier releases have left on disk is read by this one: their configuration and their state.

A release that adds a key or changes the state adds files here, and changes none.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from agent.config import plain
from agent.config_file import load
from agent.state import State

RELEASES = Path(__file__).parent / "releases"


@pytest.mark.parametrize("path", sorted(RELEASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_configuration_is_read(path: Path) -> None:
    written = yaml.safe_load(path.read_text())
    read = plain(load(path, {"MQTT_PASSWORD": "geheim"}))
    assert _within(read, written) == {**written, "broker": {**written["broker"], "protocol": "5"}}


@pytest.mark.parametrize("path", sorted(RELEASES.glob("*.session.json")), ids=lambda path: path.stem)
def test_state_is_read(path: Path, tmp_path: Path) -> None:
    (tmp_path / "session.json").write_bytes(path.read_bytes())
    session = State(tmp_path).read()
    assert session is not None
    assert (session.broker, session.client_id) == ("broker.home:1884", "dragoman-home")
    State(tmp_path).write(session)
    assert State(tmp_path).read() == session


def _within(read: object, written: object) -> object:
    """Of what was read, the keys that were written."""
    if isinstance(read, dict) and isinstance(written, dict):
        return {key: _within(read[key], value) for key, value in written.items()}
    return read
