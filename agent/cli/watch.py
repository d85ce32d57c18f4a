"""Watch a running home: its devices with their latest readings and how sure the agent is of each, and what happens.
Needs a running `dragoman run` at the broker."""

from __future__ import annotations

import argparse
import queue
import sys
import time
from contextlib import suppress
from pathlib import Path

import paho.mqtt.client as paho

from agent.audience import audience
from agent.cli.run import address, configured
from agent.cli.visit import plain_client
from agent.config_file import ConfigError
from agent.credentials import CredentialError

_WAITING = 10_000
"""Messages that may wait to be shown; beyond, the newest are left out."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's options."""
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="the configuration that the agent runs with")
    parser.add_argument("--broker", type=address, metavar="HOST[:PORT]", help="instead of the configured one")
    parser.add_argument("--seconds", type=float, default=float("inf"), metavar="N", help="end after N seconds")
    parser.add_argument("--json", action="store_true", help="print the interpretations, one a line, instead")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="write the last view as a picture")


def main(arguments: argparse.Namespace) -> int:
    """Exit status: 0 when ended, 1 for a broker that cannot be reached, 2 for a faulty configuration."""
    heard: queue.Queue[tuple[str, bytes]] = queue.Queue(_WAITING)
    try:
        config = configured(arguments)
        prefix = f"{config.prefix}/"
        client = plain_client(config)
        client.on_message = lambda _client, _data, message: _leave(heard, prefix, message)
        client.on_connect = lambda client, *_: client.subscribe(f"{prefix}#", 1)
        client.connect(config.broker.host, config.broker.port)
    except (ConfigError, CredentialError) as error:
        print(f"dragoman: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"dragoman: the broker cannot be reached: {error.strerror or error}", file=sys.stderr)
        return 1
    client.loop_start()
    ends_at = time.monotonic() + arguments.seconds
    try:
        with audience(arguments.json, arguments.picture, "dragoman watch") as watching:
            while (left := ends_at - time.monotonic()) > 0:
                # Others may publish under the prefix, too, and not what is expected there.
                with suppress(queue.Empty, ValueError, KeyError, TypeError, AttributeError):
                    watching.hear(*heard.get(timeout=min(left, 0.1)))
                watching.refresh()
    except KeyboardInterrupt:
        pass
    finally:
        client.disconnect()
        client.loop_stop()
    return 0


def _leave(heard: queue.Queue[tuple[str, bytes]], prefix: str, message: paho.MQTTMessage) -> None:
    # A raise would end paho's thread; what is not shown is shown with the next message of the device.
    with suppress(queue.Full, UnicodeDecodeError):
        heard.put_nowait((message.topic.removeprefix(prefix), bytes(message.payload)))
