"""Record what the broker delivers into a file of JSON Lines, without what tells where you live: names, addresses,
coordinates and tokens are replaced. The file can be gone on with, given to others, replayed, and read by `dragoman
interpret`. Read it before you give it away."""

from __future__ import annotations

import argparse
import os
import queue
import secrets
import sys
import time
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from agent import capture
from agent.cli.run import address, configured
from agent.config import Config
from agent.config_file import ConfigError
from agent.core.message import Message
from agent.core.redact import Redactor
from agent.credentials import CredentialError, password, tls_context

_TOLD_S = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="where to; what is in it already is kept")
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="the configuration; without it, defaults")
    parser.add_argument("--broker", type=address, metavar="HOST[:PORT]", help="instead of the configured one")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after so long")
    parser.add_argument("--messages", type=int, default=sys.maxsize, help="end when the file has so many")
    parser.add_argument("--unredacted", action="store_true", help="leave everything as it is; for your own eyes")


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when done or interrupted, 1 for a broker or file that fails, 2 for a faulty configuration."""
    try:
        config = configured(arguments)
        heard: queue.SimpleQueue[Message] = queue.SimpleQueue()
        client = plain_client(config)
        client.on_message = lambda _client, _data, message: heard.put(_message(message))
        client.on_connect = lambda client, *_: client.subscribe([(name, 1) for name in config.subscribe])
        client.connect(config.broker.host, config.broker.port)
    except (ConfigError, CredentialError) as error:
        print(f"dragoman: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"dragoman: the broker cannot be reached: {error.strerror or error}", file=sys.stderr)
        return 1
    client.loop_start()
    try:
        return _record(arguments, heard, None if arguments.unredacted else Redactor(secrets.token_bytes(32)))
    except OSError as error:
        print(f"dragoman: {arguments.file}: {error.strerror}", file=sys.stderr)
        return 1
    finally:
        client.disconnect()
        client.loop_stop()


def plain_client(config: Config) -> paho.Client:
    """A client without a session of its own, that logs in as the agent does. Raises CredentialError."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
    client.username_pw_set(config.broker.username, password(config.broker, os.environ))
    if config.broker.tls.enabled:
        client.tls_set_context(tls_context(config.broker.tls))
    return client


def _record(arguments: argparse.Namespace, heard: queue.SimpleQueue[Message], redactor: Redactor | None) -> int:
    count = before = capture.mend(arguments.file)
    if before:
        print(f"going on after {before} messages; words are replaced by others than before", file=sys.stderr)
    ends_at = time.monotonic() + arguments.seconds
    told_at = 0.0
    try:
        with arguments.file.open("a", encoding="utf-8") as file:
            while count < arguments.messages and time.monotonic() < ends_at:
                try:
                    message = heard.get(timeout=min(0.2, max(0.0, ends_at - time.monotonic())))
                    file.write(capture.line(redactor.message(message) if redactor else message) + "\n")
                    count += 1
                except queue.Empty:
                    file.flush()
                if sys.stderr.isatty() and time.monotonic() - told_at >= _TOLD_S:
                    told_at = time.monotonic()
                    print(f"\r{count} messages", end="", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        pass
    print(f"{count - before} messages recorded, {count} in {arguments.file}", file=sys.stderr)
    return 0


def _message(message: paho.MQTTMessage) -> Message:
    try:
        topic = message.topic
    except UnicodeDecodeError:
        topic = "(not UTF-8)"
    return Message(topic, bytes(message.payload), time.time(), message.qos, message.retain)
