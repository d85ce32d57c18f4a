"""The configuration: what can be set, and what it is when nothing is said.

The dataclasses here are the schema, and the only place where a default stands: each field carries its default, what
it is for, and which values it takes. Everything else that knows the keys is made from them.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, dataclass_transform

from agent.core import decode
from agent.core.discovery.gate import MODES, Gate
from agent.options import (
    Choice,
    FilePath,
    Flag,
    Listed,
    Number,
    Option,
    Text,
    Whole,
    is_host,
    is_prefix,
    is_topic_filter,
)


def _option(
    validator: Option,
    documentation: str,
    *,
    default: Any,
    shown_default: str | None = None,
    example: str | int | None = None,
) -> Any:
    """One key. `shown_default` says in words what no default can, `example` stands where the default is no value."""
    metadata = {
        "validator": validator,
        "documentation": documentation,
        "shown_default": shown_default,
        "example": example,
    }
    return field(default=default, metadata=metadata)


def _section(documentation: str, *, default_factory: type) -> Any:
    return field(default_factory=default_factory, metadata={"section": default_factory, "documentation": documentation})


_Section = TypeVar("_Section")


@dataclass_transform(frozen_default=True, field_specifiers=(_option, _section))
def _schema(cls: type[_Section]) -> type[_Section]:
    return dataclass(frozen=True, slots=True)(cls)


_TOPIC_FILTER = Text("a topic filter, such as zigbee2mqtt/# or +/status (# only as the last level)", is_topic_filter)
_LIMITS = decode.Limits()
FORMATS = ("auto", "console", "json")
"""Of the agent's own log."""
_GATE = Gate()


@_schema
class Tls:
    """Encryption of the connection. The broker's certificate is verified unless `insecure` says otherwise."""

    enabled: bool = _option(Flag(), "Whether to connect by TLS.", default=False)
    ca_file: Path | None = _option(
        FilePath(),
        "Certificates (PEM) of the authorities to trust.",
        default=None,
        shown_default="the system's own",
        example="ca.crt",
    )
    cert_file: Path | None = _option(
        FilePath(),
        "The agent's own certificate (PEM), where the broker wants one.",
        default=None,
        example="dragoman.crt",
    )
    key_file: Path | None = _option(
        FilePath(),
        "The private key of cert_file (PEM, no passphrase), when it is not in the same file.",
        default=None,
        example="dragoman.key",
    )
    insecure: bool = _option(
        Flag(), "Accept any certificate. Anyone on the way can then read and forge.", default=False
    )


@_schema
class Broker:
    """Where the MQTT broker is and how the agent logs in."""

    host: str = _option(
        Text("a host name or address alone, without mqtt:// or a port", is_host),
        "Name or address.",
        default="localhost",
    )
    port: int = _option(Whole(1, 65_535), "TCP port.", default=0, shown_default="1883, or 8883 with TLS", example=1883)
    protocol: str = _option(
        Choice(("auto", "5", "3.1.1")),
        "MQTT version; auto tries 5 first and falls back to 3.1.1 when the broker refuses it.",
        default="auto",
    )
    client_id: str = _option(
        Text("a text of 1 to 128 characters", lambda text: 0 < len(text) <= 128 and "\0" not in text),
        "Name of the connection, unique at the broker and always the same, since it names the session.",
        default="",
        example="dragoman",
        shown_default="dragoman-<host name>",
    )
    keepalive: int = _option(Whole(5, 3_600), "Seconds within which a dead connection is noticed.", default=30)
    session_expiry: int = _option(
        Whole(0, 4_294_967_295),
        "Seconds for which the broker keeps what comes while the agent is away; 0 for not at all. "
        "MQTT 3.1.1 knows only whether, not how long.",
        default=86_400,
    )
    username: str | None = _option(
        Text("the user name"), "User name, where the broker wants one.", default=None, example="dragoman"
    )
    password_file: Path | None = _option(
        FilePath(), "File that holds the password and nothing else.", default=None, example="password"
    )
    password_env: str | None = _option(
        Text("the name of an environment variable"),
        "Environment variable that holds the password.",
        default=None,
        example="MQTT_PASSWORD",
    )
    password_credential: str | None = _option(
        Text("the name of a credential, as in LoadCredential=", lambda text: bool(text) and "/" not in text),
        "systemd credential that holds the password.",
        default=None,
        example="mqtt-password",
    )
    tls: Tls = _section("Encryption.", default_factory=Tls)

    def __post_init__(self) -> None:
        if not self.port:
            object.__setattr__(self, "port", 8883 if self.tls.enabled else 1883)
        if not self.client_id:
            object.__setattr__(self, "client_id", f"dragoman-{socket.gethostname().partition('.')[0]}"[:128])


