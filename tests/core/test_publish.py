from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.message import Device, DeviceReading, DeviceRef, Event, Interpretation, Problem, Reading, Refusal
from agent.core.ontology import LABELS
from agent.core.publish import (
    SCHEMA,
    Publisher,
    device_line,
    interpretation_json,
    interpretation_line,
    line,
    timestamp,
)
from tests.core.making import AT, interpretation, reading, scalars, topics

PUBLISHER = Publisher("dragoman")


def strictly(payload: bytes) -> Any:
    """The JSON value of a payload; NaN and Infinity, which only Python reads, are none."""

    def refuse(word: str) -> None:
        raise ValueError(word)

    return json.loads(payload, parse_constant=refuse)


def test_an_interpretation_as_it_is_published() -> None:
    shown = Interpretation(
        topic="zigbee2mqtt/Kitchen Window",
        at=AT,
        retained=False,
        device=DeviceRef("zigbee2mqtt_kitchen_window", "Kitchen Window", "contact_sensor", "kitchen"),
        kind="state",
        readings=(
            Reading("/contact", "opening", True, None, 0.98049, "model", False, "inverted"),
            Reading("/battery", "battery", 97, "%", 0.9949, "declared", 97),
        ),
        summary="Kitchen Window is open; battery 97 %",
        model="dragoman-small 1.2.0",
    )
    publication = PUBLISHER.interpretation(shown)
    assert publication.topic == "dragoman/interpretation/zigbee2mqtt/Kitchen Window"
    assert (publication.qos, publication.retain) == (1, False)
    assert strictly(publication.payload) == {
        "schema": 1,
        "topic": "zigbee2mqtt/Kitchen Window",
        "at": "2026-11-23T09:00:00.123Z",
        "retained": False,
        "device": {
            "id": "zigbee2mqtt_kitchen_window",
            "name": "Kitchen Window",
            "type": "contact_sensor",
            "area": "kitchen",
        },
        "kind": "state",
        "readings": [
            {
                "path": "/contact",
                "label": "opening",
                "value": True,
                "unit": None,
                "polarity": "inverted",
                "confidence": 0.98,
                "source": "model",
                "raw": False,
            },
            {
                "path": "/battery",
                "label": "battery",
                "value": 97,
                "unit": "%",
                "confidence": 0.995,
                "source": "declared",
                "raw": 97,
            },
        ],
        "summary": "Kitchen Window is open; battery 97 %",
        "model": "dragoman-small 1.2.0",
    }


def test_problems_are_there_only_where_there_are_any() -> None:
    plain = interpretation(reading("battery", 97, "%"))
    assert "problems" not in interpretation_json(plain)
    troubled = Interpretation(
        plain.topic, AT, False, plain.device, "state", (), "a summary", "fake 1", (Problem("/x", "not_finite", "nan"),)
    )
    assert interpretation_json(troubled)["problems"] == [{"path": "/x", "reason": "not_finite", "detail": "nan"}]


@pytest.mark.parametrize(
    ("refusal", "topic", "shape"),
    [
        (
            Refusal("home/x", AT, "empty", "the payload is empty"),
            "dragoman/interpretation/home/x",
            {
                "schema": 1,
                "topic": "home/x",
                "at": "2026-11-23T09:00:00.123Z",
                "error": {"reason": "empty", "detail": "the payload is empty"},
            },
        ),
        # Nothing can be published under a topic that is none.
        (Refusal("t" * 60_000, AT, "topic_too_long", "long"), None, None),
        (Refusal("home/#", AT, "topic_not_valid", "wildcard"), None, None),
        (Refusal("home/\udcff", AT, "topic_not_valid", "not UTF-8"), None, None),
    ],
)
def test_a_refusal_stands_in_the_place_of_the_interpretation(
    refusal: Refusal, topic: str | None, shape: dict[str, Any] | None
) -> None:
    publication = PUBLISHER.refusal(refusal)
    if publication is None:
        assert topic is shape is None
    else:
        assert (publication.topic, publication.qos, publication.retain) == (topic, 1, False)
        assert strictly(publication.payload) == shape


def test_an_event_as_it_is_published() -> None:
    device = DeviceRef("home_door", "door", None, None)
    publication = PUBLISHER.event(
        Event(device, AT, "opened", "info", "door", "/contact", True, "home/door", "door is open")
    )
    assert (publication.topic, publication.qos, publication.retain) == ("dragoman/event/home_door", 1, False)
    assert strictly(publication.payload) == {
        "schema": 1,
        "at": "2026-11-23T09:00:00.123Z",
        "device": {"id": "home_door", "name": "door"},
        "event": "opened",
        "severity": "info",
        "label": "door",
        "value": True,
        "topic": "home/door",
        "path": "/contact",
        "text": "door is open",
    }


