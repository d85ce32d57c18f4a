"""The working loop without a broker, and the small parts around it."""

from __future__ import annotations

import io
import itertools
import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import MQTTProtocolVersion

from agent.config import Config
from agent.config_file import ConfigError, Fault
from agent.connection import Change, News, Settings
from agent.core.encode import Tokens
from agent.core.message import Message, Publication
from agent.core.pipeline import Reader
from agent.core.verdict import Calibration, Scores
from agent.inbox import BATCH_BYTES, OTHER_TOPICS, TOPICS, Inbox
from agent.ledger import Delivery, Receipt
from agent.link import Link
from agent.log import logger
from agent.outbox import Answer
from agent.service import Service
from agent.systemd import Notifier
from tests import fakes

READY = [Change(News.SUBSCRIBED, "1 of 1 topic filters")]


class Poisoned:
    """The scores of a model that fails on a batch with a field of one name in it."""

    def __init__(self, poison: str) -> None:
        self._poison = [max(32, ord(letter)) - 31 for letter in poison]

    def __call__(self, tokens: Tokens) -> Scores:
        for row in tokens.characters:
            if self._poison == list(row[1 : 1 + len(self._poison)]):
                raise RuntimeError("poisoned")
        return fakes.scores(tokens)


class Script:
    """A play for the service: batches of messages and changes, and between them what it is asked; then it stops."""

    def __init__(self, *steps: list[Any] | str) -> None:
        self._steps = deque(steps)
        self.log = io.StringIO()
        self.connections: list[fakes.FakeConnection] = []
        self.made: type[fakes.FakeConnection] = fakes.FakeConnection
        self.service: Service

    def play(
        self,
        reader: Reader | None = None,
        read_config: Callable[[], Config] = Config,
        clock: Callable[[], float] | None = None,
    ) -> bool:
        """What `Service.run` gives back."""
        self.service = Service(
            Config(),
            reader or fakes.reader(),
            self._connection,
            read_config=read_config,
            log=lambda config: logger("debug", "json", self.log),
            notifier=Notifier(None),
            clock=clock or fakes.counter(),
        )
        return self.service.run()

    def _connection(self, config: Config) -> fakes.FakeConnection:
        connection = self.made(self._batches(), config.prefix)
        self.connections.append(connection)
        return connection

    def _batches(self) -> Any:
        while self._steps:
            step = self._steps.popleft()
            if isinstance(step, str):
                getattr(self.service, step)()
                yield []
            else:
                yield step
        self.service.stop()
        yield []

    def published(self, connection: int = 0) -> dict[str, list[Any]]:
        """Payloads by topic."""
        found: dict[str, list[Any]] = {}
        for publication in self.connections[connection].published:
            text = publication.payload.decode()
            found.setdefault(publication.topic, []).append(json.loads(text) if text.startswith("{") else text)
        return found

    def logged(self, event: str) -> list[dict[str, Any]]:
        entries = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [entry for entry in entries if entry["event"] == event]


def message(topic: str, payload: bytes = b"21.4") -> Message:
    return Message(topic, payload, 1_800_000_000.0)


def test_online_when_subscribed_and_offline_at_the_end() -> None:
    script = Script([message("early")], READY, [message("a")])
    assert script.play() is True
    assert script.published()["dragoman/status"] == ["online", "offline"]
    assert list(script.published()) == [
        "dragoman/interpretation/early",
        "dragoman/device/early",
        "dragoman/status",
        "dragoman/stats",
        "dragoman/interpretation/a",
        "dragoman/device/a",
    ]
    assert script.connections[0].closed


@pytest.mark.parametrize("how", ["end", "reload"])
def test_what_waits_to_be_published_of_a_device_is_published_at_the_end(how: str) -> None:
    said = [message("a", payload) for payload in (b"20", b"21", b"22")]
    script = Script(READY, said, *(["reload"] if how == "reload" else []))
    script.play(read_config=lambda: replace(Config(), prefix="home"), clock=lambda: 1_800_000_000.0)
    states = script.published()["dragoman/device/a"]
    assert [state["readings"]["temperature"]["value"] for state in states] == [20, 22]


