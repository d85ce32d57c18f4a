"""Run the agent: interpret what the home's broker delivers and publish what it means, until told to stop.

SIGHUP reads the configuration again, SIGUSR1 publishes the counters at once."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from agent import config_file, journal, log
from agent.config import FORMATS, Config
from agent.config_file import ConfigError
from agent.connection import Settings
from agent.core.pipeline import Reader
from agent.core.publish import Publisher
from agent.credentials import CredentialError, password
from agent.garbage import search_seldom
from agent.service import Connection, Service
from agent.state import NewerState, State, StateError
from agent.systemd import Notifier
from agent.tflite import ArtifactError, load
from agent.transport import Transport


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="the configuration; without it, defaults")
    parser.add_argument("--broker", type=address, metavar="HOST[:PORT]", help="instead of broker.host and broker.port")
    parser.add_argument("--log", choices=FORMATS, metavar="|".join(FORMATS), help="instead of log.format")


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when told to stop, 1 when the agent fails at work, 2 for what no restart mends.

    That is a faulty configuration, a state of a later version, and a model that cannot be used.
    """
    return serve(arguments, load)


def serve(arguments: argparse.Namespace, reader: Callable[[], Reader], clock: Callable[[], float] = time.time) -> int:
    """The same with a reader of the caller's, and a clock: seconds since the Unix epoch."""
    to_journal = journal.behind(sys.stderr, os.environ)

    def read_config() -> Config:
        chosen = configured(arguments)
        return replace(chosen, log=replace(chosen.log, format=arguments.log or chosen.log.format))

    def state(chosen: Config) -> State:
        return State.of(chosen.state_directory, os.environ)

    def connection(chosen: Config) -> Connection:
        secret = password(chosen.broker, os.environ)
        return Transport(
            settings_of(chosen, secret, _stale_filters(chosen, state(chosen))),
            will=Publisher(chosen.prefix).status("offline"),
            clock=clock,
        )

    try:
        first = read_config()
        service = Service(
            first,
            reader(),
            connection,
            read_config=read_config,
            log=lambda chosen: log.logger(
                chosen.log.level,
                chosen.log.format,
                sys.stderr,
                journal=journal.SOCKET if to_journal else None,
            ),
            notifier=Notifier.of(os.environ),
            state=state(first),
            clock=clock,
        )
    except (ConfigError, CredentialError, NewerState, ArtifactError) as error:
        told = f"dragoman: {error}"
        print(journal.prioritised("error", told) if to_journal else told, file=sys.stderr)
        return 2
    search_seldom()
    signal.signal(signal.SIGTERM, lambda number, frame: service.stop())
    signal.signal(signal.SIGINT, lambda number, frame: service.stop())
    signal.signal(signal.SIGHUP, lambda number, frame: service.reload())
    signal.signal(signal.SIGUSR1, lambda number, frame: service.report())
    return 0 if service.run() else 1


def _stale_filters(chosen: Config, state: State) -> tuple[str, ...]:
    """Topic filters that the session at the broker still has from a run with another configuration."""
    try:
        before = state.read()
    except StateError:
        # The service says so.
        return ()
    if before is None or before.client_id != chosen.broker.client_id:
        return ()
    return tuple(name for name in before.subscribe if name not in chosen.subscribe)


def settings_of(chosen: Config, secret: str | None, unsubscribe: tuple[str, ...] = ()) -> Settings:
    """What the connection is made from, as configured; `unsubscribe` are filters of an earlier configuration."""
    limits = chosen.limits
    return Settings(
        broker=chosen.broker,
        password=secret,
        prefix=chosen.prefix,
        subscribe=chosen.subscribe,
        ignore=chosen.ignore,
        unacknowledged=limits.unacknowledged,
        # What is too long to be read shall still be refused with a reason, unless it threatens the memory.
        packet_bytes=min(8 * limits.payload_bytes + 131_072, 2**28),
        inbox_messages=limits.inbox_messages,
        inbox_bytes=limits.inbox_bytes,
        outbox_messages=limits.outbox_messages,
        outbox_bytes=limits.outbox_bytes,
        discovery_prefix=chosen.discovery.prefix,
        unsubscribe=unsubscribe,
    )


def configured(arguments: argparse.Namespace) -> Config:
    """The configuration that the command line asks for. Raises ConfigError."""
    chosen = config_file.load(arguments.config, os.environ) if arguments.config else Config()
    if arguments.broker is None:
        return chosen
    host, port = arguments.broker
    # Port 0 stands for the usual one.
    return replace(chosen, broker=replace(chosen.broker, host=host, port=port))


def address(text: str) -> tuple[str, int]:
    """Host and port of HOST[:PORT]; port 0 where there is none."""
    host, colon, port = text.rpartition(":")
    if not colon or host.count(":"):
        host, port = text.strip("[]"), "0"
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no HOST or HOST:PORT")
    return host, int(port)
