"""Which inputs wait for which outputs: an input is acknowledged when the broker has all that came of it.

MQTT wants acknowledgements in the order of arrival (MQTT 5, section 4.6), so the inputs stand in a queue of which only
the head is ever acknowledged. A packet identifier means something on one connection alone: after a loss the inputs
of the old one are kept aside, and are taken up again when the broker sends them anew.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
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

    @property
    def bytes(self) -> int:
        """What its payload needs of memory."""
        return 0 if self.message is None else len(self.message.payload)


# Nobody changes these two, but frozen they take several times as long to make, and each message makes some.
@dataclass(slots=True, eq=False)
class Output:
    """A publication that the broker owes an acknowledgement for, and the input that waits for it, if one does."""

    publication: Publication
    receipt: Receipt | None


@dataclass(slots=True)
class Delivery:
    """A message and, with QoS 1, its receipt."""

    message: Message
    receipt: Receipt | None = None


class Ledger:
    """The accounts of one client. Its methods may be called from any thread."""

    def __init__(self, acknowledge: Callable[[list[int]], object]) -> None:
        """`acknowledge` sends the acknowledgements of inputs by their packet identifiers; it must not wait for others.

        It is called under the lock, so that no acknowledgement can slip from one connection into the next.
        """
        self._acknowledge = acknowledge
        self._lock = threading.Lock()
        self._arrived: deque[Receipt] = deque()
        self._former: dict[int, Receipt] = {}
        self._under_way: dict[int, Output] = {}
        self._early: dict[int, bool] = {}
        self._postponed: list[Output] = []
        self._open_bytes = 0
        self._outputs = 0
        self._output_bytes = 0
        self._at_stake = 0
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

    @property
    def open_bytes(self) -> int:
        """What their payloads need of memory."""
        return self._open_bytes

    @property
    def at_stake(self) -> int:
        """Inputs that are answered, whose outputs the broker has not acknowledged: killed now, the agent would answer
        them again."""
        return self._at_stake

    @property
    def awaits_former(self) -> bool:
        """Whether inputs of an earlier connection have not come again yet."""
        return bool(self._former)

    def recognises(self, mid: int, message: Message) -> bool:
        """Whether an input that has arrived is one that is being worked on already; its receipt then counts."""
        with self._lock:
            # Whether the broker says that it comes again is not asked: mosquitto forgets that over a restart.
            former = self._former.pop(mid, None)
            if former is None or former.message is None or not _same(former.message, message):
                return False
            self.recognised += 1
            self._arrive(former)
            self._settle()
            return True

    def received(self, mid: int, message: Message) -> Receipt:
        """The receipt of an input that has arrived."""
        with self._lock:
            receipt = Receipt(mid, message)
            self._arrive(receipt)
            return receipt

    def passed_over(self, mid: int) -> None:
        """An input has arrived of which nothing comes."""
        with self._lock:
            self._arrive(Receipt(mid, None, answered=True))
            self._settle()

    def owed(self, outputs: Iterable[Output]) -> None:
        """Outputs of QoS 1 are about to be sent, on behalf of inputs or of none."""
        with self._lock:
            for output in outputs:
                self._outputs += 1
                self._output_bytes += len(output.publication.payload)
                if output.receipt is not None:
                    output.receipt.outputs += 1

    def sent(self, mids: Iterable[int | None], outputs: Iterable[Output]) -> None:
        """The outputs are on their way, under packet identifiers; one for which there was none is sent again later."""
        with self._lock:
            for mid, output in zip(mids, outputs, strict=True):
                # The answer may have been quicker than this call.
                taken = None if mid is None else self._early.pop(mid, None)
                if mid is None:
                    self._postponed.append(output)
                elif taken is None:
                    self._under_way[mid] = output
                else:
                    self._done(output, taken)
            self._settle()

    def answered(self, receipts: Iterable[Receipt]) -> None:
        """Nothing more will be published on behalf of the inputs."""
        with self._lock:
            for receipt in receipts:
                receipt.answered = True
                self._at_stake += receipt.outputs > 0
            self._settle()

    def delivered(self, mids: Iterable[int], taken: bool = True) -> None:
        """The broker has acknowledged outputs, or refused them for good.

        Without `taken` it had no room just now: the outputs wait to be sent again, and their inputs with them.
        """
        with self._lock:
            for mid in mids:
                output = self._under_way.pop(mid, None)
                if output is None:
                    self._early[mid] = taken
                else:
                    self._done(output, taken)
            self._settle()

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
            self._open_bytes = 0

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
            self._at_stake -= output.receipt.answered and not output.receipt.outputs

    def _arrive(self, receipt: Receipt) -> None:
        self._arrived.append(receipt)
        self._open_bytes += receipt.bytes

    def _settle(self) -> None:
        done = []
        while self._arrived and self._arrived[0].answered and not self._arrived[0].outputs:
            receipt = self._arrived.popleft()
            self._open_bytes -= receipt.bytes
            done.append(receipt.mid)
        if done:
            self._acknowledge(done)
            self.acknowledged += len(done)


def _same(one: Message, other: Message) -> bool:
    return (one.topic, one.payload, one.retained) == (other.topic, other.payload, other.retained)