def test_one_poisoned_message_harms_no_other() -> None:
    script = Script(READY, [message("a"), message("poison"), message("b")], [message("c")])
    assert script.play(Reader("poisoned", Poisoned("poison"), Calibration())) is True
    assert [topic for topic in script.published() if "interpretation" in topic] == [
        "dragoman/interpretation/a",
        "dragoman/interpretation/b",
        "dragoman/interpretation/c",
    ]
    (entry,) = script.logged("message_failed")
    assert entry["topic"] == "poison"
    assert "RuntimeError: poisoned" in entry["exception"]
    (stopped,) = script.logged("stopped")
    assert (stopped["failed"], stopped["messages"]) == (1, 3), "each is counted once"


class Choosy(fakes.FakeConnection):
    """A transport that trips over what came of one topic."""

    def answer(self, answers: Sequence[Answer]) -> None:
        if any(publications and delivery.message.topic == "poison" for delivery, publications in answers):
            raise RuntimeError("poisoned")
        super().answer(answers)


def test_a_bug_behind_the_model_harms_no_other() -> None:
    script = Script(READY, [message("a"), message("poison"), message("b")])
    script.made = Choosy
    assert script.play() is True
    assert [topic for topic in script.published() if "interpretation" in topic] == [
        "dragoman/interpretation/a",
        "dragoman/interpretation/b",
    ]
    assert [entry.topic for entry in script.connections[0].answered] == ["a", "poison", "b"]
    (stopped,) = script.logged("stopped")
    assert (stopped["failed"], stopped["messages"]) == (1, 3)


def test_a_bug_behind_a_declaration_tells_nothing_twice() -> None:
    declared = message("homeassistant/sensor/x/config", b'{"state_topic": "b", "device_class": "humidity"}')
    script = Script(READY, [message("a", b"1"), declared, message("a", b"2"), message("poison"), message("b", b"55")])
    assert script.play(Reader("poisoned", Poisoned("poison"), Calibration())) is True
    answered = [entry.topic for entry in script.connections[0].answered]
    assert answered == ["a", declared.topic, "a", "poison", "b"]
    published = script.published()
    assert [len(published[f"dragoman/interpretation/{topic}"]) for topic in ("a", "b")] == [2, 1]
    assert published["dragoman/interpretation/b"][0]["readings"][0]["label"] == "humidity"
    (stopped,) = script.logged("stopped")
    assert (stopped["failed"], stopped["messages"]) == (1, 3), "a declaration is no device's message"


def test_refusal_is_logged_once_for_a_topic() -> None:
    script = Script([message("a", b"")] * 3 + [message("b", b"")])
    script.play()
    told = [(entry["topic"], entry["level"]) for entry in script.logged("message_refused")]
    assert told == [("a", "info"), ("a", "debug"), ("a", "debug"), ("b", "info")]


def test_topic_that_is_no_utf8_is_counted() -> None:
    script = Script([message("haus/\udcff"), message("a")])
    script.play()
    assert list(script.published()) == ["dragoman/interpretation/a", "dragoman/device/a", "dragoman/status"]
    assert script.logged("stopped")[0]["refused_by_reason"] == {"topic_not_valid": 1}


def test_dead_network_thread_ends_the_service() -> None:
    script = Script(READY, [Change(News.DIED, "OSError: x")], [message("never")])
    assert script.play() is False
    assert script.logged("network_thread_died")[0]["level"] == "error"
    assert "dragoman/interpretation/never" not in script.published()


def test_report_comes_when_asked_for() -> None:
    script = Script(READY, [message("a")], "report")
    script.play()
    counts = [stats["messages"] for stats in script.published()["dragoman/stats"]]
    assert counts == [0, 1]


def test_clock_that_is_set_back_a_year() -> None:
    year_s = 365 * 86_400.0
    times = itertools.chain([1_800_000_000.0] * 4, itertools.repeat(1_800_000_000.0 - year_s))
    script = Script(READY, [message("a")], [message("b")], [message("c")])
    assert script.play(clock=lambda: next(times)) is True
    (entry,) = script.logged("clock_was_set")
    assert entry["by_s"] == pytest.approx(-year_s, abs=5)
    assert "dragoman/interpretation/c" in script.published()


