"""`dragoman explain`: one message, for a person or as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest


def explain(*arguments: str | bytes, text: bytes = b"", width: int = 200) -> tuple[int, str, str]:
    """Exit status, stdout and stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "agent", "explain", *arguments],
        input=text,
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "COLUMNS": str(width), "PYTHONUTF8": "1"},
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def shape(*arguments: str, text: bytes = b"") -> Any:
    status, out, log = explain(*arguments, "--json", text=text)
    assert (status, log) == (0, "")
    return json.loads(out, parse_constant=pytest.fail)


def test_a_person_sees_what_each_field_means_and_what_decided() -> None:
    status, out, log = explain("zigbee2mqtt/Kitchen", '{"temperature": 21.4, "battery": 97}')
    assert (status, log) == (0, "")
    summary, what, header, first, second = [line.split() for line in out.splitlines()]
    assert summary[:1] == ["Kitchen:"]
    assert "Kitchen" in what
    assert header[:5] == ["field", "value", "means", "unit", "sure"]
    assert first[:4] == ["/temperature", "21.4", "temperature", "°C"]
    assert second[:4] == ["/battery", "97", "battery", "%"]
    assert "temperature" in first[5:]
    assert "\x1b" not in out


def test_json_adds_runners_up_and_influence_to_the_interpretation() -> None:
    found = shape("zigbee2mqtt/Kitchen", '{"temperature": 21.4, "battery": 97}')
    assert found["schema"] == 1
    assert found["topic"] == "zigbee2mqtt/Kitchen"
    assert [reading["label"] for reading in found["readings"]] == ["temperature", "battery"]
    for reading in found["readings"]:
        assert reading["runners_up"][0]["label"] == reading["label"]
        probabilities = [entry["probability"] for entry in reading["runners_up"]]
        assert probabilities == sorted(probabilities, reverse=True)
        assert all(0 <= segment["influence"] <= 1 for segment in reading["decided_by"].values())
    decided = found["readings"][0]["decided_by"]
    assert decided["name"]["text"] == "temperature"
    assert decided["topic_last"]["text"] == "kitchen"
    assert max(segment["influence"] for segment in decided.values()) > 0


@pytest.mark.parametrize(
    ("payload", "paths"),
    [
        ("21.4", [""]),
        ("{}", []),
        ('{"a": [1, {"b": null}]}', ["/a/0", "/a/1/b"]),
        ("ON", [""]),
        ('{"🙂": "שלום"}', ["/🙂"]),
    ],
)
def test_every_leaf_is_explained(payload: str, paths: list[str]) -> None:
    assert [reading["path"] for reading in shape("home/x", payload)["readings"]] == paths


def test_the_payload_can_come_from_stdin() -> None:
    assert [reading["raw"] for reading in shape("home/x", "-", text=b'{"a": 1}\n')["readings"]] == [1]


def test_a_number_that_is_none_is_told() -> None:
    status, out, _ = explain("home/x", '{"a": NaN}')
    assert status == 0
    assert "/a: nan is no number in JSON" in out
    assert shape("home/x", '{"a": NaN}')["problems"][0]["reason"] == "not_finite"


@pytest.mark.parametrize("width", [20, 80])
def test_a_narrow_terminal_is_no_obstacle(width: int) -> None:
    status, out, log = explain("home/x", json.dumps({"k" * 100: "v" * 300, "b": 1}), width=width)
    assert (status, log) == (0, "")
    assert out


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("home/x", "", "empty"),
        ("home/x", "{", "malformed_json"),
        ("home/#", "1", "topic_not_valid"),
        ("home/x", '{"a": "\\ud800"}', "lone_surrogate"),
        ("home/x", b"\xff", "not_utf8"),
        (b"home/\xff", "1", "topic_not_valid"),
    ],
)
def test_a_message_that_cannot_be_read_fails_with_its_reason(
    topic: str | bytes, payload: str | bytes, reason: str
) -> None:
    status, out, log = explain(topic, payload)
    assert (status, out) == (1, "")
    assert log.startswith(f"dragoman: {reason}: ")
    assert len(log.splitlines()) == 1


def test_a_missing_argument_is_usage() -> None:
    status, out, log = explain("home/x")
    assert (status, out) == (2, "")
    assert "payload" in log
