from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from agent.paho_client import Client, fixed


def mark() -> Properties:
    properties = Properties(PacketTypes.PUBLISH)
    properties.UserProperty = ("dragoman", "home")
    return properties


def test_properties_as_bytes_and_back() -> None:
    packed = mark().pack()
    assert fixed(mark()).pack() == packed
    read, length = Properties(PacketTypes.PUBLISH).unpack(packed)
    assert (read.UserProperty, length) == ([("dragoman", "home")], len(packed))


def test_properties_share_tables_and_nothing_else() -> None:
    one, other = mark(), Properties(PacketTypes.CONNECT)
    assert one.names is other.names
    assert not hasattr(other, "UserProperty")
    one.clear()
    assert not hasattr(one, "UserProperty")
    assert one.pack() == b"\0"
    other.ReceiveMaximum = 20
    assert other.pack() == b"\x03\x21\x00\x14"


class Connected(Client):
    """A client at one end of a pair of sockets, the other end of which plays the broker."""

    def __init__(self) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, "x", manual_ack=True)
        self._sock, self.broker = socket.socketpair()
        self._sock.setblocking(False)

    def close(self) -> None:
        if self._sock is not None:
            self._sock.close()
        self.broker.close()

    @property
    def waiting(self) -> list[Any]:
        return list(self._out_packet)


@pytest.fixture
def connected() -> Any:
    client = Connected()
    yield client
    client.close()


PUBLISHED = b"\x30\x05\x00\x01ahi"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 100])
def test_packets_are_read_whole_however_they_come(connected: Connected, size: int) -> None:
    heard = []
    connected.on_message = lambda client, userdata, message: heard.append((message.topic, message.payload))
    stream = PUBLISHED * 20
    for start in range(0, len(stream), size):
        connected.broker.sendall(stream[start : start + size])
        # Once more for what was behind the end of a packet that came in two parts: it makes the loop wake up again.
        for _ in range(2):
            assert connected.loop_read() is MQTTErrorCode.MQTT_ERR_SUCCESS
    assert heard == [("a", b"hi")] * 20


def test_all_that_has_come_is_read_at_once(connected: Connected) -> None:
    heard: list[str] = []
    connected.on_message = lambda client, userdata, message: heard.append(message.topic)
    connected.broker.sendall(PUBLISHED * 20)
    connected.loop_read()
    assert len(heard) == 20


def test_a_broker_that_closes_is_noticed(connected: Connected) -> None:
    connected.broker.close()
    assert connected.loop_read() is MQTTErrorCode.MQTT_ERR_CONN_LOST


def test_what_waits_is_written_together_in_order(connected: Connected) -> None:
    # As long as its thread has not woken up, which here is none that runs.
    connected._thread = threading.Thread()
    for mid in (1, 2):
        connected.ack(mid, 1)
    before = b"".join(bytes(packet["packet"]) for packet in connected.waiting)
    connected._join()
    assert len(connected.waiting) == 1
    connected.loop_write()
    assert connected.broker.recv(100) == before == b"\x40\x02\x00\x01\x40\x02\x00\x02"
    assert connected.waiting == []
