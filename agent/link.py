"""One paho client: one protocol version, one client id, reconnecting for ever.

paho's network thread runs the callbacks here, and they only leave things for the working loop: an exception in one
would end that thread while paho still says it is connected.

One loop reconnects, and it is paho's. Its delay doubles without any jitter, so that all the clients of a broker would
come back in the same second; therefore each failure tells paho the very delay to wait next, drawn at random.
"""

from __future__ import annotations

import random
import socket
import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.matcher import MQTTMatcher
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from agent.config import Broker
from agent.core.declared import concerns
from agent.core.message import Message, Publication
from agent.core.requests import TOPICS
from agent.inbox import Inbox
from agent.ledger import Delivery, Ledger, Output, Receipt

QOS = 1
"""Of the subscriptions: at least once."""
FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 60.0
STAND_ASIDE_S = 600.0
"""How long the agent leaves the field to another client with its client id, before it looks whether that is gone."""
HELD_S = 10.0
"""A connection that ends sooner counts as a failure to connect: two clients that share an id throw each other out."""
_SHORT = 3
"""Connections in a row that ended so soon, none of which was hard to get: then it is taken for that."""
RETRY_S = 1.0
"""After which the broker is asked again to take what it had no room for."""
MARK = "dragoman"
"""Name of the user property that says which agent has published a message; its value is that agent's prefix."""


class News(Enum):
    """What can happen to the connection."""

    CONNECTED = auto()
    """The broker has accepted the agent."""
    SUBSCRIBED = auto()
    """The broker has acknowledged at least one subscription: messages come."""
    FILTER_REFUSED = auto()
    """The broker does not let the agent subscribe to a topic filter."""
    REFUSED = auto()
    """The broker does not let the agent in."""
    UNSUPPORTED = auto()
    """The broker does not speak this version of MQTT."""
    HUNG_UP = auto()
    """The connection ended before the broker had answered at all."""
    UNREACHABLE = auto()
    """There is no connection to the broker, or no agreement on TLS."""
    LOST = auto()
    """The connection has ended; it is being re-established."""
    FELL_BACK = auto()
    """Another version of MQTT is tried."""
    PUBLICATION_REFUSED = auto()
    """The broker does not let the agent publish; told once a connection."""
    BROKER_FULL = auto()
    """The broker has no room for what the agent publishes, which is sent again; told once a connection."""
    SESSION_LOST = auto()
    """The broker has forgotten the session, and with it what came meanwhile."""
    TAKEN_OVER = auto()
    """Another client has connected by the same client id."""
    PROVED = auto()
    """What the agent published under its own prefix came back: it may speak, and it hears."""
    DEAF = auto()
    """What the agent published under its own prefix did not come back."""
    DIED = auto()
    """The network thread has ended by an error; nothing will come any more."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to the connection, told in `detail`."""

    news: News
    detail: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a connection depends on."""

    broker: Broker
    password: str | None = field(repr=False)
    prefix: str
    subscribe: tuple[str, ...]
    ignore: tuple[str, ...]
    unacknowledged: int = 64
    """Inputs of QoS 1 that the broker may send before it waits for acknowledgements."""
    packet_bytes: int = 4 * 2**20
    """The broker does not send a larger packet, which might not fit into memory."""
    inbox_messages: int = 10_000
    inbox_bytes: int = 16 * 2**20
    """Messages of QoS 0 that may wait, in number and in bytes."""
    outbox_messages: int = 1_000
    outbox_bytes: int = 16 * 2**20
    """Publications that the broker has not taken, at which no more messages are read, in number and in bytes."""
    discovery_prefix: str = "homeassistant"
    """Where Home Assistant says that it has started, and discovery messages come."""
    unsubscribe: tuple[str, ...] = field(default=(), compare=False)
    """Topic filters of an earlier configuration, which the session at the broker still has."""

    @property
    def keeps_session(self) -> bool:
        """Whether the broker shall keep what comes while the agent is away."""
        return self.broker.session_expiry > 0

    @property
    def probe_topic(self) -> str:
        """Where the agent speaks to itself, to see whether it can."""
        name = "".join("_" if character in "+#/" else character for character in self.broker.client_id)
        return f"{self.prefix}/probe/{name}"

    @property
    def requests(self) -> tuple[str, ...]:
        """Topics on which the agent is asked for something."""
        return tuple(f"{self.prefix}/{last}" for last in TOPICS)

    def heard_anyway(self, topic: str) -> bool:
        """Whether the topic is none of a device's state but tells about devices, so that no filter keeps it out."""
        return topic == f"{self.discovery_prefix}/status" or concerns(topic, self.discovery_prefix)

    @property
    def own_filters(self) -> tuple[str, ...]:
        """Topic filters that the agent needs beside those of the configuration."""
        if "#" in self.subscribe:
            return (self.probe_topic,)
        prefix = self.discovery_prefix
        wanted = (*self.requests, f"{prefix}/status", f"{prefix}/+/+/config", f"{prefix}/+/+/+/config")
        return (*(name for name in wanted if name not in self.subscribe), self.probe_topic)


