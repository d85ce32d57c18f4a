"""Message to Report: bytes to a JSON value, within limits.

A payload that begins like a JSON object or array must be one. Anything else is tried as a JSON scalar (`21.4`,
`true`, `"on"`) and taken as plain text when it is none (`ON`, `21.4 °C`), since half of all devices send bare words.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from agent.core.message import Message, Report


class DecodeError(Exception):
    """A message that cannot be read. Expected in every home: counted and survived."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a message is read. A message with more values, or longer texts, is read as far as that and marked as
    truncated; beyond the other limits it is refused with a reason."""

    payload_bytes: int = 262_144
    topic_bytes: int = 1_024
    depth: int = 24
    """Objects and arrays inside each other."""
    leaves: int = 1_024
    text_characters: int = 8_192
    """Of a value that is a text."""
    key_characters: int = 512
    """Of the longest keys of all levels together. Every leaf's path repeats the keys around it, so that a few long
    keys could make a thousand long paths."""


def decode(message: Message, limits: Limits) -> Report:
    """Report of a message, its payload as a JSON value of at most `limits.depth` levels and `limits.leaves` leaves.

    Raises:
        DecodeError: with one of the reasons topic_too_long, topic_not_valid, payload_too_large, empty, not_utf8,
            malformed_json, number_too_long, duplicate_key, lone_surrogate, key_too_long, too_deep.
    """
    _check_topic(message.topic, limits)
    text = _text(message.payload, limits)
    tree = _tree(text)
    leaves, texts = _check_size(tree, limits)
    if 2 * texts != text.count('"') and type(tree) is not str:
        # Either a quotation mark is escaped or a key stands twice, which Python reads without a word. To be told of
        # each object's members costs as much as all other reading, and is seldom needed.
        tree = _carefully(text)
    if _SURROGATE.search(text):
        _check_text(tree)
    # Most messages are shorter as a whole than one text may be.
    truncated = leaves > limits.leaves or len(text) > limits.text_characters
    if truncated:
        cut = _Cut(limits)
        tree = cut.node(tree)
        truncated = cut.truncated
    return Report(message.topic, tree, message.received_at, message.retained, truncated)


def _check_topic(topic: str, limits: Limits) -> None:
    # A lone surrogate stands where the topic's bytes were not UTF-8; it could not be published back.
    try:
        length = len(topic.encode())
    except UnicodeEncodeError:
        raise DecodeError("topic_not_valid", "the topic is not valid UTF-8") from None
    if length > limits.topic_bytes:
        raise DecodeError("topic_too_long", f"the topic has {length} bytes, at most {limits.topic_bytes} are read")
    # MQTT 5, section 4.7: a topic name has at least one character and neither wildcards nor U+0000.
    if not topic or "+" in topic or "#" in topic or "\0" in topic:
        raise DecodeError("topic_not_valid", "the topic is empty or holds a wildcard or a null character")


def _text(payload: bytes, limits: Limits) -> str:
    if len(payload) > limits.payload_bytes:
        raise DecodeError(
            "payload_too_large", f"the payload has {len(payload)} bytes, at most {limits.payload_bytes} are read"
        )
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise DecodeError("not_utf8", f"byte {error.start} of the payload is not valid UTF-8") from None
    # Some firmware sends a byte order mark, some a C string with its final null.
    text = text.removeprefix("\ufeff").strip(" \t\r\n\0")
    if not text:
        raise DecodeError("empty", "the payload is empty")
    return text


def _tree(text: str) -> Any:
    if text[0] not in _BEGINS_JSON:
        return text
    try:
        tree, end = _QUICK.raw_decode(text)
    except (ValueError, RecursionError):
        return _carefully(text)
    return tree if end == len(text) else _carefully(text)


def _carefully(text: str) -> Any:
    """The tree of a text in which no key stands twice."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        if text[0] not in "{[":
            return text
        raise DecodeError("malformed_json", f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise DecodeError("too_deep", "objects and arrays are nested beyond what can be read") from None
    except ValueError as error:
        # Python refuses to convert integers of more than 4,300 digits.
        raise DecodeError("number_too_long", str(error).partition(";")[0]) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # A dict keeps the order of first appearance: where the two part, a key stands for the second time.
        once = iter(members)
        twice = next(key for key, _ in pairs if key != next(once, None))
        raise DecodeError("duplicate_key", f"the key {twice[:64]!r} stands twice in one object: which one counts?")
    return members


_BEGINS_JSON = frozenset('{["-0123456789tfnNI')
_QUICK = json.JSONDecoder()
_DECODER = json.JSONDecoder(object_pairs_hook=_object)
# UTF-8 cannot hold half of a surrogate pair, so only an escape can bring one in. Whole pairs match here too.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _check_text(tree: Any) -> None:
    try:
        json.dumps(tree, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise DecodeError("lone_surrogate", "a text holds half of a character, which cannot be published") from None


class _Cut:
    """What of a tree is within the limits, in document order."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.leaves
        self.truncated = False
        """Whether something was left out."""

    def node(self, node: Any) -> Any:
        """The node without what is too much; its depth was checked before."""
        if isinstance(node, dict):
            return {key: self.node(inner) for key, inner in node.items() if self._room()}
        if isinstance(node, list):
            return [self.node(inner) for inner in node if self._room()]
        self._left -= 1
        if isinstance(node, str) and len(node) > self._limits.text_characters:
            self.truncated = True
            return node[: self._limits.text_characters]
        return node

    def _room(self) -> bool:
        self.truncated = self.truncated or self._left <= 0
        return self._left > 0


def _check_size(tree: Any, limits: Limits) -> tuple[int, int]:
    """The number of leaves, and of texts: keys, and leaves that are texts."""
    level = [tree]
    leaves = texts = 0
    depth = 0
    longest_path = 0
    while level:
        inner: list[Any] = []
        before = leaves
        longest_key = 0
        for node in level:
            kind = type(node)
            if kind is dict:
                if node:
                    longest_key = max(longest_key, *map(len, node))
                    texts += len(node)
                    inner.extend(node.values())
            elif kind is list:
                inner.extend(node)
            else:
                leaves += 1
                texts += kind is str
        longest_path += longest_key
        if longest_path > limits.key_characters:
            raise DecodeError(
                "key_too_long", f"the keys above a value have more than {limits.key_characters} characters"
            )
        # Empty objects and arrays are levels too, though they hold nothing.
        depth += leaves - before < len(level)
        if depth > limits.depth:
            raise DecodeError("too_deep", f"objects and arrays are nested more than {limits.depth} deep")
        level = inner
    return leaves, texts