@_schema
class Limits:
    """How much is read of a message and kept in memory. The defaults suit a board with 512 MB."""

    payload_bytes: int = _option(
        Whole(64, 16_777_216), "Longer payloads are refused, with a reason.", default=_LIMITS.payload_bytes
    )
    topic_bytes: int = _option(Whole(16, 60_000), "Longer topics are refused.", default=_LIMITS.topic_bytes)
    depth: int = _option(Whole(1, 200), "Objects and arrays inside each other, in one message.", default=_LIMITS.depth)
    leaves: int = _option(Whole(1, 100_000), "Values read of one message.", default=_LIMITS.leaves)
    text_characters: int = _option(
        Whole(16, 16_777_216), "Characters read of a value that is a text.", default=_LIMITS.text_characters
    )
    key_characters: int = _option(
        Whole(1, 65_535),
        "Messages are refused whose longest keys, one of each level, are longer together.",
        default=_LIMITS.key_characters,
    )
    unacknowledged: int = _option(
        Whole(1, 65_535),
        "Messages of QoS 1 that the broker may send before it waits for the agent (with MQTT 3.1.1 its own setting "
        "counts), and that the agent answers before it waits for the broker.",
        default=64,
    )
    inbox_messages: int = _option(
        Whole(1, 10_000_000),
        "Messages that may wait: of QoS 0 so many, beyond which the oldest are dropped and counted, and of QoS 1 so "
        "many, beyond which they are left at the broker until there is room.",
        default=10_000,
    )
    inbox_bytes: int = _option(Whole(1_024, 4_294_967_296), "The same in bytes of their payloads.", default=16_777_216)
    outbox_messages: int = _option(
        Whole(1, 60_000),
        "Publications that the broker has not taken yet; at so many no more messages are read until it has.",
        default=1_000,
    )
    outbox_bytes: int = _option(Whole(1_024, 4_294_967_296), "The same in bytes of their payloads.", default=16_777_216)
    memo_entries: int = _option(
        Whole(0, 10_000_000), "Fields whose answer is kept, to spare the model; about 2 kB each.", default=20_000
    )
    devices: int = _option(
        Whole(1, 1_000_000),
        "Devices that are remembered; beyond, the one that was not heard for the longest is forgotten.",
        default=1_000,
    )
    series: int = _option(
        Whole(1, 10_000_000),
        "Readings whose last state is kept, to tell what changed; of as many topics what was derived is kept, too.",
        default=20_000,
    )


@_schema
class Events:
    """What becomes an event."""

    confidence: float = _option(Number(0, 1), "Readings less certain than this make no events.", default=0.8)
    debounce: float = _option(
        Number(0, 60),
        "Seconds after an event within which the same reading makes no other; what it is then is told at their end.",
        default=0.5,
    )
    silent: bool = _option(
        Flag(),
        "Whether a device that speaks at regular times is told of when it does not speak any more.",
        default=True,
    )
    unusual: bool = _option(
        Flag(),
        "Whether a value far outside of what was usual for weeks is told. Off, since the seasons are unusual, too.",
        default=False,
    )
    rising: bool = _option(
        Flag(),
        "Whether a value that rises much faster than it ever did is told. Off, for a like reason.",
        default=False,
    )
    stuck: bool = _option(
        Flag(),
        "Whether a value that stays the same for much longer than it ever did is told. Off: many things do stay.",
        default=False,
    )