_ADVICE = {
    "Bad user name or password": "check broker.username and the password",
    "Not authorized": "the broker's access rules do not allow this user or client_id",
    "Client identifier not valid": "choose another broker.client_id",
    "Session taken over": "another client uses the same broker.client_id; give each its own",
}


class Link:
    """One client of the broker. Public methods are for the working loop alone."""

    def __init__(
        self,
        settings: Settings,
        version: MQTTProtocolVersion,
        will: Publication,
        tls: ssl.SSLContext | None,
        inbox: Inbox[tuple[Link, Change]],
        *,
        clock: Callable[[], float],
        failures: int,
    ) -> None:
        """`failures` is the number of attempts that failed before, from which the first delay follows."""
        self._settings = settings
        self._inbox = inbox
        self._clock = clock
        self._failures = failures
        self._ignore = MQTTMatcher()  # type: ignore[no-untyped-call]
        for topic_filter in settings.ignore:
            self._ignore[topic_filter] = True
        self._attempted = False
        self._answered = False
        self._established = False
        self._established_at = 0.0
        self._had_session = False
        self._short = 0
        self._publication_refused = False
        self._broker_full = False
        self._again_at = 0.0
        self._retired = False
        self._ended = threading.Event()
        self._mark = _marked(settings.prefix) if version is MQTTProtocolVersion.MQTTv5 else None
        self.counters: Counter[str] = Counter()
        """Of messages that did not reach the inbox, and of publications refused; written by the network thread."""
        self.client = self._made(version, will, tls)
        """paho's own."""
        self.ledger = Ledger(lambda mid: self.client.ack(mid, QOS))
        """Which inputs wait for which outputs."""

    def open(self) -> None:
        """Begin to connect."""
        broker = self._settings.broker
        # paho asks after a keepalive of silence and waits for the answer as long again.
        keepalive_s = max(1, broker.keepalive // 2)
        if self.client.protocol is MQTTProtocolVersion.MQTTv5:
            self.client.connect_async(
                broker.host,
                broker.port,
                keepalive_s,
                clean_start=not self._settings.keeps_session,
                properties=self._connect_properties(),
            )
        else:
            self.client.connect_async(broker.host, broker.port, keepalive_s)
        self.client.loop_start()

    def _connect_properties(self) -> Properties:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._settings.broker.session_expiry
        properties.ReceiveMaximum = self._settings.unacknowledged
        properties.MaximumPacketSize = self._settings.packet_bytes
        return properties

    @property
    def failures(self) -> int:
        """Attempts to connect that failed since the last that did not."""
        return self._failures

    @property
    def alive(self) -> bool:
        """Whether the network thread runs."""
        return not self._ended.is_set()

    @property
    def unacknowledged(self) -> int:
        """Publications of QoS 1 that the broker has not acknowledged yet."""
        return self.ledger.under_way

    @property
    def congested(self) -> bool:
        """Whether the broker has so much to take that nothing should be added."""
        ledger, settings = self.ledger, self._settings
        full = ledger.under_way >= settings.outbox_messages or ledger.under_way_bytes >= settings.outbox_bytes
        return full or ledger.postponed > 0

    def publish(self, publication: Publication, receipt: Receipt | None = None) -> None:
        """Hand a publication to paho, which keeps it over a lost connection until the broker has it.

        The input of the receipt is not acknowledged before this is.
        """
        self._send(self.ledger.owed(publication, receipt))

    def publish_postponed(self) -> None:
        """Publish again what the broker had no room for, when it has had time to make some."""
        if self.ledger.postponed and time.monotonic() >= self._again_at:
            for output in self.ledger.again():
                self._send(output)

    def _send(self, output: Output) -> None:
        # All by one QoS: paho tells by the same callback that it has written a message of QoS 0 and that the broker
        # has acknowledged one of QoS 1, and packet identifiers are used again.
        publication = output.publication
        info = self.client.publish(
            publication.topic, publication.payload, QOS, publication.retain, properties=self._mark
        )
        if info.rc is MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            # All 65,535 packet identifiers are in use: a few messages made thousands of events each.
            self._postpone()
            self.ledger.not_sent(output)
            return
        self.ledger.sent(info.mid, output)

    def _postpone(self) -> None:
        self._again_at = time.monotonic() + random.uniform(RETRY_S / 2, RETRY_S)
        self.counters["publications_postponed"] += 1

    def answer(self, delivery: Delivery, publications: Sequence[Publication]) -> None:
        """Publish what came of a message. It is acknowledged as soon as the broker has all of that."""
        for publication in publications:
            self.publish(publication, delivery.receipt)
        if delivery.receipt is not None:
            self.ledger.answered(delivery.receipt)

    def prove(self) -> None:
        """Speak to itself: that comes back, as News.PROVED, when the broker's rules allow both speaking and hearing."""
        self.publish(Publication(self._settings.probe_topic, b"{}", qos=1))

    def end(self, timeout_s: float) -> None:
        """Say goodbye to the broker, and wait for that at most for the timeout."""
        self._retired = True
        self.client.disconnect()
        # Not loop_stop, which would wait for ever for a broker that has fallen silent. The thread is a daemon.
        self._ended.wait(max(0.0, timeout_s))

    def _made(self, version: MQTTProtocolVersion, will: Publication, tls: ssl.SSLContext | None) -> _Client:
        broker = self._settings.broker
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client_id,
            protocol=version,
            clean_session=None if version is MQTTProtocolVersion.MQTTv5 else not self._settings.keeps_session,
            manual_ack=True,
        )
        # Unlimited, because paho would drop the newest without a word; the transport keeps the bound.
        client.max_queued_messages_set(0)
        client.username_pw_set(broker.username, self._settings.password)
        client.will_set(will.topic, will.payload, qos=will.qos, retain=will.retain)
        if tls is not None:
            client.tls_set_context(tls)
            client.tls_insecure_set(broker.tls.insecure)
        client.on_socket_open = _send_at_once
        client.on_pre_connect = self._on_pre_connect
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.when_ended = self._on_end
        return client

    def _tell(self, news: News, detail: str) -> None:
        self._inbox.tell((self, Change(news, detail)))

    def _on_pre_connect(self, client: paho.Client, userdata: Any) -> None:
        self._attempted = True

    def _on_connect(
        self, client: paho.Client, userdata: Any, flags: paho.ConnectFlags, reason: ReasonCode, properties: Any
    ) -> None:
        self._answered = True
        if self._retired:
            # It was just connecting when it was told to end, which paho then forgets.
            client.disconnect()
        elif reason.is_failure:
            name = reason.getName()
            unsupported = name == "Unsupported protocol version"
            self._tell(News.UNSUPPORTED if unsupported else News.REFUSED, _advised(name))
        else:
            self._established = True
            self._established_at = time.monotonic()
            self._publication_refused = self._broker_full = False
            self._tell(News.CONNECTED, "the session goes on" if flags.session_present else "a new session")
            if not flags.session_present:
                self.ledger.forgotten()
                if self._had_session and self._settings.keeps_session:
                    self._tell(News.SESSION_LOST, "the broker has forgotten the session: what came meanwhile is lost")
            self._subscribe(client, again=self._had_session)
            self._had_session = True

    def _subscribe(self, client: paho.Client, again: bool) -> None:
        """`again`: after the first time retained messages are wanted only where the broker forgot the subscription."""
        if self._settings.unsubscribe and not again:
            client.unsubscribe(list(self._settings.unsubscribe))
        filters = (*self._settings.subscribe, *self._settings.own_filters)
        if client.protocol is MQTTProtocolVersion.MQTTv5:
            retained = SubscribeOptions.RETAIN_SEND_IF_NEW_SUB if again else SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE
            # No-local is a protocol error on a shared subscription (MQTT 5, section 3.8.3.1), and would silence the
            # probe.
            local = [name.startswith("$share/") or name == self._settings.probe_topic for name in filters]
            client.subscribe(
                [
                    (name, SubscribeOptions(qos=QOS, noLocal=not hears_itself, retainHandling=retained))
                    for name, hears_itself in zip(filters, local, strict=True)
                ]
            )
        else:
            client.subscribe([(name, QOS) for name in filters])

    def _on_subscribe(
        self, client: paho.Client, userdata: Any, mid: int, reasons: list[ReasonCode], properties: Properties | None
    ) -> None:
        granted = 0
        for topic_filter, reason in zip(self._settings.subscribe, reasons, strict=False):
            if reason.is_failure:
                self._tell(News.FILTER_REFUSED, f"{topic_filter}: {_advised(reason.getName())}")
            else:
                granted += 1
        if granted:
            self._tell(News.SUBSCRIBED, f"{granted} of {len(self._settings.subscribe)} topic filters")

    def _on_connect_fail(self, client: paho.Client, userdata: Any) -> None:
        # paho calls this while it handles the error that it does not pass on.
        error = sys.exc_info()[1]
        self._short = 0
        self._delay(client)
        self._tell(News.UNREACHABLE, _reason(error))

    def _on_disconnect(
        self,
        client: paho.Client,
        userdata: Any,
        flags: paho.DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        # paho tells a keepalive timeout twice.
        if self._retired or not self._attempted:
            return
        self._attempted = False
        self.ledger.lost()
        if self._established:
            held = time.monotonic() - self._established_at >= HELD_S
            self._failures = 0 if held else self._failures
            self._short = 0 if held else self._short + 1
        self._delay(client)
        # Few brokers say it, and MQTT 3.1.1 has no word for it.
        told = reason.getName() == "Session taken over"
        if self._established and (told or self._short >= _SHORT):
            self._short = 0
            client.reconnect_delay_set(STAND_ASIDE_S, STAND_ASIDE_S)  # type: ignore[arg-type]
            cause = (
                "another client has"
                if told
                else f"the connection broke {_SHORT} times soon after it was made: has another client"
            )
            self._tell(
                News.TAKEN_OVER,
                f"{cause} the client_id {self._settings.broker.client_id!r}{'.' if told else '?'} Give each its own. "
                f"This one leaves the field for {STAND_ASIDE_S / 60:.0f} minutes",
            )
        elif self._established:
            ended = flags.is_disconnect_packet_from_server or reason.getName() == "Keep alive timeout"
            self._tell(News.LOST, _advised(reason.getName()) if ended else "the connection broke")
        elif not self._answered:
            self._tell(News.HUNG_UP, "the broker ended the connection without an answer")
        self._answered = self._established = False

    def _delay(self, client: paho.Client) -> None:
        longest = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** min(self._failures, 16))
        self._failures += 1
        delay_s = random.uniform(longest / 2, longest)
        # paho says int, and only adds and compares.
        client.reconnect_delay_set(delay_s, delay_s)  # type: ignore[arg-type]

    def _on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError as error:
            # No broker should pass such a topic on. Core refuses it with a reason, so let it come that far.
            topic = error.object.decode("utf-8", "surrogateescape")
        prefix = self._settings.prefix
        if topic == self._settings.probe_topic:
            self._tell(News.PROVED, "the agent may speak, and hears")
            self._pass_over(message)
        elif topic in self._settings.requests or self._settings.heard_anyway(topic):
            self._deliver(Message(topic, bytes(message.payload), self._clock(), message.qos, message.retain), message)
        elif topic == prefix or topic.startswith(f"{prefix}/"):
            self._pass_over(message, "own")
        elif _published_by_an_agent(topic, message):
            self._pass_over(message, "of_other_agents")
        elif self._settings.ignore and any(self._ignore.iter_match(topic)):  # type: ignore[no-untyped-call]
            self._pass_over(message, "ignored")
        else:
            arrived = Message(
                topic, bytes(message.payload), self._clock(), message.qos, message.retain, message.dup, message.mid
            )
            self._deliver(arrived, message)

    def _deliver(self, arrived: Message, message: paho.MQTTMessage) -> None:
        if not message.qos:
            self._inbox.put(Delivery(arrived))
            return
        receipt = self.ledger.received(message.mid, arrived)
        if receipt is not None:
            self._inbox.put(Delivery(arrived, receipt), again=message.dup)

    def _pass_over(self, message: paho.MQTTMessage, counter: str | None = None) -> None:
        if counter is not None:
            self.counters[counter] += 1
        if message.qos:
            self.ledger.passed_over(message.mid)

    def _on_publish(
        self, client: paho.Client, userdata: Any, mid: int, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.getName() == "Quota exceeded":
            self._postpone()
            self.ledger.delivered(mid, taken=False)
            if not self._broker_full:
                self._broker_full = True
                self._tell(News.BROKER_FULL, "its quota is exceeded; what it did not take is published again")
            return
        self.ledger.delivered(mid)
        if reason.is_failure:
            self.counters["publications_refused"] += 1
            if not self._publication_refused:
                self._publication_refused = True
                self._tell(News.PUBLICATION_REFUSED, f"{_advised(reason.getName())}: {self._missing_rule()}")

    def _missing_rule(self) -> str:
        prefix, discovery = self._settings.prefix, self._settings.discovery_prefix
        return (
            f"the agent publishes below {prefix} and, unless discovery.mode is off, {discovery}; "
            f"mosquitto: topic write {prefix}/# and topic write {discovery}/#"
        )

    def _on_end(self, error: Exception | None) -> None:
        self._ended.set()
        if error is not None:
            self._tell(News.DIED, f"{type(error).__name__}: {error}")


class _Client(paho.Client):
    """paho's client, whose thread does not end unnoticed."""

    when_ended: Callable[[Exception | None], None]

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:
        error = None
        try:
            return super().loop_forever(timeout, retry_first_connection)
        except Exception as caught:
            error = caught
            return MQTTErrorCode.MQTT_ERR_UNKNOWN
        finally:
            self.when_ended(error)


def _send_at_once(client: paho.Client, userdata: Any, connection: Any) -> None:
    """Small packets are not held back until the broker's system has acknowledged the one before (40 ms and more)."""
    with suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _marked(prefix: str) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.UserProperty = (MARK, prefix)
    return properties


_SHAPES = {"/interpretation/": b'{"schema":1,"topic":', "/event/": b'{"schema":1,"at":'}


def _published_by_an_agent(topic: str, message: paho.MQTTMessage) -> bool:
    """Whether another agent has published the message, under a prefix of its own."""
    marks = getattr(message.properties, "UserProperty", ()) if message.properties is not None else ()
    if any(name == MARK for name, _ in marks):
        return True
    # MQTT 3.1.1 has no user properties, but two agents must not talk each other to death there either.
    return any(part in topic and message.payload.startswith(shape) for part, shape in _SHAPES.items())


def _advised(reason: str) -> str:
    return f"{reason}: {_ADVICE[reason]}" if reason in _ADVICE else reason


def _reason(error: BaseException | None) -> str:
    """Why there is no connection, in one sentence."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the broker's certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"no agreement on TLS: {(error.reason or 'unknown').replace('_', ' ').lower()}"
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    return str(error)
