"""Requests to the running agent, over the broker: send one, wait for its answer."""

from __future__ import annotations

import argparse
import json
import queue
import secrets
import sys
from pathlib import Path
from typing import Any

from agent.cli.run import address, configured
from agent.cli.visit import plain_client
from agent.config_file import ConfigError
from agent.credentials import CredentialError

_PATIENCE_S = 10.0


class AgentSilent(Exception):
    """The agent did not answer, told in a sentence."""


def add_broker_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options that say where the agent's broker is."""
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="the agent's configuration")
    parser.add_argument("--broker", type=address, metavar="HOST[:PORT]", help="instead of the configured one")
    parser.add_argument("--json", action="store_true", help="print the agent's answer as JSON")


def asked(arguments: argparse.Namespace, topic: str, request: dict[str, Any]) -> tuple[dict[str, Any] | None, int]:
    """The agent's answer and the exit status: 0 when it did what was asked, 1 when not, 2 for a faulty configuration.

    What went wrong is told on stderr; the answer is None when there was none.
    """
    try:
        answer = _answer(arguments, topic, request)
    except (ConfigError, CredentialError) as error:
        print(f"dragoman: {error}", file=sys.stderr)
        return None, 2
    except OSError as error:
        print(f"dragoman: the broker cannot be reached: {error.strerror or error}", file=sys.stderr)
        return None, 1
    except AgentSilent as error:
        print(f"dragoman: {error}", file=sys.stderr)
        return None, 1
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    if not answer.get("ok"):
        print(f"dragoman: {answer.get('detail')}", file=sys.stderr)
    return answer, 0 if answer.get("ok") else 1


def _answer(arguments: argparse.Namespace, topic: str, request: dict[str, Any]) -> dict[str, Any]:
    config = configured(arguments)
    name = secrets.token_hex(8)
    answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    subscribed: queue.SimpleQueue[bool] = queue.SimpleQueue()
    client = plain_client(config)
    client.on_connect = lambda client, *_: client.subscribe(f"{config.prefix}/answer/{name}", 1)
    client.on_subscribe = lambda *_: subscribed.put(True)
    client.on_message = lambda _client, _data, message: answers.put(bytes(message.payload))
    client.connect(config.broker.host, config.broker.port)
    client.loop_start()
    try:
        subscribed.get(timeout=_PATIENCE_S)
        client.publish(f"{config.prefix}/{topic}", json.dumps({**request, "id": name}), qos=1)
        answer = json.loads(answers.get(timeout=_PATIENCE_S))
    except queue.Empty:
        raise AgentSilent(
            f"no answer on {config.prefix}/answer within {_PATIENCE_S:.0f} s: is the agent running at "
            f"{config.broker.host}:{config.broker.port}, and may this user publish on {config.prefix}/{topic}?"
        ) from None
    finally:
        client.disconnect()
        client.loop_stop()
    return answer if isinstance(answer, dict) else {}
