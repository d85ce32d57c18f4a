from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.decode import DecodeError, Limits, decode
from agent.core.message import Message, Report
from tests.core.making import AT, message, topics, trees

DEFAULT = Limits()

READ = [
    # Objects and arrays.
    ('{"temperature": 21.4}', {"temperature": 21.4}),
    ("[1, [true, null]]", [1, [True, None]]),
    ("{}", {}),
    ("[]", []),
    ("\ufeff \r\n{}\n\0", {}),
    ('{"name": "K\\u00fcche \\ud83d\\ude42"}', {"name": "Küche 🙂"}),
    ('{"text": "\\\\ud800"}', {"text": "\\ud800"}),
    # Scalars that JSON knows.
    ("21.4", 21.4),
    (" 21 ", 21),
    ("-0.0", -0.0),
    ("1e3", 1000.0),
    ("true", True),
    ("null", None),
    ('"on"', "on"),
    ("9" * 400, int("9" * 400)),
    # Bare words, which it does not.
    ("ON", "ON"),
    ("21.4 °C", "21.4 °C"),
    ("21,4", "21,4"),
    ("True", "True"),
    ("007", "007"),
    ("nan", "nan"),
    ('"open', '"open'),
    ("12:30", "12:30"),
    ("a\0b", "a\0b"),
    ("\u3000", "\u3000"),
]


@pytest.mark.parametrize(("payload", "tree"), READ)
def test_what_is_read(payload: str, tree: object) -> None:
    report = decode(message("home/device", payload, retained=True), DEFAULT)
    assert report == Report("home/device", tree, AT, True)
    # 1 is equal to True and to 1.0, yet means another thing.
    assert json.dumps(report.tree) == json.dumps(tree)


@pytest.mark.parametrize(("payload", "tree"), READ)
def test_what_was_read_is_read_again_from_its_json(payload: str, tree: object) -> None:
    assert decode(message("home/device", json.dumps(tree)), DEFAULT).tree == tree


REFUSED = [
    # payload, reason, what the detail names
    (b"", "empty", "empty"),
    (b" \t\r\n", "empty", "empty"),
    (b"\0\0", "empty", "empty"),
    (b"\xef\xbb\xbf", "empty", "empty"),
    (b"\xff\xfe{\0}\0", "not_utf8", "byte 0"),
    (b'{"a": "\xc3\x28"}', "not_utf8", "byte 7"),
    (b"\xed\xa0\x80", "not_utf8", "byte 0"),
    (b"\xc0\x80", "not_utf8", "byte 0"),
    (b'{"a": 1', "malformed_json", "line 1, column 8"),
    (b'{"a": 1}{"b": 2}', "malformed_json", "line 1, column 9"),
    (b"{'a': 1}", "malformed_json", "line 1, column 2"),
    (b'{"a": undefined}', "malformed_json", "line 1, column 7"),
    (b'{"a": "x\0y"}', "malformed_json", "column 9"),
    (b"[1, 2", "malformed_json", "column 6"),
    (b'{"a": 1, "b": 2, "a": 3}', "duplicate_key", "'a'"),
    (b'{"x": {"b": 1, "b": 1}}', "duplicate_key", "'b'"),
    (b'{"a": 1, "b": 2, "b": 3, "a": 4}', "duplicate_key", "'b'"),
    (b'{"a": ' + b"9" * 5_000 + b"}", "number_too_long", "4300 digits"),
    (b"9" * 5_000, "number_too_long", "4300 digits"),
    (b'{"name": "\\ud800"}', "lone_surrogate", "half of a character"),
    (b'{"name": "\\uDC00\\uD83D"}', "lone_surrogate", "half of a character"),
    (b'{"\\ud83d": 1}', "lone_surrogate", "half of a character"),
    (b'["\\ud83d\\ude42", "\\ud83d"]', "lone_surrogate", "half of a character"),
    (b'"\\ud800"', "lone_surrogate", "half of a character"),
    (b"[" * 25 + b"]" * 25, "too_deep", "more than 24"),
    (b'{"a":' * 25 + b"1" + b"}" * 25, "too_deep", "more than 24"),
    (b"[" * 100_000 + b"]" * 100_000, "too_deep", "nested"),
    (b"[" * 524_288 + b"]" * 524_288, "payload_too_large", "262144"),
    (json.dumps({"k" * 300: {"k": 1, "l" * 213: [1]}}).encode(), "key_too_long", "512"),
    (b'"' + b"x" * 262_143 + b'"', "payload_too_large", "262145 bytes"),
]


