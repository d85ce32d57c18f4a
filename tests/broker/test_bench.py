from __future__ import annotations

import pytest

from agent.bench.wire import BrokerSilent, Wire, answered
from agent.packets import publication
from tests.broker.conftest import Mosquitto


@pytest.mark.parametrize("qos", [0, 1])
def test_what_is_sent_is_heard_in_order_and_timed(broker: Mosquitto, qos: int) -> None:
    sender, ear = Wire("127.0.0.1", broker.port, "load"), Wire("127.0.0.1", broker.port, "ear")
    ear.subscribe(["home/#"])
    messages = [(f"home/küche/{number}", b"x" * (number % 300)) for number in range(400)]
    trip = answered(sender, ear, iter(messages), qos, window=50)
    assert trip.answered == len(trip.latencies_s) == 400
    assert all(latency > 0 for latency in trip.latencies_s)
    sender.send(publication(b"home/last", b"{}", qos))
    assert ear.read(5.0) == [("home/last", b"{}")]
    sender.close()
    ear.close()


def test_a_rate_is_kept(broker: Mosquitto) -> None:
    sender, ear = Wire("127.0.0.1", broker.port, "load"), Wire("127.0.0.1", broker.port, "ear")
    ear.subscribe(["home/#"])
    trip = answered(sender, ear, [("home/x", b"1")] * 20, 1, window=50, per_s=100)
    assert trip.seconds >= 0.19
    sender.close()
    ear.close()


def test_who_is_no_broker_is_noticed(broker: Mosquitto) -> None:
    sender = Wire("127.0.0.1", broker.port, "load")
    broker.stop()
    with pytest.raises((BrokerSilent, OSError)):
        for _ in range(3):
            sender.read(1.0)
