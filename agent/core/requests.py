"""What is asked of the agent on topics of its own: corrections, and decisions about discovery.

A request may carry an `id`; its answer then comes on `<prefix>/answer/<id>`. Retained requests are old ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from agent.core.corrections import CorrectionError, Corrections, correction, kept
from agent.core.discovery import Discovery
from agent.core.message import Answer, Message, Publication
from agent.core.publish import Publisher

CORRECT = "correct"
DISCOVERY = "discovery"
TOPICS = (CORRECT, DISCOVERY)
"""Last levels of the topics, below the agent's prefix."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Desk:
    """Answers requests."""

    def __init__(self, corrections: Corrections, discovery: Discovery, publisher: Publisher) -> None:
        self._corrections = corrections
        self._discovery = discovery
        self._publisher = publisher
        self._topics = frozenset(f"{publisher.prefix}/{last}" for last in TOPICS)

    def concerns(self, topic: str) -> bool:
        """Whether requests come on the topic."""
        return topic in self._topics

    def answer(self, message: Message) -> Answer:
        """Do what is asked."""
        try:
            request = json.loads(message.payload)
        except (ValueError, RecursionError):
            request = None
        if message.retained:
            return Answer(False, "a retained request is an old one; send it without the retain flag")
        if not isinstance(request, dict):
            return Answer(False, "a request is a JSON object")
        wanted = request.get("command")
        if message.topic.endswith(f"/{CORRECT}"):
            answer, data = self._correct(wanted, request)
        else:
            answer, data = self._discover(wanted, request)
        name = request.get("id")
        if not isinstance(name, str) or not _ID.fullmatch(name):
            return answer
        told = self._publisher.answer(name, {"ok": answer.ok, "detail": answer.detail, **data})
        return Answer(answer.ok, answer.detail, (*answer.publications, told))

    def _correct(self, wanted: Any, request: Mapping[str, Any]) -> tuple[Answer, dict[str, Any]]:
        if wanted == "list":
            return Answer(True, f"{len(self._corrections)} corrections"), {"corrections": kept(self._corrections)}
        if wanted == "withdraw":
            topic_filter, path = request.get("topic_filter"), request.get("path")
            if self._corrections.withdraw(str(topic_filter), str(path)):
                return Answer(True, f"{topic_filter} {path} is the model's business again"), {}
            return Answer(False, f"there is no correction of {topic_filter} {path}"), {}
        if wanted not in (None, "correct"):
            return Answer(False, '"command" must be correct, withdraw or list'), {}
        try:
            entry = correction(request)
            self._corrections.add(entry)
        except CorrectionError as error:
            return Answer(False, str(error)), {}
        unit = f" in {entry.unit}" if entry.unit else ""
        return Answer(True, f"{entry.topic_filter} {entry.path} means {entry.label or 'nothing known'}{unit}"), {}

    def _discover(self, wanted: Any, request: Mapping[str, Any]) -> tuple[Answer, dict[str, Any]]:
        if wanted == "list":
            rows = self._discovery.listed()
            return Answer(True, f"{len(rows)} devices"), {"devices": rows}
        if wanted not in ("approve", "withdraw"):
            return Answer(False, '"command" must be list, approve or withdraw'), {}
        act = self._discovery.approve if wanted == "approve" else self._discovery.withdraw
        every = self._discovery.approvable if wanted == "approve" else self._discovery.withdrawable
        named = request.get("devices")
        if request.get("all") is True:
            devices = every()
        elif isinstance(named, list) and named and all(isinstance(device, str) for device in named):
            devices = named
        else:
            return Answer(False, '"devices" must be a list of identifiers, or "all" true'), {}
        publications: list[Publication] = []
        unknown = []
        for device in devices:
            found = act(device)
            if found is None:
                unknown.append(device)
            else:
                publications += found
        done = f"{len(devices) - len(unknown)} devices {'approved' if wanted == 'approve' else 'withdrawn'}"
        if unknown:
            return Answer(False, f"{done}; not known: {', '.join(unknown)[:500]}", tuple(publications)), {}
        return Answer(True, done, tuple(publications)), {}