@pytest.mark.parametrize(("payload", "reason", "named"), REFUSED)
def test_what_is_refused(payload: bytes, reason: str, named: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(message("home/device", payload), DEFAULT)
    assert caught.value.reason == reason
    assert named in caught.value.detail
    assert len(caught.value.detail) < 200
    caught.value.detail.encode()


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("", "topic_not_valid"),
        ("home/+/state", "topic_not_valid"),
        ("home/#", "topic_not_valid"),
        ("home/a\0b", "topic_not_valid"),
        ("home/\udcff", "topic_not_valid"),
        ("t" * 60_000, "topic_too_long"),
        ("ü" * 513, "topic_too_long"),
    ],
)
def test_topics_that_are_refused(topic: str, reason: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(message(topic, "1"), DEFAULT)
    assert caught.value.reason == reason


@pytest.mark.parametrize("topic", ["/", "home//state", "$SYS/broker/uptime", "küche/温度", " ", "ü" * 512])
def test_topics_that_are_read(topic: str) -> None:
    assert decode(message(topic, "1"), DEFAULT).topic == topic


@pytest.mark.parametrize(
    ("limits", "payload", "reason"),
    [
        (Limits(payload_bytes=4), "12345", "payload_too_large"),
        (Limits(topic_bytes=3), "1", "topic_too_long"),
        (Limits(depth=1), "[[1]]", "too_deep"),
        (Limits(key_characters=2), '{"a": {"abc": 1}}', "key_too_long"),
    ],
)
def test_limits_can_be_narrower(limits: Limits, payload: str, reason: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(message("home", payload), limits)
    assert caught.value.reason == reason


def test_what_just_fits_is_read() -> None:
    limits = Limits(payload_bytes=13, topic_bytes=4, depth=2, leaves=3, key_characters=1)
    assert decode(message("home", '{"a":[1,2,3]}'), limits).tree == {"a": [1, 2, 3]}


@pytest.mark.parametrize("payload", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_left_to_the_interpretation(payload: str) -> None:
    lone = decode(message("home", payload), DEFAULT).tree
    inside = decode(message("home", f'{{"a": {payload}}}'), DEFAULT).tree["a"]
    assert not math.isfinite(lone)
    assert not math.isfinite(inside)


@given(st.text(max_size=20), st.binary(max_size=60))
def test_random_bytes_give_a_report_or_a_decode_error(topic: str, payload: bytes) -> None:
    try:
        report = decode(Message(topic, payload, AT), DEFAULT)
    except DecodeError as error:
        assert error.reason.replace("_", "").isalnum()
        assert error.detail
    else:
        json.dumps(report.tree, ensure_ascii=False).encode()


# Characters out of which JSON is made reach further into the decoder than random bytes do.
@given(st.text(st.sampled_from('{}[]":,.\\u0019dDeE+-ntrfals \n\ufeff\0NI'), max_size=40))
def test_random_json_like_text_gives_a_report_or_a_decode_error(text: str) -> None:
    try:
        report = decode(message("home", text), DEFAULT)
    except DecodeError as error:
        assert error.detail
    else:
        json.dumps(report.tree, ensure_ascii=False).encode()


@given(topics.filter(bool), trees)
def test_any_json_value_is_read_as_it_is(topic: str, tree: object) -> None:
    assert decode(message(topic, json.dumps(tree)), DEFAULT).tree == tree


@pytest.mark.parametrize(
    ("limits", "payload", "tree"),
    [
        (Limits(leaves=2), "[1, [2, 3], 4]", [1, [2]]),
        (Limits(leaves=2), '{"a": 1, "b": {"c": 2, "d": 3}, "e": {"f": 4}}', {"a": 1, "b": {"c": 2}}),
        (Limits(text_characters=3), '{"a": "abcd", "b": "abc", "c": 12345}', {"a": "abc", "b": "abc", "c": 12345}),
        (Limits(text_characters=3), "abcdef", "abc"),
    ],
)
def test_longer_messages_are_read_as_far_as_allowed(limits: Limits, payload: str, tree: object) -> None:
    report = decode(Message("a", payload.encode(), 0.0), limits)
    assert (report.tree, report.truncated) == (tree, True)


@pytest.mark.parametrize(
    ("limits", "payload"), [(Limits(leaves=3), "[1, [2, 3], {}]"), (Limits(text_characters=3), '["abc", "def"]')]
)
def test_what_is_just_short_enough_is_whole(limits: Limits, payload: str) -> None:
    report = decode(Message("a", payload.encode(), 0.0), limits)
    assert (report.tree, report.truncated) == (json.loads(payload), False)
