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
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from agent.connection import Change, News, Settings, advised
from agent.core.message import Publication
from agent.inbox import Inbox
from agent.ledger import Ledger
from agent.outbox import Outbox
from agent.paho_client import UNDER_WAY, Client
from agent.reception import Reception

QOS = 1
"""Of the subscriptions: at least once."""
FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 60.0
STAND_ASIDE_S = 600.0
"""How long the agent leaves the field to another client with its client id, before it looks whether that is gone."""
HELD_S = 10.0
"""A connection that ends sooner counts as a failure to connect: two clients that share an id throw each other out."""
FAREWELL_S = 1.0
"""How long the broker may take to close the connection after a goodbye."""
_SHORT = 3
"""Connections in a row that ended so soon, none of which was hard to get: then it is taken for that."""


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
        self._failures = failures
        self._attempted = False
        self._answered = False
        self._established = False
        self._established_at = 0.0
        self._had_session = False
        self._short = 0
        self._fetching = False
        self._away = False
        self._retired = False
        self._ended = threading.Event()
        self.counters: Counter[str] = Counter()
        """Of messages that did not reach the inbox, and of publications refused; written by the network thread."""
        self.client = self._made(version, will, tls)
        """paho's own."""
        self.ledger = Ledger(self.client.acknowledge)
        """Which inputs wait for which outputs."""
        self.outbox = Outbox(settings, self.client, self.ledger, self.counters, self._tell)
        """What is published."""
        self._reception = Reception(settings, self.ledger, inbox, self.counters, tell=self._tell, clock=clock)
        self.client.clock = clock
        self.client.when_heard = self._reception.take_in
        self.client.on_message = self._reception.on_message
        self.client.when_taken = self._when_taken
        self.client.on_publish = self._on_publish

    def open(self) -> None:
        """Begin to connect."""
        self._connect()
        self.client.loop_start()

    def _connect(self) -> None:
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
    def left(self) -> int:
        """Messages that were left at the broker for want of room, since the present connection was made."""
        return self._reception.left

    def fetch_left(self) -> None:
        """Part from the broker and come back at once: then it sends again what was left there.

        To be called when everything else is done, since nothing that is under way should be published twice.
        """
        if self._established and not self._fetching:
            self._fetching = True
            self.client.disconnect()

    def prove(self) -> None:
        """Speak to itself: that comes back, as News.PROVED, when the broker's rules allow both speaking and hearing."""
        self.outbox.publish([Publication(self._settings.probe_topic, b"{}", qos=1)])

    def end(self, timeout_s: float) -> None:
        """Say goodbye to the broker, and wait for that at most for the timeout."""
        self._retired = True
        self.client.disconnect()
        # Not loop_stop, which would wait for ever for a broker that has fallen silent. The thread is a daemon.
        self._ended.wait(max(0.0, timeout_s))

    def _made(self, version: MQTTProtocolVersion, will: Publication, tls: ssl.SSLContext | None) -> Client:
        broker = self._settings.broker
        client = Client(
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
        client.on_socket_close = self._on_socket_close
        client.on_pre_connect = self._on_pre_connect
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.returns = self._returns
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
            self._tell_if_away()
            self._tell(News.UNSUPPORTED if unsupported else News.REFUSED, advised(name))
        else:
            fetched = self._away and flags.session_present
            self._away = self._fetching = False
            self._established = True
            self.client.may_send(getattr(properties, "ReceiveMaximum", UNDER_WAY))
            self._reception.begin(again=fetched)
            if fetched:
                # To subscribe again would bring all that is retained again, with MQTT 3.1.1.
                self._tell(News.FETCHED, "the session went on")
                return
            self._established_at = time.monotonic()
            self.outbox.begin()
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
                self._tell(News.FILTER_REFUSED, f"{topic_filter}: {advised(reason.getName())}")
            else:
                granted += 1
        if granted:
            self._tell(News.SUBSCRIBED, f"{granted} of {len(self._settings.subscribe)} topic filters")

    def _on_connect_fail(self, client: paho.Client, userdata: Any) -> None:
        # paho calls this while it handles the error that it does not pass on.
        error = sys.exc_info()[1]
        self._tell_if_away()
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
        self._tell_if_away()
        # Whoever speaks first has the word: a connection may also break while the agent says goodbye.
        self._away = self._established and self._fetching
        self._fetching = False
        if self._away:
            self._answered = self._established = False
            return
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
            self._tell(News.LOST, advised(reason.getName()) if ended else "the connection broke")
        elif not self._answered:
            self._tell(News.HUNG_UP, "the broker ended the connection without an answer")
        self._answered = self._established = False

    def _when_taken(self, mids: list[int]) -> None:
        self.outbox.taken(mids)
        self._inbox.look_again()

    def _on_publish(
        self, client: paho.Client, userdata: Any, mid: int, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self.outbox.told(mid, reason)
        self._inbox.look_again()

    def _tell_if_away(self) -> None:
        """Tell that the connection is lost, if the agent was to be back by now."""
        if self._away:
            self._away = False
            self._tell(News.LOST, "it could not be made anew after the agent had parted from the broker")

    def _delay(self, client: paho.Client) -> None:
        longest = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** min(self._failures, 16))
        self._failures += 1
        delay_s = random.uniform(longest / 2, longest)
        # paho says int, and only adds and compares.
        client.reconnect_delay_set(delay_s, delay_s)  # type: ignore[arg-type]

    def _on_socket_close(self, client: paho.Client, userdata: Any, connection: Any) -> None:
        if self._away or self._retired:
            _read_out(connection)

    def _returns(self) -> bool:
        """Whether to connect again after a goodbye."""
        if self._retired:
            return False
        self._connect()
        return True

    def _on_end(self, error: Exception | None) -> None:
        self._ended.set()
        if error is not None:
            self._tell(News.DIED, f"{type(error).__name__}: {error}")


def _send_at_once(client: paho.Client, userdata: Any, connection: Any) -> None:
    """Small packets are not held back until the broker's system has acknowledged the one before (40 ms and more)."""
    with suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _read_out(connection: Any) -> None:
    """After the goodbye read what the broker has sent meanwhile, until it has closed.

    A socket that is closed with something unread in it makes the system throw away what is still to be read at the
    other end: our goodbye, and acknowledgements before it.
    """
    until = time.monotonic() + FAREWELL_S
    with suppress(OSError, ValueError):
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(FAREWELL_S)
        while time.monotonic() < until and connection.recv(65_536):
            pass


def _reason(error: BaseException | None) -> str:
    """Why there is no connection, in one sentence."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the broker's certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"no agreement on TLS: {(error.reason or 'unknown').replace('_', ' ').lower()}"
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    return str(error)
