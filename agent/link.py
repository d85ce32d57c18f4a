"""One paho client: one protocol version, one client id, reconnecting for ever.

paho's network thread runs the callbacks here, and they only leave things for the working loop: an exception in one
would end that thread while paho still says it is connected.

One loop reconnects, and it is paho's. Its delay doubles without any jitter, so that all the clients of a broker would
come back in the same second; therefore each failure tells paho the very delay to wait next, drawn at random.
"""

from __future__ import annotations

import random
import ssl
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.matcher import MQTTMatcher
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from agent.config import Broker
from agent.core.message import Message, Publication
from agent.inbox import Inbox

QOS = 1
"""Of the subscriptions: at least once."""
FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 60.0


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
        self._answered = False
        self._established = False
        self._publication_refused = False
        self._retired = False
        self._ended = threading.Event()
        self._published: deque[int] = deque()
        self._under_way: set[int] = set()
        self.counters: Counter[str] = Counter()
        """Of messages that did not reach the inbox, and of publications refused; written by the network thread."""
        self.client = self._made(version, will, tls)
        """paho's own."""

    def open(self) -> None:
        """Begin to connect."""
        broker = self._settings.broker
        self.client.connect_async(broker.host, broker.port, broker.keepalive)
        self.client.loop_start()

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
        # Only this thread changes the set, so an acknowledgement that was quicker than `publish` is not lost.
        while self._published:
            self._under_way.discard(self._published.popleft())
        return len(self._under_way)

    def publish(self, publication: Publication) -> None:
        """Hand a publication to paho. With QoS 1 it outlives a lost connection, with QoS 0 it does not."""
        info = self.client.publish(
            publication.topic, publication.payload, qos=publication.qos, retain=publication.retain
        )
        if publication.qos:
            self._under_way.add(info.mid)

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
            clean_session=None if version is MQTTProtocolVersion.MQTTv5 else True,
        )
        # Unlimited, because paho would drop the newest without a word; the transport keeps the bound.
        client.max_queued_messages_set(0)
        client.username_pw_set(broker.username, self._settings.password)
        client.will_set(will.topic, will.payload, qos=will.qos, retain=will.retain)
        if tls is not None:
            client.tls_set_context(tls)
            client.tls_insecure_set(broker.tls.insecure)
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
            self._failures = 0
            self._established = True
            self._publication_refused = False
            self._tell(News.CONNECTED, "")
            self._subscribe(client)

    def _subscribe(self, client: paho.Client) -> None:
        if client.protocol is MQTTProtocolVersion.MQTTv5:
            # No-local is a protocol error on a shared subscription (MQTT 5, section 3.8.3.1).
            options = [
                (name, SubscribeOptions(qos=QOS, noLocal=not name.startswith("$share/")))
                for name in self._settings.subscribe
            ]
            client.subscribe(options)
        else:
            client.subscribe([(name, QOS) for name in self._settings.subscribe])

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
        if self._retired:
            return
        self._delay(client)
        if self._established:
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
        if topic == prefix or topic.startswith(f"{prefix}/"):
            self.counters["own"] += 1
        elif self._settings.ignore and any(self._ignore.iter_match(topic)):  # type: ignore[no-untyped-call]
            self.counters["ignored"] += 1
        else:
            self._inbox.put(Message(topic, bytes(message.payload), self._clock(), message.qos, message.retain))

    def _on_publish(
        self, client: paho.Client, userdata: Any, mid: int, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._published.append(mid)
        if reason.is_failure:
            self.counters["publications_refused"] += 1
            if not self._publication_refused:
                self._publication_refused = True
                self._tell(News.PUBLICATION_REFUSED, _advised(reason.getName()))

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