@_schema
class Discovery:
    """What Home Assistant is told of devices, as far as nobody else tells it."""

    mode: str = _option(
        Choice(MODES),
        "auto announces what passes the rules below, approve only what `dragoman discovery approve` names.",
        default=_GATE.mode,
    )
    prefix: str = _option(
        Text("topic levels such as homeassistant, without wildcards", is_prefix),
        "Home Assistant's discovery prefix. What others announce there is read, and wins over the model.",
        default="homeassistant",
    )
    form: str = _option(
        Choice(("device", "single")),
        "device needs Home Assistant 2024.12 or later; single, a message an entity, is proved from 2024.3 on.",
        default="device",
    )
    sightings: int = _option(
        Whole(1, 1_000_000),
        "Messages, retained ones apart, after which a device counts as here to stay; a neighbour's is heard by chance.",
        default=_GATE.sightings,
    )
    confidence: float = _option(
        Number(0, 1), "Readings less certain than this are not announced.", default=_GATE.confidence
    )
    devices: int = _option(Whole(0, 10_000), "At most so many are announced without approval.", default=_GATE.devices)
    allow: tuple[str, ...] = _option(
        Listed(_TOPIC_FILTER), "Topic filters; only devices with such a topic are announced. Empty: all.", default=()
    )
    deny: tuple[str, ...] = _option(
        Listed(_TOPIC_FILTER), "Topic filters; no device with such a topic is announced.", default=()
    )


@_schema
class Log:
    """What the agent says about itself, on stderr."""

    level: str = _option(
        Choice(("debug", "info", "warning", "error")), "The least important entry to show.", default="info"
    )
    format: str = _option(
        Choice(FORMATS),
        "auto is console on a terminal, entries with fields in systemd's journal, and json everywhere else.",
        default="auto",
    )


@_schema
class Config:
    """Everything that a user can decide."""

    broker: Broker = _section("Where the MQTT broker is and how the agent logs in.", default_factory=Broker)
    subscribe: tuple[str, ...] = _option(
        Listed(_TOPIC_FILTER, fewest=1), "Topic filters of the messages to interpret.", default=("#",)
    )
    ignore: tuple[str, ...] = _option(Listed(_TOPIC_FILTER), "Topic filters of messages to leave alone.", default=())
    prefix: str = _option(
        Text("topic levels such as dragoman or home/dragoman, without wildcards", is_prefix),
        "Topic levels under which the agent publishes; it never reads there.",
        default="dragoman",
    )
    limits: Limits = _section("How much is read of a message and kept in memory.", default_factory=Limits)
    events: Events = _section("What becomes an event.", default_factory=Events)
    discovery: Discovery = _section("What Home Assistant is told of devices.", default_factory=Discovery)
    log: Log = _section("What the agent says about itself.", default_factory=Log)
    state_directory: Path | None = _option(
        FilePath(),
        "Folder for what the agent remembers from one run to the next; it also works without.",
        default=None,
        shown_default="systemd's StateDirectory, else none",
        example="/var/lib/dragoman",
    )
    stats_interval: int = _option(Whole(1, 86_400), "Seconds between two publications of <prefix>/stats.", default=60)


def plain(config: Any) -> dict[str, Any]:
    """The configuration as values for YAML; what is not set is left out. Holds no secret, as Config holds none."""
    return {
        option.name: plain(value) if is_dataclass(value) else _plain_value(value)
        for option in fields(config)
        if (value := getattr(config, option.name)) is not None
    }


def _plain_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value
