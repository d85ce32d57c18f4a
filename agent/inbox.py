"""Where the network thread leaves what arrives, and the working loop takes it."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

from agent.core.message import Message

News = TypeVar("News")


class Inbox(Generic[News]):
    """Messages, bounded in number and bytes, and news of the connection, which are few and never dropped.

    When it is full the oldest message gives way to the newest, and is counted: what a home says now is worth more
    than what it said before.
    """

    def __init__(self, messages: int, payload_bytes: int) -> None:
        self._capacity = messages
        self._capacity_bytes = payload_bytes
        self._messages: deque[Message] = deque()
        self._bytes = 0
        self._news: deque[News] = deque()
        self._arrived = threading.Condition()
        self.dropped = 0
        """Messages that gave way since the start."""

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: Message) -> None:
        """Leave a message. Never blocks."""
        with self._arrived:
            self._messages.append(message)
            self._bytes += len(message.payload)
            # A lone message is kept whatever its size, so that it can be refused with a reason.
            while len(self._messages) > 1 and self._overflows():
                self._bytes -= len(self._messages.popleft().payload)
                self.dropped += 1
            self._arrived.notify()

    def tell(self, news: News) -> None:
        """Leave news. Never blocks."""
        with self._arrived:
            self._news.append(news)
            self._arrived.notify()

    def take(self, limit: int, timeout_s: float) -> tuple[list[Message], list[News]]:
        """Up to `limit` messages and all the news; waits until there is either, at most for the timeout."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._news or (limit and self._messages), timeout_s)
            news = list(self._news)
            self._news.clear()
            messages = [self._messages.popleft() for _ in range(min(limit, len(self._messages)))]
            self._bytes -= sum(len(message.payload) for message in messages)
            return messages, news

    def _overflows(self) -> bool:
        return len(self._messages) > self._capacity or self._bytes > self._capacity_bytes
