"""What a connection to the broker depends on, and what can happen to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from agent.config import Broker
from agent.core.declared import concerns
from agent.core.requests import TOPICS

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
    INBOX_FULL = auto()
    """There is no room for what the broker sends by QoS 1, so it is left there and fetched later; told once a
    connection."""
    FETCHED = auto()
    """The agent has come back for what it had left at the broker; the session went on."""
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
    """Inputs of QoS 1 that the broker may send before it waits for acknowledgements, and of which answers are under
    way at once."""
    packet_bytes: int = 4 * 2**20
    """The broker does not send a larger packet, which might not fit into memory."""
    inbox_messages: int = 10_000
    inbox_bytes: int = 16 * 2**20
    """Messages that may wait, in number and in bytes; of QoS 0 and of QoS 1 so many each."""
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


def advised(reason: str) -> str:
    """The broker's reason, and what to do about it."""
    return f"{reason}: {_ADVICE[reason]}" if reason in _ADVICE else reason
