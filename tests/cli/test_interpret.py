"""`dragoman interpret` as others run it: JSON Lines in, JSON Lines out."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "agent", "interpret"]


def run(text: bytes, *options: str) -> tuple[list[Any], str]:
    """The lines that the command wrote to stdout, and its stderr. It must have ended well."""
    done = subprocess.run([*COMMAND, *options], input=text, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return [
        json.loads(line, parse_constant=pytest.fail) for line in done.stdout.decode().splitlines()
    ], done.stderr.decode()


def lines(entries: Sequence[Any]) -> bytes:
    return "".join(json.dumps(entry) + "\n" for entry in entries).encode()


# What is given, and what is answered: the labels' paths, or the reason of the error.
TABLE: list[tuple[bytes, Any]] = [
    (b'{"id": 1, "topic": "home/x", "payload": "21.4"}', [""]),
    (b'{"id": "b", "topic": "home/x", "payload": "{\\"a\\": 1, \\"b\\": [2]}"}', ["/a", "/b/0"]),
    (b'{"topic": "home/x", "payload": {"a": 1}}', ["/a"]),
    (b'{"topic": "home/x", "payload": 21.4}', [""]),
    (b'{"topic": "home/x", "payload": false, "retained": true}', [""]),
    (b'{"topic": "home/x", "payload": {"a": NaN}}', ["/a"]),
    (b'{"topic": "home/x", "payload": {}}', []),
    (json.dumps({"topic": "home/x", "payload_b64": base64.b64encode(b'{"a": 1}').decode()}).encode(), ["/a"]),
    (b'{"topic": "home/x", "payload_b64": "//8="}', "not_utf8"),
    (b'{"topic": "home/x", "payload_b64": "!"}', "input"),
    (b'{"topic": "home/x", "payload_b64": "\xc3\xbc"}', "input"),
    (b'{"topic": "home/x", "payload_b64": 7}', "input"),
    (b'{"topic": "home/x", "payload": ""}', "empty"),
    (b'{"topic": "home/x", "payload": "\\ud800"}', "not_utf8"),
    (b'{"topic": "home/x", "payload": "{\\"a\\": \\"\\\\ud800\\"}"}', "lone_surrogate"),
    (b'{"topic": "home/x", "payload": {"a": "\\ud800"}}', "lone_surrogate"),
    (b'{"topic": "home/\\ud800", "payload": "1"}', "topic_not_valid"),
    (b'{"topic": "home/#", "payload": "1"}', "topic_not_valid"),
    (b'{"topic": "' + b"t" * 60_000 + b'", "payload": "1"}', "topic_too_long"),
    (b'{"topic": "home/x", "payload": "{"}', "malformed_json"),
    (b'{"id": "\\ud800", "topic": "home/x", "payload": "1"}', [""]),
    (b'{"topic": "home/x", "payload": null}', "input"),
    (b'{"id": 7, "topic": "home/x"}', "input"),
    (b'{"payload": "1"}', "input"),
    (b'{"topic": 5, "payload": "1"}', "input"),
    (b"[]", "input"),
    (b"nonsense", "input"),
    (b"\xff\xfe", "input"),
    (b'{"topic": "home/x", "payload": ' + b"9" * 5_000 + b"}", "input"),
    (b'{"topic": "home/x", "payload": ' + b"[" * 500_000 + b"]" * 500_000 + b"}", "input"),
    *(
        (b'{"topic": "home/x", "payload": ' + b"[" * depth + b"]" * depth + b"}", ("too_deep", "input"))
        for depth in range(960, 1_000)
    ),
    (b'{"id": "last", "topic": "home/x", "payload": "ON"}', [""]),
]


@pytest.fixture(scope="module")
def answers() -> list[Any]:
    found, log = run(b"\n".join(given for given, _ in TABLE))
    assert log == ""
    return found


def test_there_is_one_line_out_for_each_line_in(answers: list[Any]) -> None:
    assert len(answers) == len(TABLE)


@pytest.mark.parametrize("number", range(len(TABLE)), ids=lambda number: TABLE[number][0][:60].decode("latin-1"))
def test_each_line_is_answered_in_its_place(answers: list[Any], number: int) -> None:
    expected, answer = TABLE[number][1], answers[number]
    assert answer["schema"] == 1
    if isinstance(expected, list):
        assert [reading["path"] for reading in answer["readings"]] == expected
        assert answer["topic"] == "home/x"
    else:
        assert answer["error"]["reason"] in ((expected,) if isinstance(expected, str) else expected)
        assert answer["error"]["detail"]
        assert "readings" not in answer


def test_an_id_is_echoed_in_answers_and_in_errors(answers: list[Any]) -> None:
    assert [answer["id"] for answer in answers if "id" in answer] == [1, "b", "?", 7, "last"]


def test_whether_a_message_was_retained_is_echoed(answers: list[Any]) -> None:
    assert [number for number, answer in enumerate(answers) if answer.get("retained")] == [4]


def test_an_answer_has_the_documented_shape(answers: list[Any]) -> None:
    answer = answers[1]
    assert set(answer) == {
        "id", "schema", "topic", "at", "retained", "device", "kind", "readings", "summary", "model",
    }  # fmt: skip
    assert set(answer["device"]) == {"id", "name", "type", "area"}
    assert {"path", "label", "value", "unit", "confidence", "source", "raw"} <= set(answer["readings"][0])


def test_many_lines_keep_their_order() -> None:
    sent = [{"id": number, "topic": f"home/{number % 7}", "payload": {"t": number}} for number in range(1_000)]
    found, _ = run(lines(sent))
    assert [answer["id"] for answer in found] == list(range(1_000))
    assert [answer["readings"][0]["raw"] for answer in found] == list(range(1_000))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (b"", []),
        (b"\n \n\r\n", []),
        (b'{"id": 1, "topic": "a", "payload": "1"}', [1]),
        (b'{"id": 1, "topic": "a", "payload": "1"}\r\n\n{"id": 2, "topic": "a", "payload": "1"}\r\n', [1, 2]),
    ],
)
def test_line_ends(text: bytes, ids: list[int]) -> None:
    found, _ = run(text)
    assert [answer["id"] for answer in found] == ids


def test_a_line_beyond_all_bounds_is_answered_and_the_next_is_read() -> None:
    long = b'{"topic": "home/x", "payload": "' + b"x" * (9 * 2**20) + b'"}'
    good = b'{"topic": "home/x", "payload": "1"}'
    found, _ = run(b"\n".join([good, long, good, long]))
    assert ["readings" in answer for answer in found] == [True, False, True, False]
    assert [answer["error"]["detail"] for answer in found if "error" in answer] == [
        "the line has more than 8388608 bytes"
    ] * 2


def test_an_answer_comes_without_waiting_for_more_input() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for payload in ("1", "2", "3"):
            process.stdin.write(lines([{"topic": "a", "payload": payload}]))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["readings"][0]["raw"] == int(payload)
        process.stdin.close()
        assert process.wait(30) == 0


def test_statistics_go_to_stderr() -> None:
    sent = [{"topic": "a", "payload": "1"}, {"topic": "a", "payload": "1"}, {"topic": "a", "payload": ""}]
    found, log = run(lines(sent), "--stats")
    assert len(found) == 3
    assert log.startswith("3 messages, 2 readings in ")
    assert "1 refused" in log
    assert "peak memory" in log


def test_a_reader_that_goes_away_is_no_error() -> None:
    text = lines([{"topic": "a", "payload": {"t": number}} for number in range(2_000)])
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        try:
            process.stdin.write(text)
            process.stdin.close()
        except BrokenPipeError:
            pass
        assert process.wait(30) == 0
        assert process.stderr.read() == b""


def test_an_interrupt_ends_it_quietly() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(lines([{"topic": "a", "payload": "1"}]))
        process.stdin.flush()
        process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr.read() == b""


def test_an_option_that_there_is_not_is_usage() -> None:
    done = subprocess.run([*COMMAND, "--nonsense"], capture_output=True, check=False, timeout=60)
    assert done.returncode == 2
    assert b"--nonsense" in done.stderr
    assert done.stdout == b""
