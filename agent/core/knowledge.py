"""What is known about fields without asking the model: what the home declares, and above it what the owner corrects.

On declared fields the model is measured: how often would it have said the same?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.core.claim import Claim
from agent.core.corrections import Corrections
from agent.core.declared import Declarations
from agent.core.declared.declaration import About
from agent.core.message import Message


class Knowledge:
    """Declarations and corrections together."""

    def __init__(self, declarations: Declarations, corrections: Corrections) -> None:
        self.declarations = declarations
        self.corrections = corrections
        # By topic and path; fields are counted, not messages, so that a talkative device weighs no more than others.
        self._agreed: dict[str, dict[str, bool]] = {}
        self._heard = 0

    def concerns(self, topic: str) -> bool:
        """Whether what comes on the topic is a declaration."""
        return self.declarations.concerns(topic)

    def hear(self, message: Message) -> None:
        """Take in what a declaring message says."""
        self._heard += 1
        for topic in self.declarations.hear(message):
            self._agreed.pop(topic, None)

    def claims(self, topic: str, paths: Sequence[str], depth: int) -> Mapping[str, Claim]:
        """What is known of a message's fields, by path. `depth`: how many levels of the topic name its device."""
        declared = self.declarations.claims(topic)
        corrected = self.corrections.claims(topic, paths, depth)
        return {**declared, **corrected} if corrected else declared

    def device(self, topic: str) -> About | None:
        """What is said of the device that speaks on the topic."""
        return self.declarations.device(topic)

    def compare(self, topic: str, path: str, agreed: bool) -> None:
        """Remember whether the model, left to itself, says of a field what is declared."""
        self._agreed.setdefault(topic, {})[path] = agreed

    def statistics(self) -> dict[str, Any]:
        """What is declared, and the live figure: the share of declared fields of which the model says the same."""
        verdicts = [agreed for fields in self._agreed.values() for agreed in fields.values()]
        share = round(sum(verdicts) / len(verdicts), 3) if verdicts else None
        return {
            "declarations": self._heard,
            "declared": {
                "claims": len(self.declarations),
                "dropped": self.declarations.dropped,
                "fields": len(verdicts),
                "same": sum(verdicts),
                "share": share,
            },
            "corrections": len(self.corrections),
        }
