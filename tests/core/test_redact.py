"""What a capture may tell, and what not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.message import Message
from agent.core.redact import Redactor

REDACTOR = Redactor(b"0123456789abcdef")


@pytest.mark.parametrize(
    "text",
    ["ON", "21.4 °C", "open", "battery_low", "2026-11-23T09:00:00Z", "zigbee2mqtt", "tele", "SENSOR", "12.5", "on/off"],
)
def test_kept(text: str) -> None:
    assert REDACTOR.text(text) == text


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Anna's Schlafzimmer", "Anna"),
        ("Anna's Schlafzimmer", "Schlaf"),
        ("0x00158d0001a2b3c4", "158d0001a2b3c4"),
        ("AA:BB:CC:12:34:56", "CC:12:34"),
        ("shellyplug-s-3CE90ED7", "3CE90ED7"),
        ("192.168.17.23", "168.17"),
        ("anna@example.org", "example"),
        ("fe80::1ff:fe23:4567:890a", "4567"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghij", "IUzI1"),
    ],
)
def test_replaced(text: str, secret: str) -> None:
    assert secret not in REDACTOR.text(text)
    assert REDACTOR.text(text) == REDACTOR.text(text)


def test_message() -> None:
    tree = {
        "temperature": 21.4,
        "friendly_name": "Annas Zimmer",
        "lat": 52.5163,
        "wifi": {"ssid": "Familie Muster", "password": "geheim", "rssi": -61},
        "state": "ON",
        "mac": "aa:bb:cc:12:34:56",
        "position": 40,
    }
    message = Message("zigbee2mqtt/Annas Zimmer/state", json.dumps(tree).encode(), 5.0, 1, True)
    redacted = REDACTOR.message(message)
    found = json.loads(redacted.payload)
    assert redacted.topic.startswith("zigbee2mqtt/w")
    # The same name in topic and payload stays the same.
    assert redacted.topic.split("/")[1] == found["friendly_name"]
    assert (found["temperature"], found["state"], found["position"], found["wifi"]["rssi"]) == (21.4, "ON", 40, -61)
    for secret in ("Anna", "Zimmer", "52.5", "Familie", "geheim", "cc:12"):
        assert secret not in redacted.topic + redacted.payload.decode()
    assert (redacted.received_at, redacted.qos, redacted.retained) == (5.0, 1, True)


def test_binary_payload_keeps_its_length_alone() -> None:
    assert REDACTOR.message(Message("a", b"\xff\xfe\x01", 0.0)).payload == b"\0\0\0"


@given(st.text(), st.binary())
def test_any_message_can_be_redacted(topic: str, payload: bytes) -> None:
    REDACTOR.message(Message(topic, payload, 0.0)).payload.decode("utf-8")