def test_reload_of_what_needs_no_new_connection() -> None:
    script = Script(READY, [message("a")], "reload", [message("b", b'{"x": [1]}')])
    changed = replace(Config(), limits=replace(Config().limits, depth=1))
    script.play(read_config=lambda: changed)
    assert script.published()["dragoman/interpretation/b"][0]["error"]["reason"] == "too_deep"
    assert [connection.opened for connection in script.connections] == [True, False]


def test_reload_of_the_prefix_takes_a_new_connection() -> None:
    script = Script(READY, "reload", READY, [message("b")])
    script.play(read_config=lambda: replace(Config(), prefix="home"))
    assert script.published(0)["dragoman/status"] == ["online", "offline"]
    assert list(script.published(1)) == ["home/status", "home/stats", "home/interpretation/b", "home/device/b"]
    assert script.published(1)["home/status"] == ["online", "offline"]


def test_reload_of_a_faulty_file_changes_nothing() -> None:
    def faulty() -> Config:
        raise ConfigError((Fault("c.yaml", 2, 3, "broker.hots", "is not known", "write host"),))

    script = Script(READY, "reload", [message("b")])
    assert script.play(read_config=faulty) is True
    assert "dragoman/interpretation/b" in script.published()
    (entry,) = script.logged("configuration_refused")
    assert entry["fault"] == "c.yaml:2:3: broker.hots: is not known; write host"


def leave(inbox: Inbox[str], delivery: Delivery, again: bool = False) -> None:
    inbox.put([(delivery, again)])


def test_inbox_lets_the_oldest_go() -> None:
    inbox: Inbox[str] = Inbox(messages=2, payload_bytes=10)
    for topic in "abc":
        leave(inbox, Delivery(message(topic, b"12")))
    leave(inbox, Delivery(message("d", b"123456789")))
    inbox.tell("news")
    messages, news = inbox.take(lambda: 64, 0)
    assert ([left.message.topic for left in messages], news) == (["d"], ["news"])
    assert inbox.dropped == {"a": 1, "b": 1, "c": 1}
    leave(inbox, Delivery(message("huge", b"x" * 11)))
    assert [left.message.topic for left in inbox.take(lambda: 64, 0)[0]] == ["huge"]
    assert inbox.take(lambda: 64, 0) == ([], [])


@given(st.lists(st.tuples(st.sampled_from(["loose", "sure", "again", "take"]), st.integers(1, 3)), max_size=40))
def test_inbox_keeps_the_order(steps: list[tuple[str, int]]) -> None:
    inbox: Inbox[str] = Inbox(messages=4, payload_bytes=99)
    again: list[Delivery] = []
    others: list[Delivery] = []
    for number, (step, count) in enumerate(steps):
        if step == "take":
            taken = inbox.take(lambda most=count: most, 0)[0]
            assert taken == (again + others)[:count]
            again, others = again[len(taken) :], others[max(0, len(taken) - len(again)) :]
        else:
            delivery = Delivery(message(f"{step}{number}"), None if step == "loose" else Receipt(number, None))
            leave(inbox, delivery, again=step == "again")
            (again if step == "again" else others).append(delivery)
            loose = [entry for entry in others if entry.receipt is None]
            if len(loose) > 4:
                others.remove(loose[0])
        assert len(inbox) == len(again) + len(others)


def test_inbox_keeps_what_has_a_receipt() -> None:
    inbox: Inbox[str] = Inbox(messages=1, payload_bytes=99)
    for mid in (1, 2, 3):
        leave(inbox, Delivery(message(f"sure{mid}"), Receipt(mid, None)))
        leave(inbox, Delivery(message("loose")))
    assert [left.message.topic for left in inbox.take(lambda: 9, 0)[0]] == ["sure1", "sure2", "sure3", "loose"]
    assert inbox.dropped == {"loose": 2}


