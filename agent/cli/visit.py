"""The broker for commands that come and go: by a client without a session, that logs in as the agent does."""

from __future__ import annotations

import argparse
import os
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from agent.cli import CommandFailed
from agent.cli.run import address, configured
from agent.config import Config
from agent.config_file import ConfigError
from agent.core.message import Message
from agent.credentials import CredentialError, password, tls_context

PATIENCE_S = 10.0
"""How long the broker, or who answers behind it, is waited for."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to the broker."""

    client: paho.Client
    """Connected."""
    config: Config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options that say which broker."""
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="the configuration; without it, defaults")
    parser.add_argument("--broker", type=address, metavar="HOST[:PORT]", help="instead of the configured one")


def as_the_agent(config: Config) -> Sequence[str]:
    """The topic filters to which the agent subscribes."""
    return config.subscribe


@contextmanager
def visit(
    arguments: argparse.Namespace,
    heard: Callable[[Message], None] | None = None,
    filters: Callable[[Config], Sequence[str]] = as_the_agent,
) -> Iterator[Visit]:
    """A client that the broker has let in; with `heard`, which its network thread calls, one that has subscribed to
    the `filters` of the configuration.

    Raises:
        CommandFailed: with status 2 for a faulty configuration, 1 for a broker that cannot be reached, or that refuses.
    """
    # What the broker says to the wish to come in and to hear: None for yes.
    said: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    try:
        config = configured(arguments)
        client = plain_client(config)
        wanted = [(name, 1) for name in filters(config)] if heard is not None else []

        def let_in(client: paho.Client, _data: object, _flags: object, reason: ReasonCode, *_: object) -> None:
            if reason.is_failure:
                said.put(f"the broker refuses: {reason}")
            elif wanted:
                client.subscribe(wanted)
            else:
                said.put(None)

        client.on_connect = let_in
        client.on_subscribe = lambda *_: said.put(None)
        if heard is not None:
            client.on_message = lambda _client, _data, message: heard(_message(message))
        client.connect(config.broker.host, config.broker.port)
    except (ConfigError, CredentialError) as error:
        raise CommandFailed(str(error), 2) from None
    except OSError as error:
        raise CommandFailed(f"the broker cannot be reached: {error.strerror or error}", 1) from None
    client.loop_start()
    try:
        _await(said)
        yield Visit(client, config)
    finally:
        client.disconnect()
        client.loop_stop()


def plain_client(config: Config) -> paho.Client:
    """A client without a session of its own, that logs in as the agent does. Raises CredentialError."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
    client.username_pw_set(config.broker.username, password(config.broker, os.environ))
    if config.broker.tls.enabled:
        client.tls_set_context(tls_context(config.broker.tls))
        client.tls_insecure_set(config.broker.tls.insecure)
    return client


def _await(said: queue.SimpleQueue[str | None]) -> None:
    try:
        problem = said.get(timeout=PATIENCE_S)
    except queue.Empty:
        problem = f"the broker does not answer within {PATIENCE_S:.0f} s"
    if problem is not None:
        raise CommandFailed(problem, 1)


def _message(message: paho.MQTTMessage) -> Message:
    try:
        topic = message.topic
    except UnicodeDecodeError:
        topic = "(not UTF-8)"
    return Message(topic, bytes(message.payload), time.time(), message.qos, message.retain)
