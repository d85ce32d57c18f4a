"""Which inputs wait for which outputs: an input is acknowledged when the broker has all that came of it.

MQTT wants acknowledgements in the order of arrival (MQTT 5, section 4.6), so the inputs stand in a queue of which only
the head is ever acknowledged. A packet identifier means something on one connection alone: after a loss the inputs
of the old one are kept aside, and are taken up again when the broker sends them anew.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from agent.core.message import Message

FORMER = 4_096
"""Inputs of earlier connections that are recognised when they come again; beyond, they are read twice."""


@dataclass(slots=True, eq=False)
class Receipt:
    """An input of QoS 1, which the broker keeps until it is acknowledged."""

    mid: int
    message: Message | None
    """None for one that is not read at all."""
    answered: bool = False
    """Whether all that comes of it has been published."""
    outputs: int = 0
    """Publications that the broker has not acknowledged yet."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message and, with QoS 1, its receipt."""

    message: Message
    receipt: Receipt | None = None


class Ledger:
    """The accounts of one client. Its methods may be called from any thread."""

    def __init__(self, acknowledge: Callable[[int], object]) -> None:
        """`acknowledge` sends the acknowledgement of the input with a packet identifier; it must not wait for others.

        It is called under the lock, so that no acknowledgement can slip from one connection into the next.
        """
        self._acknowledge = acknowledge
        self._lock = threading.Lock()
        self._arrived: deque[Receipt] = deque()
        self._former: dict[int, Receipt] = {}
        self._under_way: dict[int, Receipt | None] = {}
        self._early: set[int] = set()
        self.acknowledged = 0
        """Inputs that were acknowledged."""
        self.recognised = 0
        """Inputs that came again while they were being worked on."""

    @property
    def under_way(self) -> int:
        """Outputs that the broker has not acknowledged."""
        return len(self._under_way)

    @property
    def open(self) -> int:
        """Inputs of the present connection that are not acknowledged."""
        return len(self._arrived)

    def received(self, mid: int, message: Message, again: bool) -> Receipt | None:
        """The receipt of an input that has arrived; None when it is one that is being worked on already.

        `again` is what the broker says: that it has tried to deliver the message before.
        """
        with self._lock:
            former = self._former.pop(mid, None) if again else None
            if former is not None and former.message is not None and _same(former.message, message):
                self.recognised += 1
                self._arrived.append(former)
                self._settle()
                return None
            receipt = Receipt(mid, message)
            self._arrived.append(receipt)
            return receipt

    def passed_over(self, mid: int) -> None:
        """An input has arrived of which nothing comes."""
        with self._lock:
            self._arrived.append(Receipt(mid, None, answered=True))
            self._settle()

    def published(self, output: int, receipt: Receipt | None) -> None:
        """An output of QoS 1 is on its way, on behalf of an input or of none."""
        with self._lock:
            # The acknowledgement may have been quicker than this call.
            if output in self._early:
                self._early.discard(output)
                return
            self._under_way[output] = receipt
            if receipt is not None:
                receipt.outputs += 1

    def answered(self, receipt: Receipt) -> None:
        """Nothing more will be published on behalf of the input."""
        with self._lock:
            receipt.answered = True
            self._settle()

    def delivered(self, output: int) -> None:
        """The broker has acknowledged an output, or refused it for good."""
        with self._lock:
            if output not in self._under_way:
                self._early.add(output)
                return
            receipt = self._under_way.pop(output)
            if receipt is not None:
                receipt.outputs -= 1
                self._settle()

    def lost(self) -> None:
        """The connection has ended, and with it the meaning of its packet identifiers."""
        with self._lock:
            self._former.update((receipt.mid, receipt) for receipt in self._arrived)
            self._arrived.clear()
            while len(self._former) > FORMER:
                del self._former[next(iter(self._former))]

    def forgotten(self) -> None:
        """The broker knows nothing of the inputs of earlier connections."""
        with self._lock:
            self._former.clear()

    def _settle(self) -> None:
        while self._arrived and self._arrived[0].answered and not self._arrived[0].outputs:
            self._acknowledge(self._arrived.popleft().mid)
            self.acknowledged += 1


def _same(one: Message, other: Message) -> bool:
    return (one.topic, one.payload, one.retained) == (other.topic, other.payload, other.retained)