def test_inbox_hands_out_first_what_comes_again() -> None:
    inbox: Inbox[str] = Inbox(messages=9, payload_bytes=99)
    leave(inbox, Delivery(message("new")))
    for mid in (1, 2):
        leave(inbox, Delivery(message(f"old{mid}"), Receipt(mid, None)), again=True)
    assert len(inbox) == 3
    assert [left.message.topic for left in inbox.take(lambda: 9, 0)[0]] == ["old1", "old2", "new"]


def test_inbox_counts_lost_topics_within_bounds() -> None:
    inbox: Inbox[str] = Inbox(messages=1, payload_bytes=99)
    for topic in range(200):
        leave(inbox, Delivery(message(str(topic))))
    assert (len(inbox.dropped), inbox.dropped[OTHER_TOPICS], inbox.dropped.total()) == (TOPICS + 1, 149, 199)


def test_inbox_hands_out_no_more_than_asked_for() -> None:
    inbox: Inbox[str] = Inbox(messages=9, payload_bytes=99)
    for topic in "abc":
        leave(inbox, Delivery(message(topic)))
    assert inbox.take(lambda: 0, 0) == ([], [])
    assert [len(inbox.take(lambda: 2, 0)[0]) for _ in range(3)] == [2, 1, 0]


def test_inbox_hands_out_fewer_of_large_messages() -> None:
    inbox: Inbox[str] = Inbox(messages=9, payload_bytes=10 * BATCH_BYTES)
    for size in (2 * BATCH_BYTES, 1, BATCH_BYTES - 1, 1):
        leave(inbox, Delivery(message("a", bytes(size))))
    assert [len(inbox.take(lambda: 9, 0)[0]) for _ in range(3)] == [1, 2, 1]


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        (b"haus/keller", "haus/keller"),
        (b"haus/\xff", "haus/\udcff"),
        (b"dragomans", "dragomans"),
        (b"dragoman", None),
        (b"dragoman/status", None),
        (b"a/bridge/x", None),
    ],
)
def test_link_leaves_messages_in_the_inbox(topic: bytes, expected: str | None) -> None:
    inbox: Inbox[tuple[Link, Change]] = Inbox(9, 999)
    settings = Settings(Config().broker, None, "dragoman", ("#",), ("+/bridge/#",))
    will = Publication("dragoman/status", b"offline", 1, True)
    link = Link(settings, MQTTProtocolVersion.MQTTv5, will, None, inbox, clock=lambda: 5.0, failures=0)
    received = paho.MQTTMessage(mid=7, topic=topic)
    received.payload, received.qos, received.retain = b"21.4", 1, True
    link.client.on_message(link.client, None, received)
    wanted = [] if expected is None else [Message(expected, b"21.4", 5.0, 1, True, mid=7)]
    deliveries = inbox.take(lambda: 9, 0)[0]
    assert [delivery.message for delivery in deliveries] == wanted
    assert all(delivery.receipt is not None for delivery in deliveries)
    assert link.counters.total() == (expected is None)
    assert link.ledger.acknowledged == (expected is None), "what is not read must not stay at the broker"


@pytest.mark.parametrize("bounds", [{"outbox_messages": 2}, {"outbox_bytes": 8}])
def test_link_is_congested_by_what_the_broker_has_not_taken(bounds: dict[str, int]) -> None:
    settings = Settings(Config().broker, None, "dragoman", ("#",), (), **bounds)
    will = Publication("dragoman/status", b"offline", 1, True)
    link = Link(settings, MQTTProtocolVersion.MQTTv5, will, None, Inbox(9, 999), clock=lambda: 5.0, failures=0)
    link.outbox.publish([Publication("a", b"1234", 1)])
    assert link.outbox.room == 64
    link.outbox.publish([Publication("b", b"5678", 1)])
    assert link.outbox.room == 0
    link.ledger.delivered([1])
    assert link.outbox.room == 64


def arrival(link: Link, mid: int, payload: bytes = b"21.4") -> None:
    """The broker sends a message."""
    received = paho.MQTTMessage(mid=mid, topic=b"haus/keller")
    received.payload, received.qos = payload, 1
    link.client.on_message(link.client, None, received)


