"""paho's client made for our use: its thread does not end unnoticed, and many messages go through it at a time.

At QoS 1 paho's own work is the largest part of what a message costs: for each it makes a lock, a Condition, and objects
with tables of all properties, wakes its thread by a byte through a socket, searches callbacks by topic, and reads and
writes each packet by calls of the system of its own. None of that is needed here. What keeps QoS 1 is paho's: its table
of what is published and not taken, its packet identifiers, its loop, and all other packets. So

- what the socket holds is read at once, and all messages and acknowledgements in it are passed on together;
- what is published together is written together, and acknowledged inputs too, with one wake-up for all of them;
- no more is under way than the broker has said that it takes (Receive Maximum), by which paho does not go.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import MessageState, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from agent import packets
from agent.core.message import Message

READ_BYTES = 65_536
"""Read at once."""
UNDER_WAY = 128
"""Publications that the broker has not taken at a time, where it does not want fewer."""
_JOINED_BYTES = 65_536
"""Written at once; a larger packet goes by itself."""
_PUBLISH, _PUBACK = 0x30, 0x40
_TOPIC_BYTES, _PAYLOAD_BYTES = 65_535, 268_435_455 - 131_072


class Client(paho.Client):
    """paho's client, which goes on after a goodbye if it shall."""

    returns: Callable[[], bool]
    when_ended: Callable[[Exception | None], None]
    when_heard: Callable[[list[Message]], None]
    """Is told of messages, in order; those of MQTT 5 that have properties come by `on_message`."""
    when_taken: Callable[[list[int]], None]
    """Is told of publications that the broker has; of those that it does not take `on_publish` is."""
    clock: Callable[[], float] = time.time
    """Stamps messages."""
    _handed = b""
    _unread_bytes = 0
    _wanted_bytes = 0
    _reads = False
    _most_under_way = UNDER_WAY

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._unread: list[bytes] = []
        self._waiting: deque[paho.MQTTMessage] = deque()

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:
        error = None
        try:
            code = super().loop_forever(timeout, retry_first_connection)
            while self.returns():
                code = super().loop_forever(timeout, retry_first_connection)
            return code
        except Exception as caught:
            error = caught
            return MQTTErrorCode.MQTT_ERR_UNKNOWN
        finally:
            self.when_ended(error)

    def reconnect(self) -> MQTTErrorCode:
        """Connect anew; what was not read of the connection before is gone with it."""
        self._unread, self._unread_bytes, self._wanted_bytes = [], 0, 0
        return super().reconnect()

    # ---- what comes ------------------------------------------------------------------------------------------------

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read what has come, and write what is to be answered."""
        if self._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        try:
            came = super()._sock_recv(READ_BYTES)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            came = b""
        if not came:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        with self._msgtime_mutex:
            self._last_bytes_received = paho.time_func()
        self._unread.append(came)
        self._unread_bytes += len(came)
        if self._unread_bytes < self._wanted_bytes:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        self._reads = True
        try:
            code = self._read_all(b"".join(self._unread))
        finally:
            # From here on whoever wants something written has to wake the loop up.
            self._reads = False
        return self.loop_write() if code is MQTTErrorCode.MQTT_ERR_SUCCESS and self.want_write() else code

    def _read_all(self, data: bytes) -> MQTTErrorCode:
        """Read the whole packets in the data, and keep the rest."""
        while True:
            messages: list[Message] = []
            taken: list[int] = []
            begin, end = packets.read(data, self.clock(), messages, taken, properties=self._speaks_5)
            if messages:
                self.when_heard(messages)
            if taken:
                self._taken(taken)
            if end > len(data):
                self._unread, self._unread_bytes, self._wanted_bytes = [data[begin:]], len(data) - begin, end - begin
                return MQTTErrorCode.MQTT_ERR_SUCCESS
            # Any other packet is for paho, and is whole.
            self._handed, data = data[begin:end], data[end:]
            code = self._packet_read() if self._handed else MQTTErrorCode.MQTT_ERR_PROTOCOL
            if code > 0:
                return self._loop_rc_handle(code)
            if self._sock is None:
                return MQTTErrorCode.MQTT_ERR_NO_CONN

    def _sock_recv(self, bufsize: int) -> bytes:
        handed, self._handed = self._handed[:bufsize], self._handed[bufsize:]
        return handed

    def _taken(self, mids: list[int]) -> None:
        """The broker has taken publications."""
        with self._out_message_mutex:
            known = [mid for mid in mids if self._out_messages.pop(mid, None) is not None]
            self._inflight_messages -= len(known)
            self._update_inflight()
        if known:
            self.when_taken(known)

    # ---- what goes -------------------------------------------------------------------------------------------------

    def may_send(self, receive_maximum: int) -> None:
        """The broker takes so many publications before it has answered the first of them."""
        self._most_under_way = min(receive_maximum, UNDER_WAY)

    def send(self, publications: Sequence[Outgoing]) -> list[int | None]:
        """Publish by QoS 1. Packet identifiers, one for each; None where there is none left.

        Without a connection they are kept until there is one, as all are that the broker has not taken.
        """
        mids: list[int | None] = []
        with self._out_message_mutex:
            for publication in publications:
                mid = self._mid_generate()
                if mid in self._out_messages:
                    mids.append(None)
                    continue
                publication.mid = mid
                self._out_messages[mid] = publication
                self._waiting.append(publication)
                mids.append(mid)
            self._update_inflight()
        return mids

    def acknowledge(self, mids: Iterable[int]) -> None:
        """Acknowledge messages of QoS 1."""
        self._write(_PUBACK, packets.acknowledgements(mids))

    def _handle_connack(self) -> MQTTErrorCode:
        code = super()._handle_connack()
        with self._out_message_mutex:
            self._update_inflight()
        return code

    def _messages_reconnect_reset_out(self) -> None:
        with self._out_message_mutex:
            self._inflight_messages = 0
            for message in self._out_messages.values():
                message.dup = message.dup or message.state is MessageState.MQTT_MS_WAIT_FOR_PUBACK
                message.state = MessageState.MQTT_MS_QUEUED
            self._waiting = deque(self._out_messages.values())
            # Nothing goes before the new connection's first packet.
            self._out_packet.clear()

    def _update_inflight(self) -> MQTTErrorCode:
        """Send what waits, as far as the broker takes it; to be called with paho's lock."""
        if not self.is_connected():
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        pieces: list[bytes] = []
        size = 0
        while self._waiting and self._inflight_messages < self._most_under_way:
            message = self._waiting.popleft()
            message.state = MessageState.MQTT_MS_WAIT_FOR_PUBACK
            self._inflight_messages += 1
            pieces.append(self._packed(message))
            size += len(pieces[-1])
            if size >= _JOINED_BYTES:
                self._write(_PUBLISH, b"".join(pieces))
                pieces, size = [], 0
        if pieces:
            self._write(_PUBLISH, b"".join(pieces))
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _packed(self, message: paho.MQTTMessage) -> bytes:
        properties = b""
        if self._speaks_5:
            # Made by `fixed`, so they are bytes already.
            properties = packets.NO_PROPERTIES if message.properties is None else message.properties.pack()  # type: ignore[no-untyped-call]
        return packets.publication(
            message._topic, bytes(message.payload), message.mid, properties, retain=message.retain, again=message.dup
        )

    def _write(self, kind: int, data: bytes) -> None:
        if not self._reads:
            self._packet_queue(kind, data, 0, 1)
            return
        # The loop is at work, and writes what it finds before it sleeps.
        self._out_packet.append(
            {"command": kind, "mid": 0, "qos": 1, "pos": 0, "to_process": len(data), "packet": data, "info": None}
        )

    @property
    def _speaks_5(self) -> bool:
        return self._protocol == MQTTProtocolVersion.MQTTv5


