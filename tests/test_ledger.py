"""Inputs are acknowledged in order, once all that came of them has arrived, and on the connection they came by."""

from __future__ import annotations

from agent.core.message import Message, Publication
from agent.ledger import Ledger, Output, Receipt


def message(topic: str) -> Message:
    return Message(topic, b"21.4", 0.0, qos=1)


def owed(ledger: Ledger, receipt: Receipt | None, payload: bytes = b"1") -> Output:
    """An output that is about to be sent."""
    output = Output(Publication("out", payload, 1), receipt)
    ledger.owed([output])
    return output


def sent(ledger: Ledger, mid: int, receipt: Receipt | None, payload: bytes = b"1") -> Output:
    """An output that is on its way."""
    output = owed(ledger, receipt, payload)
    ledger.sent([mid], [output])
    return output


def test_input_waits_for_all_its_outputs() -> None:
    acknowledged: list[int] = []
    ledger = Ledger(acknowledged.extend)
    receipt = ledger.received(1, message("a"))
    sent(ledger, 11, receipt)
    sent(ledger, 12, receipt)
    ledger.delivered([11])
    ledger.delivered([12])
    assert acknowledged == [], "more might be published on its behalf"
    ledger.answered([receipt])
    assert (acknowledged, ledger.under_way, ledger.open) == ([1], 0, 0)


def test_acknowledgements_keep_the_order_of_arrival() -> None:
    acknowledged: list[int] = []
    ledger = Ledger(acknowledged.extend)
    first, second = (ledger.received(mid, message("a")) for mid in (1, 2))
    ledger.passed_over(3)
    ledger.answered([second])
    assert acknowledged == []
    sent(ledger, 11, first)
    ledger.answered([first])
    ledger.delivered([11])
    assert acknowledged == [1, 2, 3]


def test_acknowledgement_may_be_quicker_than_the_books() -> None:
    acknowledged: list[int] = []
    ledger = Ledger(acknowledged.extend)
    receipt = ledger.received(1, message("a"))
    output = owed(ledger, receipt, b"1")
    ledger.answered([receipt])
    ledger.delivered([11])
    assert acknowledged == []
    ledger.sent([11], [output])
    assert (acknowledged, ledger.under_way) == ([1], 0)


def test_output_that_the_broker_has_no_room_for_holds_its_input() -> None:
    acknowledged: list[int] = []
    ledger = Ledger(acknowledged.extend)
    receipt = ledger.received(1, message("a"))
    first = sent(ledger, 11, receipt, b"12345")
    second = owed(ledger, receipt, b"678")
    ledger.answered([receipt])
    ledger.delivered([11], taken=False)
    # This answer comes before the books know of the output.
    ledger.delivered([12], taken=False)
    ledger.sent([12], [second])
    third = owed(ledger, None, b"90")
    ledger.sent([None], [third])
    assert (acknowledged, ledger.under_way, ledger.under_way_bytes, ledger.postponed) == ([], 3, 10, 3)
    assert ledger.again() == [first, second, third]
    assert (ledger.under_way, ledger.postponed) == (3, 0)
    for mid, output in ((21, first), (22, second), (23, third)):
        ledger.sent([mid], [output])
        ledger.delivered([mid])
    assert (acknowledged, ledger.under_way, ledger.under_way_bytes) == ([1], 0, 0)


def test_old_connection_acknowledges_nothing_on_the_new_one() -> None:
    acknowledged: list[int] = []
    ledger = Ledger(acknowledged.extend)
    old = ledger.received(1, message("a"))
    ledger.lost()
    new = ledger.received(1, message("b"))
    ledger.answered([old])
    assert acknowledged == []
    ledger.answered([new])
    assert acknowledged == [1]


def test_what_comes_again_is_recognised() -> None:
    acknowledged: list[int] = []
    ledger = Ledger(acknowledged.extend)
    receipts = [ledger.received(mid, message(topic)) for mid, topic in ((1, "a"), (2, "b"), (3, "c"))]
    sent(ledger, 11, receipts[0])
    ledger.answered([receipts[0]])
    ledger.lost()
    ledger.delivered([11])
    assert acknowledged == [], "it was delivered to a connection that has ended"
    assert ledger.recognises(1, message("a"))
    assert acknowledged == [1]
    assert ledger.recognises(2, message("b"))
    ledger.answered([receipts[1]])
    assert acknowledged == [1, 2]
    assert ledger.awaits_former
    assert not ledger.recognises(3, message("other")), "the identifier was given to another message"
    assert not ledger.awaits_former
    assert ledger.recognised == 2


def test_a_new_session_has_nothing_to_recognise() -> None:
    ledger = Ledger(lambda mids: None)
    ledger.received(1, message("a"))
    ledger.lost()
    ledger.forgotten()
    assert not ledger.recognises(1, message("a"))


def test_what_is_at_stake_is_answered_and_not_yet_delivered() -> None:
    ledger = Ledger(lambda mids: None)
    first, second, third = (ledger.received(mid, message("a")) for mid in (1, 2, 3))
    assert (ledger.open, ledger.open_bytes, ledger.at_stake) == (3, 12, 0)
    for mid, receipt in ((11, second), (12, first)):
        sent(ledger, mid, receipt)
        ledger.answered([receipt])
    sent(ledger, 13, third)
    ledger.delivered([13])
    ledger.answered([third])
    assert ledger.at_stake == 2, "all that was published of the third has arrived"
    ledger.delivered([11])
    assert (ledger.open, ledger.at_stake) == (3, 1)
    ledger.delivered([12])
    assert (ledger.open, ledger.open_bytes, ledger.at_stake) == (0, 0, 0)
