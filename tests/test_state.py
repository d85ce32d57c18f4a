"""The agent remembers its session when it can, and works when it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.state import VERSION, NewerState, Session, State, StateError, changed_client_id

SESSION = Session("broker:1883", "dragoman-pi", ("#",))


def test_kept_from_one_run_to_the_next(tmp_path: Path) -> None:
    state = State.of(None, {"STATE_DIRECTORY": f"{tmp_path}:/elsewhere"})
    assert state.read() is None
    state.write(SESSION)
    assert State(tmp_path).read() == SESSION
    assert [path.name for path in tmp_path.iterdir()] == ["session.json"]


def test_without_a_folder_nothing_is_kept() -> None:
    state = State.of(None, {})
    state.write(SESSION)
    assert state.read() is None


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"version": "x"}', '{"broker": 1, "client_id": "a", "subscribe": []}', "[" * 9_999],
)
def test_damaged_file_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "session.json").write_text(content)
    with pytest.raises(StateError, match="damaged"):
        State(tmp_path).read()


def test_file_of_the_first_release_is_read(tmp_path: Path) -> None:
    (tmp_path / "session.json").write_text('{"broker": "broker:1883", "client_id": "dragoman-pi", "subscribe": ["#"]}')
    assert State(tmp_path).read() == SESSION


def test_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    newer = json.dumps({"version": VERSION + 1, "sessions": []})
    (tmp_path / "session.json").write_text(newer)
    with pytest.raises(NewerState, match="was written by a newer dragoman"):
        State(tmp_path).read()
    assert (tmp_path / "session.json").read_text() == newer


def test_full_disk(tmp_path: Path) -> None:
    (tmp_path / "session.json").write_text(json.dumps({"broker": "b", "client_id": "c", "subscribe": []}))
    (tmp_path / "session.new").symlink_to("/dev/full")
    with pytest.raises(StateError, match="No space left on device"):
        State(tmp_path).write(SESSION)
    assert State(tmp_path).read() == Session("b", "c", ())


def test_another_client_id_is_explained() -> None:
    assert changed_client_id(SESSION, SESSION) is None
    assert changed_client_id(SESSION, Session("other:1883", "new", ("#",))) is None
    told = changed_client_id(SESSION, Session("broker:1883", "dragoman-new", ("#",)))
    assert told is not None
    assert "broker.client_id: 'dragoman-pi'" in told