class Outgoing(paho.MQTTMessage):
    """A publication of QoS 1, without the lock and Condition by which paho would let others wait for it."""

    __slots__ = ()

    def __init__(self, topic: str, payload: bytes, retain: bool, properties: Properties | None) -> None:
        """Raises ValueError for a topic or payload that cannot be published."""
        self._topic = topic.encode()
        if not 0 < len(self._topic) <= _TOPIC_BYTES or "+" in topic or "#" in topic:
            raise ValueError(f"cannot be published on: {topic[:64]!r}")
        if len(payload) > _PAYLOAD_BYTES:
            raise ValueError(f"{len(payload)} bytes are too many to be published")
        self.payload = payload
        self.qos = 1
        self.retain = retain
        self.properties = properties
        self.mid = 0
        self.dup = False
        self.state = MessageState.MQTT_MS_QUEUED
        self.timestamp = 0.0
        self.info = _NOBODY_WAITS


class _NobodyWaits(paho.MQTTMessageInfo):
    __slots__ = ()

    def _set_as_published(self) -> None:
        pass


_NOBODY_WAITS = _NobodyWaits(0)


def fixed(properties: Properties) -> Properties:
    """Properties that will not be changed any more, written as bytes once."""
    kept = _Fixed(properties.packetType)  # type: ignore[no-untyped-call]
    kept.__dict__.update(properties.__dict__, packed=properties.pack())  # type: ignore[no-untyped-call]
    return kept


class _Fixed(Properties):
    packed: bytes

    def pack(self) -> bytes:
        return self.packed


_TABLES = {
    name: table
    for name, table in vars(Properties(PacketTypes.PUBLISH)).items()  # type: ignore[no-untyped-call]
    if name in ("types", "names", "properties")
}


def _with_common_tables(properties: Properties, packet_type: int) -> None:
    properties.__dict__.clear()
    properties.__dict__.update(_TABLES, packetType=packet_type)


def _cleared(properties: Properties) -> None:
    _with_common_tables(properties, properties.packetType)


# Nobody changes the tables. paho makes these objects in many places and has no hook for it.
Properties.__init__ = _with_common_tables  # type: ignore[method-assign]
Properties.clear = _cleared  # type: ignore[method-assign]
