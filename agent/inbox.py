"""Where the network thread leaves what arrives, and the working loop takes it."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
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
    never dropped; of that no more is put here than there is room for.
    """

    def __init__(self, messages: int, payload_bytes: int) -> None:
        self._capacity = messages
        self._capacity_bytes = payload_bytes
        self._sure: deque[tuple[int, Delivery]] = deque()
        self._loose: deque[tuple[int, Delivery]] = deque()
        self._again: deque[tuple[int, Delivery]] = deque()
        self._arrivals = 0
        self._loose_bytes = 0
        self._news: deque[News] = deque()
        self._arrived = threading.Condition()
        self.dropped: Counter[str] = Counter()
        """Messages that gave way since the start, by topic."""

    def __len__(self) -> int:
        return len(self._sure) + len(self._loose) + len(self._again)

    def put(self, deliveries: Iterable[tuple[Delivery, bool]]) -> None:
        """Leave messages. Never blocks.

        One with a receipt that comes again, as is said beside it, is older than all that waits, so it goes before them:
        nothing that was sent after it is acknowledged before it is.
        """
        with self._arrived:
            for delivery, again in deliveries:
                self._arrivals += 1
                if delivery.receipt is not None:
                    (self._again if again else self._sure).append((self._arrivals, delivery))
                else:
                    self._loose.append((self._arrivals, delivery))
                    self._loose_bytes += len(delivery.message.payload)
                    # A lone message is kept whatever its size, so that it can be refused with a reason.
                    while len(self._loose) > 1 and self._overflows():
                        self._drop()
            self._arrived.notify()

    def tell(self, news: News) -> None:
        """Leave news. Never blocks."""
        with self._arrived:
            self._news.append(news)
            self._arrived.notify()

    def look_again(self) -> None:
        """Let who waits in `take` ask again how much may be taken."""
        with self._arrived:
            self._arrived.notify()

    def take(self, limit: Callable[[], int], timeout_s: float) -> tuple[list[Delivery], list[News]]:
        """Up to `limit` messages, as many as BATCH_BYTES hold but at least one, and all the news.

        Waits until there is either, at most for the timeout.
        """
        with self._arrived:
            self._arrived.wait_for(lambda: self._news or (len(self) and limit()), timeout_s)
            most = limit()
            news = list(self._news)
            self._news.clear()
            deliveries: list[Delivery] = []
            room = BATCH_BYTES
            while (queue := self._first()) and len(deliveries) < most:
                _, delivery = queue[0]
                size = len(delivery.message.payload)
                room -= size
                if room < 0 and deliveries:
                    break
                queue.popleft()
                deliveries.append(delivery)
                self._loose_bytes -= size if queue is self._loose else 0
            return deliveries, news

    def _first(self) -> deque[tuple[int, Delivery]]:
        """The queue at whose head the next message stands; an empty one where there is none."""
        if self._again or not self._loose:
            return self._again or self._sure
        return self._loose if not self._sure or self._loose[0][0] < self._sure[0][0] else self._sure

    def _overflows(self) -> bool:
        return len(self._loose) > self._capacity or self._loose_bytes > self._capacity_bytes

    def _drop(self) -> None:
        _, delivery = self._loose.popleft()
        self._loose_bytes -= len(delivery.message.payload)
        topic = _shown(delivery.message)
        self.dropped[topic if topic in self.dropped or len(self.dropped) < TOPICS else OTHER_TOPICS] += 1


def _shown(message: Message) -> str:
    return message.topic[:128].encode("utf-8", "replace").decode()
