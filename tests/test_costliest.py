"""What one message can make the agent publish is bounded; what it can cost in time, `tests.rigs.costliest` measures."""

from __future__ import annotations

from tests.rigs.costliest import STATED_BYTES, measure


def test_no_message_makes_the_agent_publish_more_than_is_stated() -> None:
    costs = measure(rounds=1)
    assert {cost.shape: cost.published_bytes for cost in costs if cost.published_bytes > STATED_BYTES} == {}
    assert max(cost.readings for cost in costs) == 1_024
