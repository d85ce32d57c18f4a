"""The load and the ear of the measurements: MQTT 3.1.1 on a bare socket.

A client library would take as much of the machine as what is measured; this takes a few microseconds a message.
"""

from __future__ import annotations

import itertools
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.packets import publication, remaining_length

_PATIENCE_S = 15.0
_CONNECT, _PUBLISH, _SUBSCRIBE = 0x10, 0x30, 0x82
_READ_BYTES = 1 << 18
_REFILL = 4
"""As soon as this part of the window is free, so much more is sent."""
_LOOK_S = 0.001
"""Between two looks at what has come, where it is the rate that is measured: who looks at each packet by itself takes
the processor from those who are measured."""
_ENDED = "the broker has ended the connection"


class BrokerSilent(Exception):
    """The broker, or what is measured, does not answer."""


class Wire:
    """One connection to the broker."""

    def __init__(self, host: str, port: int, name: str) -> None:
        self._socket = socket.create_connection((host, port), _PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._unread = b""
        client = name.encode()
        body = b"\x00\x04MQTT\x04\x02\x00\x00" + len(client).to_bytes(2, "big") + client
        self._socket.sendall(bytes([_CONNECT]) + remaining_length(len(body)) + body)
        self._await(0x20)

    def subscribe(self, topic_filters: Sequence[str]) -> None:
        """Hear, by QoS 0, what is published on the topics."""
        body = b"\x00\x01"
        for topic_filter in topic_filters:
            name = topic_filter.encode()
            body += len(name).to_bytes(2, "big") + name + b"\x00"
        self._socket.sendall(bytes([_SUBSCRIBE]) + remaining_length(len(body)) + body)
        self._await(0x90)

    def send(self, packets: bytes) -> None:
        """Send packets, as many at once as one likes."""
        self._socket.sendall(packets)

    def read(self, timeout_s: float) -> list[tuple[str, bytes]]:
        """(topic, payload) of what has come, waiting at most for the timeout, without other kinds of packets."""
        return [_taken_apart(packet, body) for packet, body in self._packets(timeout_s) if packet & 0xF0 == _PUBLISH]

    def heard(self, timeout_s: float) -> int:
        """How many publications have come, waiting at most for the timeout."""
        return sum(packet & 0xF0 == _PUBLISH for packet, _ in self._packets(timeout_s))

    def drop(self) -> None:
        """Read what has come, and forget it."""
        if select.select([self._socket], [], [], 0)[0] and not self._socket.recv(_READ_BYTES):
            raise BrokerSilent(_ENDED)

    def close(self) -> None:
        """End the connection with a goodbye."""
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()

    def _await(self, kind: int) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            if any(packet & 0xF0 == kind for packet, _ in self._packets(0.1)):
                return
        raise BrokerSilent("the broker does not answer")

    def _packets(self, timeout_s: float) -> Iterator[tuple[int, bytes]]:
        if not select.select([self._socket], [], [], timeout_s)[0]:
            return
        came = self._socket.recv(_READ_BYTES)
        if not came:
            raise BrokerSilent(_ENDED)
        data = self._unread + came
        at = 0
        while at + 2 <= len(data):
            length, shift, after = 0, 0, at + 1
            while after < len(data):
                digit = data[after]
                length |= (digit & 0x7F) << shift
                shift += 7
                after += 1
                if digit < 0x80:
                    break
            else:
                break
            if after + length > len(data):
                break
            yield data[at], data[after : after + length]
            at = after + length
        self._unread = data[at:]


def _taken_apart(packet: int, body: bytes) -> tuple[str, bytes]:
    end = 2 + int.from_bytes(body[:2], "big")
    return body[2:end].decode(), body[end + (2 if packet & 0x06 else 0) :]


@dataclass(frozen=True, slots=True)
class Trip:
    """What came of messages that were sent."""

    answered: int
    seconds: float
    latencies_s: tuple[float, ...]
    """From sending to hearing the answer, of each message, in order."""

    @property
    def per_s(self) -> float:
        """Messages answered in a second."""
        return self.answered / self.seconds


def answered(
    sender: Wire, ear: Wire, messages: Iterable[tuple[str, bytes]], qos: int, *, window: int, per_s: float | None = None
) -> Trip:
    """Send messages, each of which is answered by one that the ear hears, in order.

    At most `window` of them are under way, so that no queue overflows; with `per_s` they are sent at that rate.

    Raises:
        BrokerSilent: answers do not come.
    """
    waiting = iter(messages)
    under_way: deque[float] = deque()
    latencies = []
    started = heard_at = time.perf_counter()
    sent = 0
    more = True
    while more or under_way:
        now = time.perf_counter()
        room = window - len(under_way)
        if per_s is not None:
            room = min(room, int((now - started) * per_s) + 1 - sent)
        elif under_way and room < window // _REFILL:
            room = 0
        packets: list[bytes] = []
        for topic, payload in itertools.islice(waiting, room) if more else ():
            mid = (sent + len(packets)) % 65_535 + 1 if qos else 0
            packets.append(publication(topic.encode(), payload, mid))
        more = more and len(packets) == max(room, 0)
        if packets:
            under_way.extend([now] * len(packets))
            sent += len(packets)
            sender.send(b"".join(packets))
        # The sender's acknowledgements must be read, or the broker would stop.
        sender.drop()
        if per_s is None:
            time.sleep(_LOOK_S)
        heard = ear.heard(_LOOK_S if per_s is not None and more else 0.05)
        now = time.perf_counter()
        for _ in range(heard):
            latencies.append(now - under_way.popleft())
        if heard or not under_way:
            heard_at = now
        elif now - heard_at > _PATIENCE_S:
            raise BrokerSilent(f"{len(under_way)} of {sent} messages were not answered within {_PATIENCE_S:.0f} s")
    return Trip(sent, time.perf_counter() - started, tuple(latencies))


def pause_until(condition: Callable[[], bool], what: str, timeout_s: float = _PATIENCE_S) -> float:
    """Seconds until the condition holds. Raises BrokerSilent."""
    started = time.perf_counter()
    while not condition():
        if time.perf_counter() - started > timeout_s:
            raise BrokerSilent(f"{what} within {timeout_s:.0f} s")
        time.sleep(0.002)
    return time.perf_counter() - started
