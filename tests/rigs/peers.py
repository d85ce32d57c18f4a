"""What the rigs play with: senders and listeners that lose nothing themselves, and what a process uses of memory."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

PERSISTENT = """allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 1
autosave_on_changes false
max_queued_messages 0
max_inflight_messages {inflight}
"""
"""A mosquitto that forgets nothing: by default it would keep a thousand messages a client and drop the rest."""


def persistent(folder: Path, inflight: int = 100) -> str:
    """The lines of configuration of such a mosquitto."""
    return PERSISTENT.format(folder=folder, inflight=inflight)


class Lasting:
    """A client that comes back by itself, at once, to the session that it left."""

    def __init__(self, port: int, name: str) -> None:
        self.client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5)
        self.client.max_queued_messages_set(0)
        self.client.reconnect_delay_set(0.1, 0.5)  # type: ignore[arg-type]
        session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = 3_600
        session.ReceiveMaximum = 1_000
        self.client.connect_async("127.0.0.1", port, 10, clean_start=False, properties=session)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


class Sender(Lasting):
    """Publishes by QoS 1 and knows what the broker has taken."""

    def __init__(self, port: int) -> None:
        super().__init__(port, "rig-sender")
        self._taken = threading.Semaphore(0)
        self.refused: Counter[str] = Counter()
        self.client.on_publish = self._on_publish
        self.client.loop_start()

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason: ReasonCode, properties: Any) -> None:
        if reason.is_failure:
            self.refused[reason.getName()] += 1
        self._taken.release()

    def send(self, messages: Iterator[tuple[str, bytes]], ahead: int = 200) -> None:
        """Publish all; returns when the broker has acknowledged all. At most `ahead` are under way."""
        under_way = 0
        for topic, payload in messages:
            self.client.publish(topic, payload, qos=1)
            under_way += 1
            if under_way >= ahead:
                self._taken.acquire()
                under_way -= 1
        for _ in range(under_way):
            self._taken.acquire()


class Listener(Lasting):
    """Counts what comes below a topic by the value of its one reading, once for each time that it was published."""

    def __init__(self, port: int, topic_filter: str) -> None:
        super().__init__(port, "rig-listener")
        self.seen: Counter[int] = Counter()
        self.redelivered = 0
        """Messages that the broker says it had sent before; not counted as seen again."""
        self._subscribed = threading.Event()
        self.client.on_connect = lambda client, *_: client.subscribe(topic_filter, qos=1)
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.on_message = self._on_message
        self.client.loop_start()
        assert self._subscribed.wait(15), "the listener does not hear"

    def _on_message(self, client: Any, userdata: Any, message: paho.MQTTMessage) -> None:
        with suppress(ValueError, LookupError, TypeError):
            number = int(json.loads(message.payload)["readings"][0]["raw"])
            if message.dup and number in self.seen:
                self.redelivered += 1
            else:
                self.seen[number] += 1

    def missing(self, count: int) -> int:
        """How many of the numbers from 0 to `count` were not heard."""
        return count - sum(number < count for number in list(self.seen))

    def wait(self, count: int, patience_s: float, at_most_s: float = float("inf")) -> float:
        """Wait until all numbers were heard, or none has come for so long, or time is up. Seconds that it took."""
        started = heard_at = time.monotonic()
        before = -1
        while self.missing(count) and (now := time.monotonic()) - heard_at < patience_s and now - started < at_most_s:
            if len(self.seen) != before:
                before, heard_at = len(self.seen), time.monotonic()
            time.sleep(0.2)
        return time.monotonic() - started


def resident_bytes(process: int) -> int:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
