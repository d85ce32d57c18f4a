"""One look at a broker, as `dragoman setup` takes it: whether it lets us in, and what is said there."""

from __future__ import annotations

import queue
import ssl
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from agent.config import Broker
from agent.core.message import Message
from agent.credentials import tls_context

TOPICS = 5_000
"""Of which the last message is kept."""
PAYLOAD_BYTES = 65_536
"""Longer payloads are not kept."""
_SOFTWARE = "$SYS/broker/version"


class BrokerRefused(Exception):
    """The broker cannot be reached or lets nobody in; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was heard at a broker within some seconds."""

    messages: int
    retained: int
    topics: int
    levels: tuple[tuple[str, int], ...]
    """First levels of topics with the number of topics below each, the most common first."""
    latest: tuple[Message, ...]
    """The last message of each topic, of as many topics as are kept."""
    protocol: str
    """The version of MQTT in use."""
    software: str
    """What the broker says it is, as "mosquitto version 2.0.11"; "" where it does not."""


def look(broker: Broker, password: str | None, listen_s: float, connect_s: float = 10.0) -> Seen:
    """What is heard on `#` within the time. Publishes nothing.

    Raises:
        BrokerRefused: no connection, or no subscription.
        CredentialError: a certificate or key cannot be used.
    """
    context = tls_context(broker.tls) if broker.tls.enabled else None
    version = MQTTProtocolVersion.MQTTv311 if broker.protocol == "3.1.1" else MQTTProtocolVersion.MQTTv5
    try:
        return _look(broker, password, context, version, listen_s=listen_s, connect_s=connect_s)
    except _Unsupported:
        older = MQTTProtocolVersion.MQTTv311
        return _look(broker, password, context, older, listen_s=listen_s, connect_s=connect_s)


class _Unsupported(Exception):
    pass


def _look(
    broker: Broker,
    password: str | None,
    context: ssl.SSLContext | None,
    version: MQTTProtocolVersion,
    *,
    listen_s: float,
    connect_s: float,
) -> Seen:
    answers: queue.Queue[str | None] = queue.Queue()
    heard = _Heard()

    # paho's thread runs these; they only leave things behind.
    def on_connect(
        client: paho.Client, userdata: Any, flags: paho.ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            answers.put(reason.getName())
        else:
            # The wildcard does not cover what begins with $.
            client.subscribe([("#", 0), (_SOFTWARE, 0)])

    def on_subscribe(
        client: paho.Client, userdata: Any, mid: int, reasons: list[ReasonCode], properties: Properties | None
    ) -> None:
        answers.put(f"subscription refused: {reasons[0].getName()}" if reasons[0].is_failure else None)

    def on_message(client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        heard.add(message._topic.decode("utf-8", "replace"), bytes(message.payload), message.retain)

    def on_disconnect(
        client: paho.Client,
        userdata: Any,
        flags: paho.DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        answers.put("the broker hung up")

    # Not the agent's own name: the broker would throw out an agent that runs already.
    client = paho.Client(CallbackAPIVersion.VERSION2, f"{broker.client_id[:120]}-setup", protocol=version)
    client.on_connect, client.on_subscribe = on_connect, on_subscribe
    client.on_message, client.on_disconnect = on_message, on_disconnect
    client.username_pw_set(broker.username, password)
    client.connect_timeout = connect_s
    if context is not None:
        client.tls_set_context(context)
    address = f"{broker.host}:{broker.port}"
    try:
        client.connect(broker.host, broker.port, keepalive=broker.keepalive)
    except ssl.SSLError as error:
        raise BrokerRefused(f"{address}: no agreement on TLS: {error.reason or error}") from None
    except OSError as error:
        raise BrokerRefused(f"{address} cannot be reached: {error.strerror or error}; check name and port") from None
    client.loop_start()
    try:
        refusal = answers.get(timeout=connect_s)
        if refusal == "Unsupported protocol version" and version is not MQTTProtocolVersion.MQTTv311:
            raise _Unsupported
        if refusal is not None:
            raise BrokerRefused(f"{address} answers: {refusal}; check user name, password and the broker's access list")
        time.sleep(listen_s)
    except queue.Empty:
        raise BrokerRefused(f"{address} does not answer within {connect_s:g} s; is it an MQTT broker?") from None
    finally:
        client.disconnect()
        client.loop_stop()
    return heard.seen("3.1.1" if version is MQTTProtocolVersion.MQTTv311 else "5")


class _Heard:
    """What has been heard so far."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._topics: dict[str, Message | None] = {}
        self._software = ""

    def add(self, topic: str, payload: bytes, retained: bool) -> None:
        """Note one message."""
        if topic == _SOFTWARE:
            self._software = payload.decode("utf-8", "replace")[:80]
            return
        self._counts["messages"] += 1
        self._counts["retained"] += retained
        keep = len(payload) <= PAYLOAD_BYTES and (topic in self._topics or len(self._topics) < TOPICS)
        self._topics[topic] = Message(topic, payload, time.time(), retained=retained) if keep else None

    def seen(self, protocol: str) -> Seen:
        """All of it."""
        levels = Counter(topic.partition("/")[0] for topic in self._topics)
        return Seen(
            messages=self._counts["messages"],
            retained=self._counts["retained"],
            topics=len(self._topics),
            levels=tuple(levels.most_common()),
            latest=tuple(message for message in self._topics.values() if message is not None),
            protocol=protocol,
            software=self._software,
        )