def link_of(inbox: Inbox[tuple[Link, Change]], **bounds: int) -> Link:
    settings = Settings(Config().broker, None, "dragoman", ("#",), (), **bounds)
    will = Publication("dragoman/status", b"offline", 1, True)
    return Link(settings, MQTTProtocolVersion.MQTTv5, will, None, inbox, clock=lambda: 5.0, failures=0)


def test_no_more_is_answered_at_once_than_the_broker_may_send() -> None:
    inbox: Inbox[tuple[Link, Change]] = Inbox(9, 999)
    link = link_of(inbox, unacknowledged=4)
    for mid in range(1, 6):
        arrival(link, mid)
    rooms = []
    for number, delivery in enumerate(inbox.take(lambda: 9, 0)[0]):
        link.outbox.answer([(delivery, [Publication(f"out/{number}", b"1", 1)])])
        rooms.append(link.outbox.room)
    assert rooms == [3, 2, 0, 0, 0], "not one by one"
    for mid in (1, 2, 3):
        link.ledger.delivered([mid])
    assert link.outbox.room == 2


@pytest.mark.parametrize("bounds", [{"inbox_messages": 2}, {"inbox_bytes": 10}])
def test_what_there_is_no_room_for_is_left_at_the_broker(bounds: dict[str, int]) -> None:
    inbox: Inbox[tuple[Link, Change]] = Inbox(9, 999)
    link = link_of(inbox, **bounds)
    for mid in (1, 2, 3):
        arrival(link, mid)
    deliveries, told = inbox.take(lambda: 9, 0)
    assert (len(deliveries), link.left, link.counters["left_at_broker"]) == (2, 1, 1)
    assert [change.news for _, change in told] == [News.INBOX_FULL]
    for delivery in deliveries:
        link.outbox.answer([(delivery, ())])
    arrival(link, 4)
    assert link.left == 2, "what comes after it must not be acknowledged before it"
    assert (link.ledger.acknowledged, link.ledger.open) == (2, 0)


def test_a_lone_message_is_kept_whatever_its_size() -> None:
    inbox: Inbox[tuple[Link, Change]] = Inbox(9, 999)
    link = link_of(inbox, inbox_bytes=10)
    arrival(link, 1, b"x" * 11)
    assert (len(inbox), link.left) == (1, 0)


def test_notifier_speaks_to_systemd(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(1)
        environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "3000000"}
        notifier = Notifier.of(environ)
        notifier.reloading()
        notifier.beat(0.0)
        notifier.beat(5.0)
        notifier.ready("connected")
        notifier.beat(5.5)
        notifier.beat(6.0)
        notifier.beat(6.9)
        notifier.stopping()
        told = [manager.recv(999).decode() for _ in range(5)]
    assert told == [
        "EXTEND_TIMEOUT_USEC=30000000",
        "READY=1\nSTATUS=connected",
        "WATCHDOG=1",
        "WATCHDOG=1",
        "STOPPING=1",
    ]


def test_notifier_does_not_wait_for_a_manager_that_reads_nothing(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        notifier = Notifier(str(tmp_path / "notify"), watchdog_s=3)

        def tell() -> None:
            notifier.ready("connected")
            # More than the manager's mailbox holds: who waited for room would wait for ever.
            for beat in range(2_000):
                notifier.beat(2.0 * beat)
            notifier.stopping()

        telling = threading.Thread(target=tell, daemon=True)
        telling.start()
        telling.join(60)
        assert not telling.is_alive()


def test_notifier_keeps_silent_elsewhere() -> None:
    notifier = Notifier.of({"WATCHDOG_USEC": "100", "WATCHDOG_PID": "1"})
    notifier.ready("connected")
    notifier.beat(9.0)


def test_log_shows_no_local_variables() -> None:
    for form in ("json", "console"):
        stream = io.StringIO()
        log = logger("info", form, stream)
        secret = "geheim"
        try:
            len(7)  # type: ignore[arg-type]
        except TypeError:
            log.exception("failed")
        log.debug("not shown")
        assert secret not in stream.getvalue()
        assert "TypeError" in stream.getvalue()
        assert "not shown" not in stream.getvalue()
