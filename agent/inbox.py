"""Where the network thread leaves what arrives, and the working loop takes it."""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Generic, TypeVar

from agent.core.message import Message
from agent.ledger import Delivery

News = TypeVar("News")

TOPICS = 50
"""Topics for which lost messages are counted one by one; the rest are counted together."""
OTHER_TOPICS = "(other topics)"
BATCH_BYTES = 8_192
"""Payloads that are handed out at once: of larger messages fewer, since each may hold a thousand values to read, and
the working loop has to show between them that it lives."""


class Inbox(Generic[News]):
    """Deliveries, and news of the connection, which are few and never dropped.

    What was sent at most once (QoS 0) is bounded in number and bytes: when it is too much the oldest gives way to the
    newest, and is counted, since what a home says now is worth more than what it said before. What has a receipt is
    never dropped; the broker sends only so much of it before it is acknowledged.
    """

    def __init__(self, messages: int, payload_bytes: int) -> None:
        self._capacity = messages
        self._capacity_bytes = payload_bytes
        self._deliveries: deque[Delivery] = deque()
        self._again: deque[Delivery] = deque()
        self._loose = 0
        self._loose_bytes = 0
        self._news: deque[News] = deque()
        self._arrived = threading.Condition()
        self.dropped: Counter[str] = Counter()
        """Messages that gave way since the start, by topic."""

    def __len__(self) -> int:
        return len(self._deliveries) + len(self._again)

    def put(self, delivery: Delivery, again: bool = False) -> None:
        """Leave a message. Never blocks.

        One with a receipt that comes `again` is older than all that waits, so it goes before them: nothing that was
        sent after it is acknowledged before it is.
        """
        with self._arrived:
            (self._again if again else self._deliveries).append(delivery)
            if delivery.receipt is None:
                self._count(delivery, 1)
                # A lone message is kept whatever its size, so that it can be refused with a reason.
                while self._loose > 1 and self._overflows():
                    self._drop()
            self._arrived.notify()

    def tell(self, news: News) -> None:
        """Leave news. Never blocks."""
        with self._arrived:
            self._news.append(news)
            self._arrived.notify()

    def take(self, limit: int, timeout_s: float) -> tuple[list[Delivery], list[News]]:
        """Up to `limit` messages, as many as BATCH_BYTES hold but at least one, and all the news.

        Waits until there is either, at most for the timeout.
        """
        with self._arrived:
            self._arrived.wait_for(lambda: self._news or (limit and len(self)), timeout_s)
            news = list(self._news)
            self._news.clear()
            deliveries: list[Delivery] = []
            room = BATCH_BYTES
            while len(self) and len(deliveries) < limit:
                waiting = self._again or self._deliveries
                room -= len(waiting[0].message.payload)
                if room < 0 and deliveries:
                    break
                deliveries.append(waiting.popleft())
                if deliveries[-1].receipt is None:
                    self._count(deliveries[-1], -1)
            return deliveries, news

    def _overflows(self) -> bool:
        return self._loose > self._capacity or self._loose_bytes > self._capacity_bytes

    def _count(self, delivery: Delivery, sign: int) -> None:
        self._loose += sign
        self._loose_bytes += sign * len(delivery.message.payload)

    def _drop(self) -> None:
        # There are few with a receipt, as many as the broker may have under way, so this does not search for long.
        oldest = next(index for index, delivery in enumerate(self._deliveries) if delivery.receipt is None)
        delivery = self._deliveries[oldest]
        del self._deliveries[oldest]
        self._count(delivery, -1)
        topic = _shown(delivery.message)
        self.dropped[topic if topic in self.dropped or len(self.dropped) < TOPICS else OTHER_TOPICS] += 1


def _shown(message: Message) -> str:
    return message.topic[:128].encode("utf-8", "replace").decode()
