"""Inputs are acknowledged in order, once all that came of them has arrived, and on the connection they came by."""

from __future__ import annotations

from agent.core.message import Message
from agent.ledger import Ledger


def message(topic: str) -> Message:
    return Message(topic, b"21.4", 0.0, qos=1)


def test_input_waits_for_all_its_outputs() -> None:
    acknowledged: list[int] = []
    ledger = Ledger(acknowledged.append)
    receipt = ledger.received(1, message("a"), again=False)
    assert receipt is not None
    ledger.published(11, receipt)
    ledger.published(12, receipt)
    ledger.delivered(11)
    ledger.delivered(12)
    assert acknowledged == [], "more might be published on its behalf"
    ledger.answered(receipt)
    assert (acknowledged, ledger.under_way, ledger.open) == ([1], 0, 0)


def test_acknowledgements_keep_the_order_of_arrival() -> None:
    acknowledged: list[int] = []
    ledger = Ledger(acknowledged.append)
    first, second = (ledger.received(mid, message("a"), again=False) for mid in (1, 2))
    ledger.passed_over(3)
    assert first is not None
    assert second is not None
    ledger.answered(second)
    assert acknowledged == []
    ledger.published(11, first)
    ledger.answered(first)
    ledger.delivered(11)
    assert acknowledged == [1, 2, 3]


def test_acknowledgement_may_be_quicker_than_the_books() -> None:
    acknowledged: list[int] = []
    ledger = Ledger(acknowledged.append)
    receipt = ledger.received(1, message("a"), again=False)
    assert receipt is not None
    ledger.delivered(11)
    ledger.published(11, receipt)
    ledger.answered(receipt)
    assert (acknowledged, ledger.under_way) == ([1], 0)


def test_old_connection_acknowledges_nothing_on_the_new_one() -> None:
    acknowledged: list[int] = []
    ledger = Ledger(acknowledged.append)
    old = ledger.received(1, message("a"), again=False)
    assert old is not None
    ledger.lost()
    new = ledger.received(1, message("b"), again=False)
    assert new is not None
    ledger.answered(old)
    assert acknowledged == []
    ledger.answered(new)
    assert acknowledged == [1]


def test_what_comes_again_is_recognised() -> None:
    acknowledged: list[int] = []
    ledger = Ledger(acknowledged.append)
    receipts = [ledger.received(mid, message(topic), again=False) for mid, topic in ((1, "a"), (2, "b"), (3, "c"))]
    assert receipts[0] is not None
    assert receipts[1] is not None
    ledger.published(11, receipts[0])
    ledger.answered(receipts[0])
    ledger.lost()
    ledger.delivered(11)
    assert acknowledged == [], "it was delivered to a connection that has ended"
    assert ledger.received(1, message("a"), again=True) is None
    assert acknowledged == [1]
    assert ledger.received(2, message("b"), again=True) is None
    ledger.answered(receipts[1])
    assert acknowledged == [1, 2]
    assert ledger.received(3, message("other"), again=True) is not None, "the identifier was given to another message"
    assert ledger.recognised == 2


def test_a_new_session_has_nothing_to_recognise() -> None:
    ledger = Ledger(lambda mid: None)
    ledger.received(1, message("a"), again=False)
    ledger.lost()
    ledger.forgotten()
    assert ledger.received(1, message("a"), again=True) is not None