def test_status_and_counters_are_retained() -> None:
    publisher = Publisher("site/agent")
    assert publisher.prefix == "site/agent"
    status, stats = publisher.status("online"), publisher.stats({"messages": 3})
    assert (status.topic, status.payload, status.retain) == ("site/agent/status", b"online", True)
    assert (stats.topic, strictly(stats.payload), stats.retain) == ("site/agent/stats", {"messages": 3}, True)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (AT, "2026-11-23T09:00:00.123Z"),
        (1_795_424_400.9996, "2026-11-23T09:00:00.999Z"),
    ],
)
def test_timestamps_are_utc_in_milliseconds(at: float, text: str) -> None:
    assert timestamp(at) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_json_has_no_word_for_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        line({"value": value})


@given(topics, scalars, st.sampled_from([None, *LABELS]), st.floats(0, 1))
def test_any_interpretation_is_one_line_of_json(topic: str, value: Any, label: str | None, confidence: float) -> None:
    shown = interpretation(Reading("/x", label, value, None, confidence, "model", value), topic=topic)
    payload = PUBLISHER.interpretation(shown).payload
    assert b"\n" not in payload
    assert strictly(payload) == interpretation_json(shown)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", strictly(payload)["at"])


readings = st.builds(
    Reading,
    path=st.sampled_from(["", "/a", '/"a"', "/ä"]) | st.text(max_size=8),
    label=st.sampled_from([None, *LABELS]),
    value=scalars,
    unit=st.sampled_from([None, "°C", "µg/m³"]),
    confidence=st.floats(0, 1),
    source=st.sampled_from(["model", "declared", "override"]),
    raw=scalars,
    polarity=st.sampled_from([None, "normal", "inverted"]),
)


@given(
    st.lists(readings, max_size=4),
    topics,
    st.builds(DeviceRef, st.just("x"), st.text(max_size=8), st.sampled_from([None, "light"]), st.none() | st.text()),
    st.lists(st.builds(Problem, st.text(max_size=4), st.just("not_finite"), st.text(max_size=8)), max_size=2),
    st.booleans(),
)
def test_the_fast_line_is_the_plain_one(
    said: list[Reading], topic: str, device: DeviceRef, problems: list[Problem], flag: bool
) -> None:
    shown = Interpretation(
        topic, AT, flag, device, "state", tuple(said), topic, "fake 1", tuple(problems), truncated=flag
    )
    assert interpretation_line(shown) == line(interpretation_json(shown))


def device_json(device: Device) -> dict[str, Any]:
    """The Device as it is published."""
    return {
        "schema": SCHEMA,
        "id": device.id,
        "name": device.name,
        "type": device.type,
        "area": device.area,
        "seen_at": timestamp(device.seen_at),
        "readings": {
            reading.key: {
                "label": reading.label,
                "value": reading.value,
                "unit": reading.unit,
                "confidence": round(1_000 * reading.confidence) / 1_000,
                "source": reading.source,
                "topic": reading.topic,
                "path": reading.path,
                "at": timestamp(reading.at),
            }
            for reading in device.readings
        },
    }


@given(
    st.lists(
        st.builds(
            DeviceReading,
            key=st.text(max_size=8),
            label=st.sampled_from([*LABELS]),
            value=scalars,
            unit=st.sampled_from([None, "°C", 'µg/"m³"']),
            confidence=st.floats(0, 1),
            source=st.sampled_from(["model", "declared", "override"]),
            topic=st.text(max_size=8),
            path=st.text(max_size=8),
            at=st.floats(0, 4e9),
        ),
        max_size=4,
        unique_by=lambda reading: reading.key,
    ),
    st.text(max_size=8),
)
def test_the_fast_line_of_a_device_is_the_plain_one(readings: list[DeviceReading], name: str) -> None:
    device = Device("x", name, None, name, AT, tuple(readings))
    assert device_line(device) == line(device_json(device))


@given(st.floats(0, 4e9) | st.sampled_from([1.9999995, 1.9999996, 1.0005, 0.0, 1e9 + 0.9999999]))
def test_a_time_is_what_the_standard_library_makes_of_it(at: float) -> None:
    plain = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    assert timestamp(at) == f"{plain.removesuffix('+00:00')}Z"
