"""Requests to the running agent, over the broker: send one, wait for its answer."""

from __future__ import annotations

import argparse
import json
import queue
import secrets
from typing import Any

from agent.cli import CommandFailed, visit
from agent.core.message import Message


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options that say where the agent's broker is, and how its answer is shown."""
    visit.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the agent's answer as JSON")


def asked(arguments: argparse.Namespace, topic: str, request: dict[str, Any]) -> dict[str, Any]:
    """The answer of an agent that did what was asked; printed already where the arguments want JSON.

    Raises:
        CommandFailed: with status 1 when the agent refuses or does not answer, 2 for a faulty configuration.
    """
    answer = _answer(arguments, topic, request)
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    if not answer.get("ok"):
        raise CommandFailed(str(answer.get("detail")), 1)
    return answer


def _answer(arguments: argparse.Namespace, topic: str, request: dict[str, Any]) -> dict[str, Any]:
    name = secrets.token_hex(8)
    answers: queue.SimpleQueue[Message] = queue.SimpleQueue()
    with visit.visit(arguments, answers.put, lambda config: [f"{config.prefix}/answer/{name}"]) as visited:
        config = visited.config
        visited.client.publish(f"{config.prefix}/{topic}", json.dumps({**request, "id": name}), qos=1)
        try:
            answer = json.loads(answers.get(timeout=visit.PATIENCE_S).payload)
        except queue.Empty:
            raise CommandFailed(
                f"no answer on {config.prefix}/answer within {visit.PATIENCE_S:.0f} s: is the agent running at "
                f"{config.broker.host}:{config.broker.port}, and may this user publish on {config.prefix}/{topic}?",
                1,
            ) from None
    return answer if isinstance(answer, dict) else {}
