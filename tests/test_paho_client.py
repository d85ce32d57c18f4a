from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion, _ConnectionState
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from agent.core.message import Message
from agent.packets import publication
from agent.paho_client import Client, Outgoing, fixed


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

    def __init__(self, protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv311) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, "x", protocol=protocol, manual_ack=True)
        self._sock, self.broker = socket.socketpair()
        self._sock.setblocking(False)
        self._state = _ConnectionState.MQTT_CS_CONNECTED
        # As when its thread runs, which here is none: what is to be written waits for it.
        self._thread = threading.Thread()
        self.clock = lambda: 5.0
        self.heard: list[Message] = []
        self.taken: list[list[int]] = []
        self.refused: list[tuple[int, str]] = []
        self.when_heard = self.heard.extend
        self.when_taken = self.taken.append
        self.on_message = lambda client, userdata, message: self.heard.append(
            Message(message.topic, bytes(message.payload), 0.0)
        )
        self.on_publish = lambda client, userdata, mid, reason, properties: self.refused.append((mid, str(reason)))

    def close(self) -> None:
        if self._sock is not None:
            self._sock.close()
        self.broker.close()

    def says(self, data: bytes) -> MQTTErrorCode:
        self.broker.sendall(data)
        return self.loop_read()

    def wrote(self) -> bytes:
        """What the broker has got by now."""
        self.loop_write()
        self.broker.setblocking(False)
        try:
            return self.broker.recv(1 << 20)
        except BlockingIOError:
            return b""

    def parts(self) -> None:
        """The connection is lost, and another one is being made."""
        self._state = _ConnectionState.MQTT_CS_CONNECTING
        self._messages_reconnect_reset()


@pytest.fixture
def connected() -> Iterator[Connected]:
    client = Connected()
    yield client
    client.close()


def outgoing(*numbers: int, size: int = 2) -> list[Outgoing]:
    return [Outgoing(f"out/{number}", b"x" * size, False, None) for number in numbers]


def packet(number: int, mid: int, again: bool = False) -> bytes:
    return publication(f"out/{number}".encode(), b"xx", mid, again=again)


HEARD = b"\x32\x07\x00\x01a\x00\x07hi"
MESSAGE = Message("a", b"hi", 5.0, 1, False, False, 7)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 10, 100])
def test_packets_are_read_whole_however_they_come(connected: Connected, size: int) -> None:
    stream = HEARD * 20
    for start in range(0, len(stream), size):
        assert connected.says(stream[start : start + size]) is MQTTErrorCode.MQTT_ERR_SUCCESS
    assert connected.heard == [MESSAGE] * 20


def test_all_that_has_come_is_passed_on_together() -> None:
    client = Connected()
    passed_on: list[list[Message]] = []
    client.when_heard = passed_on.append
    client.says(HEARD * 20)
    assert passed_on == [[MESSAGE] * 20]
    client.close()


def test_a_long_packet_is_read_when_all_of_it_is_there(connected: Connected) -> None:
    long = publication(b"a", b"x" * 300_000, 7)
    for start in range(0, len(long), 50_000):
        connected.says(long[start : start + 50_000])
    assert [len(message.payload) for message in connected.heard] == [300_000]
    connected.says(HEARD)
    assert connected.heard[1:] == [MESSAGE]


def test_other_packets_are_read_between_messages(connected: Connected) -> None:
    pings = b"\xd0\x00"
    connected._ping_t = 1.0
    connected.says(HEARD + pings + HEARD)
    assert connected.heard == [MESSAGE] * 2
    assert connected._ping_t == 0


def test_messages_with_properties_come_in_order() -> None:
    client = Connected(MQTTProtocolVersion.MQTTv5)
    plain, special = (
        publication(b"a", text, 7, properties) for text, properties in ((b"1", b"\0"), (b"2", mark().pack()))
    )
    client.says(plain + special + plain)
    assert [message.payload for message in client.heard] == [b"1", b"2", b"1"]
    client.close()


def test_a_broker_that_closes_is_noticed(connected: Connected) -> None:
    connected.broker.close()
    assert connected.loop_read() is MQTTErrorCode.MQTT_ERR_CONN_LOST


@pytest.mark.parametrize("data", [b"\x32\xff\xff\xff\xff\x01", b"\xf0\x00", b"\x32\x00", b"\x32\x03\x00\x09a"])
def test_what_is_no_mqtt_ends_the_connection(connected: Connected, data: bytes) -> None:
    assert connected.says(data + bytes(9)) is not MQTTErrorCode.MQTT_ERR_SUCCESS
    assert connected.socket() is None


def test_publications_and_acknowledgements_are_written_together(connected: Connected) -> None:
    assert connected.send(outgoing(1, 2)) == [1, 2]
    connected.acknowledge([7, 8])
    assert len(connected._out_packet) == 2
    assert connected.wrote() == packet(1, 1) + packet(2, 2) + b"\x40\x02\x00\x07\x40\x02\x00\x08"


def test_no_more_is_under_way_than_the_broker_takes(connected: Connected) -> None:
    connected.may_send(2)
    assert connected.send(outgoing(1, 2, 3, 4)) == [1, 2, 3, 4]
    assert connected.wrote() == packet(1, 1) + packet(2, 2)
    connected.says(b"\x40\x02\x00\x02\x40\x02\x00\x02\x40\x02\x00\x63")
    assert connected.taken == [[2]], "each once, and only what was published"
    assert connected.wrote() == packet(3, 3)
    connected.says(b"\x40\x02\x00\x01\x40\x02\x00\x03")
    assert (connected.taken[1:], connected.wrote()) == ([[1, 3]], packet(4, 4))


def test_what_is_not_taken_is_told_and_makes_room() -> None:
    client = Connected(MQTTProtocolVersion.MQTTv5)
    client.may_send(1)
    client.send(outgoing(1, 2, 3))
    client.wrote()
    client.says(b"\x40\x03\x00\x01\x97")
    assert (client.taken, client.refused) == ([], [(1, "Quota exceeded")])
    client.says(b"\x40\x03\x00\x02\x10")
    assert client.taken == [[2]], "nobody listens, but it is taken"
    assert client.wrote() == b"".join(publication(b"out/%d" % number, b"xx", number, b"\0") for number in (2, 3))
    client.close()


def test_what_was_not_taken_goes_again_over_the_next_connection(connected: Connected) -> None:
    connected.may_send(2)
    connected.send(outgoing(1, 2, 3))
    connected.wrote()
    connected.says(b"\x40\x02\x00\x01")
    assert connected.wrote() == packet(3, 3)
    connected.parts()
    connected.send(outgoing(4))
    assert connected.wrote() == b"", "nothing before the broker has let us in"
    connected.says(b"\x20\x02\x01\x00")
    assert connected.wrote() == packet(2, 2, again=True) + packet(3, 3, again=True)
    connected.says(b"\x40\x02\x00\x02\x40\x02\x00\x03")
    assert connected.wrote() == packet(4, 4)


def test_a_packet_identifier_in_use_is_not_given_twice(connected: Connected) -> None:
    connected.send(outgoing(1))
    connected._last_mid = 65_535
    assert connected.send(outgoing(2, 3)) == [None, 2]


@pytest.mark.parametrize(("topic", "size"), [("", 1), ("a/+", 1), ("#", 1), ("x" * 65_536, 1), ("a", 268_435_456)])
def test_what_cannot_be_published_is_refused_at_once(topic: str, size: int) -> None:
    with pytest.raises(ValueError, match=r"publish"):
        Outgoing(topic, bytes(size), False, None)
