"""paho's client made for our use: its thread does not end unnoticed, and it wastes less of a small machine.

At QoS 1 paho's own work is the largest part of what a message costs. Looked at with cProfile and strace, it goes where
nothing is gained, and what can be left out without another client library is left out here:

- With MQTT 5 every packet makes an object with tables of all properties in it, which are made anew each time: more than
  half of the cost of a message. Here they are made once.
- Each packet is read by three or more calls of the system: a byte, the length byte by byte, the rest. Here what the
  socket has is read at once, and handed out from memory.
- Each packet is written by a call of its own. Here those that wait are joined: an acknowledgement goes with the
  publications around it.

What remains is paho's: locks, a Condition for each publication, the wake-up of its thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

READ_BYTES = 65_536
"""Read at once."""
_JOINED_BYTES = 16_384
"""Written at once; one larger packet goes by itself."""
_PUBLISH, _PUBACK = 0x30, 0x40


class Client(paho.Client):
    """paho's client, which goes on after a goodbye if it shall."""

    returns: Callable[[], bool]
    when_ended: Callable[[Exception | None], None]
    _unread = b""
    _read = 0

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
        self._unread, self._read = b"", 0
        return super().reconnect()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read packets, at least as many as have come at once."""
        code = super().loop_read(max_packets)
        # Nobody would wake up for what is no longer in the socket.
        while code is MQTTErrorCode.MQTT_ERR_SUCCESS and self._read < len(self._unread):
            code = super().loop_read(max_packets)
        return code

    def loop_write(self) -> MQTTErrorCode:
        """Write what waits."""
        self._join()
        return super().loop_write()

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._read >= len(self._unread):
            # In the middle of a packet no more than that, or a flood would never let the loop write.
            if self._in_packet["command"]:
                return super()._sock_recv(bufsize)
            self._unread, self._read = super()._sock_recv(READ_BYTES), 0
        begin, self._read = self._read, min(self._read + bufsize, len(self._unread))
        return self._unread[begin : self._read]

    def _join(self) -> None:
        """Make one packet of the first that wait, as far as paho does nothing more than to write them.

        Other threads add to the other end meanwhile, so packets are only taken from this one.
        """
        waiting = self._out_packet
        first: Any = None
        pieces: list[bytes] = []
        size = 0
        while waiting and size < _JOINED_BYTES:
            packet = waiting[0]
            kind = packet["command"] & 0xF0
            if packet["pos"] or not (kind == _PUBACK or (kind == _PUBLISH and packet["qos"])):
                break
            waiting.popleft()
            first = first or packet
            pieces.append(bytes(packet["packet"]))
            size += len(pieces[-1])
        if first is not None:
            joined = b"".join(pieces)
            first.update(packet=joined, to_process=len(joined))
            waiting.appendleft(first)


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
