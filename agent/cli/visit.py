"""The broker for commands that come and go: by a client without a session, that logs in as the agent does."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from agent.cli import CommandFailed
from agent.cli.run import address, configured
from agent.config import Config
from agent.config_file import ConfigError
from agent.core.message import Message
from agent.credentials import CredentialError, password, tls_context


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options that say which broker."""
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="the configuration; without it, defaults")
    parser.add_argument("--broker", type=address, metavar="HOST[:PORT]", help="instead of the configured one")


@contextmanager
def visit(arguments: argparse.Namespace, heard: Callable[[Message], None] | None = None) -> Iterator[paho.Client]:
    """A connected client; with `heard`, which its network thread calls, it subscribes as the agent does.

    Raises:
        CommandFailed: with status 2 for a faulty configuration, 1 for a broker that cannot be reached.
    """
    try:
        config = configured(arguments)
        client = plain_client(config)
        if heard is not None:
            client.on_message = lambda _client, _data, message: heard(_message(message))
            client.on_connect = lambda client, *_: client.subscribe([(name, 1) for name in config.subscribe])
        client.connect(config.broker.host, config.broker.port)
    except (ConfigError, CredentialError) as error:
        raise CommandFailed(str(error), 2) from None
    except OSError as error:
        raise CommandFailed(f"the broker cannot be reached: {error.strerror or error}", 1) from None
    client.loop_start()
    try:
        yield client
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


def _message(message: paho.MQTTMessage) -> Message:
    try:
        topic = message.topic
    except UnicodeDecodeError:
        topic = "(not UTF-8)"
    return Message(topic, bytes(message.payload), time.time(), message.qos, message.retain)
