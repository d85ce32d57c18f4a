"""PUBLISH and PUBACK, of which nearly all traffic consists, to bytes and back, many at a time.

Whatever says more than these mostly say, and every other packet, is left to the client library: what is read here ends
before it.
"""

from __future__ import annotations

from collections.abc import Iterable

from agent.core.message import Message

_PUBLISH, _PUBACK = 0x30, 0x40
_RETAIN, _QOS_1, _QOS, _AGAIN = 0x01, 0x02, 0x06, 0x08
_TAKEN = frozenset((0x00, 0x10))
"""Reason codes: the broker has it, and has it though nobody listens."""
NO_PROPERTIES = b"\0"
"""The properties of a packet of MQTT 5 that has none; in MQTT 3.1.1 there are not even these."""


def publication(
    topic: bytes, payload: bytes, mid: int, properties: bytes = b"", *, retain: bool = False, again: bool = False
) -> bytes:
    """The packet that publishes a message by QoS 1, or by QoS 0 when `mid` is 0."""
    head = len(topic).to_bytes(2, "big") + topic
    kind = _PUBLISH | _RETAIN * retain | _AGAIN * again
    if mid:
        kind |= _QOS_1
        head += mid.to_bytes(2, "big")
    return b"%c%b%b%b%b" % (
        kind,
        remaining_length(len(head) + len(properties) + len(payload)),
        head,
        properties,
        payload,
    )


def acknowledgements(mids: Iterable[int]) -> bytes:
    """The packets that acknowledge messages of QoS 1."""
    return b"".join([b"\x40\x02" + mid.to_bytes(2, "big") for mid in mids])


def remaining_length(number: int) -> bytes:
    """The length of the rest of a packet, as MQTT writes it."""
    if number < 0x80:
        return bytes((number,))
    if number < 0x4000:
        return bytes((number & 0x7F | 0x80, number >> 7))
    return bytes((number & 0x7F | 0x80,)) + remaining_length(number >> 7)


def read(data: bytes, now: float, messages: list[Message], taken: list[int], *, properties: bool) -> tuple[int, int]:
    """Where in the data the first packet begins that is not whole or has to be read otherwise, and where it ends.

    All before it are read: added to `messages` are those that were published, received `now`, and to `taken` the packet
    identifiers of those that the broker has taken. `properties`: by MQTT 5. While its end is not known a packet ends
    behind the data, and one whose length is none ends where it begins.
    """
    at, end = 0, len(data)
    while at + 2 <= end:
        kind = data[at]
        length, begin = data[at + 1], at + 2
        if length >= 0x80:
            length, begin = _read_length(data, at + 1)
        after = begin + length
        if after > end or begin == at:
            return at, after
        if kind & 0xF0 == _PUBLISH and kind & _QOS <= _QOS_1 and length > 2:
            here = begin + 2 + (data[begin] << 8 | data[begin + 1])
            topic = data[begin + 2 : here]
            mid = 0
            if kind & _QOS:
                mid = int.from_bytes(data[here : here + 2], "big")
                here += 2
            if properties:
                if here >= after or data[here]:
                    return at, after
                here += 1
            if here > after or not topic:
                return at, after
            # No broker should pass on a topic that is not UTF-8. Core refuses it with a reason, if it comes that far.
            name = topic.decode("utf-8", "surrogateescape")
            messages.append(
                Message(name, data[here:after], now, kind >> 1 & 1, bool(kind & _RETAIN), bool(kind & _AGAIN), mid)
            )
        elif kind == _PUBACK and (length == 2 or (length == 3 and data[begin + 2] in _TAKEN)):
            taken.append(data[begin] << 8 | data[begin + 1])
        else:
            return at, after
        at = after
    return at, end + 1


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    """The length that is written there, and where begins what is so long."""
    length = 0
    for place in range(at, at + 4):
        if place >= len(data):
            return 1, len(data)
        length |= (data[place] & 0x7F) << 7 * (place - at)
        if data[place] < 0x80:
            return length, place + 1
    # None is longer.
    return 0, at - 1
