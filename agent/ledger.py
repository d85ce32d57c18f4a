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

from agent.core.message import Message, Publication


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
class Output:
    """A publication that the broker owes an acknowledgement for, and the input that waits for it, if one does."""

    publication: Publication
    receipt: Receipt | None


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
        self._under_way: dict[int, Output] = {}
        self._early: dict[int, bool] = {}
        self._postponed: list[Output] = []
        self._outputs = 0
        self._output_bytes = 0
        self.acknowledged = 0
        """Inputs that were acknowledged."""
        self.recognised = 0
        """Inputs that came again while they were being worked on."""

    @property
    def under_way(self) -> int:
        """Outputs that the broker has not taken."""
        return self._outputs

    @property
    def under_way_bytes(self) -> int:
        """What their payloads need of memory."""
        return self._output_bytes

    @property
    def postponed(self) -> int:
        """Outputs among them that are not on their way, but wait to be sent again."""
        return len(self._postponed)

    @property
    def open(self) -> int:
        """Inputs of the present connection that are not acknowledged."""
        return len(self._arrived)

    def received(self, mid: int, message: Message) -> Receipt | None:
        """The receipt of an input that has arrived; None when it is one that is being worked on already."""
        with self._lock:
            # Whether the broker says that it comes again is not asked: mosquitto forgets that over a restart.
            former = self._former.pop(mid, None)
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

    def owed(self, publication: Publication, receipt: Receipt | None) -> Output:
        """An output of QoS 1 that is about to be sent, on behalf of an input or of none."""
        with self._lock:
            self._outputs += 1
            self._output_bytes += len(publication.payload)
            if receipt is not None:
                receipt.outputs += 1
            return Output(publication, receipt)

    def sent(self, mid: int, output: Output) -> None:
        """The output is on its way, under a packet identifier."""
        with self._lock:
            # The answer may have been quicker than this call.
            taken = self._early.pop(mid, None)
            if taken is None:
                self._under_way[mid] = output
            else:
                self._done(output, taken)

    def not_sent(self, output: Output) -> None:
        """There was no packet identifier left for the output; it waits to be sent again."""
        with self._lock:
            self._postponed.append(output)

    def answered(self, receipt: Receipt) -> None:
        """Nothing more will be published on behalf of the input."""
        with self._lock:
            receipt.answered = True
            self._settle()

    def delivered(self, mid: int, taken: bool = True) -> None:
        """The broker has acknowledged an output, or refused it for good.

        Without `taken` it had no room just now: the output waits to be sent again, and its input with it.
        """
        with self._lock:
            output = self._under_way.pop(mid, None)
            if output is None:
                self._early[mid] = taken
            else:
                self._done(output, taken)

    def again(self) -> list[Output]:
        """The outputs that wait to be sent again, in order, which they now shall be."""
        with self._lock:
            waiting, self._postponed = self._postponed, []
            return waiting

    def lost(self) -> None:
        """The connection has ended, and with it the meaning of its packet identifiers."""
        with self._lock:
            self._former.update((receipt.mid, receipt) for receipt in self._arrived)
            self._arrived.clear()

    def forgotten(self) -> None:
        """The broker knows nothing of the inputs of earlier connections."""
        with self._lock:
            self._former.clear()

    def _done(self, output: Output, taken: bool) -> None:
        if not taken:
            self._postponed.append(output)
            return
        self._outputs -= 1
        self._output_bytes -= len(output.publication.payload)
        if output.receipt is not None:
            output.receipt.outputs -= 1
            self._settle()

    def _settle(self) -> None:
        while self._arrived and self._arrived[0].answered and not self._arrived[0].outputs:
            self._acknowledge(self._arrived.popleft().mid)
            self.acknowledged += 1


def _same(one: Message, other: Message) -> bool:
    return (one.topic, one.payload, one.retained) == (other.topic, other.payload, other.retained)
