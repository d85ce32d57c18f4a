"""What leaves the agent: values to JSON and to Publications."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from agent.core.message import Device, DeviceRef, Event, Interpretation, Publication, Reading, Refusal

SCHEMA = 1
"""Version of the published shapes."""


def interpretation_json(interpretation: Interpretation) -> dict[str, Any]:
    """The Interpretation as it is published. `problems` and `truncated` are there only when there are any."""
    device = interpretation.device
    shape = {
        "schema": SCHEMA,
        "topic": interpretation.topic,
        "at": timestamp(interpretation.at),
        "retained": interpretation.retained,
        "device": {"id": device.id, "name": device.name, "type": device.type, "area": device.area},
        "kind": interpretation.kind,
        "readings": [_reading_json(reading) for reading in interpretation.readings],
        "summary": interpretation.summary,
        "model": interpretation.model,
    }
    if interpretation.truncated:
        shape["truncated"] = True
    if interpretation.problems:
        shape["problems"] = _problems_json(interpretation)
    return shape


def _problems_json(interpretation: Interpretation) -> list[dict[str, Any]]:
    return [
        {"path": problem.path, "reason": problem.reason, "detail": problem.detail}
        for problem in interpretation.problems
    ]


def _reading_json(reading: Reading) -> dict[str, Any]:
    shape: dict[str, Any] = {"path": reading.path, "label": reading.label, "value": reading.value, "unit": reading.unit}
    if reading.polarity is not None:
        shape["polarity"] = reading.polarity
    shape["confidence"] = round(1_000 * reading.confidence) / 1_000
    shape["source"] = reading.source
    shape["raw"] = reading.raw
    return shape


def interpretation_line(interpretation: Interpretation) -> str:
    """`line(interpretation_json(interpretation))`, four times as fast.

    A home's readings have the same paths, labels and units again and again, so the text around values is remembered.
    """
    readings = []
    for reading in interpretation.readings:
        value, raw = reading.value, reading.raw
        text = repr(value) if type(value) is int else _scalar(value)
        readings.append(
            f"{_before_value(reading.path, reading.label)}{text}"
            f"{_before_confidence(reading.unit, reading.polarity)}{_SHARES[round(1_000 * reading.confidence)]}"
            f',"source":"{reading.source}","raw":{text if raw is value else _scalar(raw)}}}'
        )
    rest = ""
    if interpretation.truncated:
        rest = ',"truncated":true'
    if interpretation.problems:
        rest += f',"problems":{line(_problems_json(interpretation))}'
    return (
        f'{{"schema":{SCHEMA},"topic":{_text(interpretation.topic)},"at":"{timestamp(interpretation.at)}",'
        f'"retained":{"true" if interpretation.retained else "false"},'
        f'"device":{{{_about(interpretation.device)}}},'
        f'"kind":"{interpretation.kind}","readings":[{",".join(readings)}],'
        f'"summary":{_text(interpretation.summary)},"model":{_text(interpretation.model)}{rest}}}'
    )


@lru_cache(maxsize=4_096)
def _before_value(path: str, label: str | None) -> str:
    return f'{line({"path": path, "label": label})[:-1]},"value":'


@lru_cache(maxsize=512)
def _before_confidence(unit: str | None, polarity: str | None) -> str:
    rest = {"unit": unit} if polarity is None else {"unit": unit, "polarity": polarity}
    return f',{line(rest)[1:-1]},"confidence":'


# Of these nothing is remembered: a home of very many devices would have another one with each message.
def _about(device: DeviceRef | Device) -> str:
    """What stands in the object of a device first."""
    kind = "null" if device.type is None else _text(device.type)
    area = "null" if device.area is None else _text(device.area)
    return f'"id":{_text(device.id)},"name":{_text(device.name)},"type":{kind},"area":{area}'


def _scalar(value: Any) -> str:
    """JSON of a leaf; the commonest first."""
    kind = type(value)
    if kind is float:
        if value - value != 0:
            raise ValueError(f"JSON has no word for {value}")
        return float.__repr__(value)
    if kind is int:
        return int.__repr__(value)
    if kind is str:
        return _text(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    return line(value)


def refusal_json(refusal: Refusal) -> dict[str, Any]:
    """The Refusal as it is published in the place of an Interpretation. A long topic is given by its beginning."""
    return {
        "schema": SCHEMA,
        "topic": refusal.topic[:256].encode("utf-8", "replace").decode(),
        "at": timestamp(refusal.at),
        "error": {"reason": refusal.reason, "detail": refusal.detail},
    }


def event_json(event: Event) -> dict[str, Any]:
    """The Event as it is published. `evidence` is there only when there is any."""
    shape = {
        "schema": SCHEMA,
        "at": timestamp(event.at),
        "device": {"id": event.device.id, "name": event.device.name},
        "event": event.kind,
        "severity": event.severity,
        "label": event.label,
        "value": event.value,
        "topic": event.topic,
        "path": event.path,
        "text": event.text,
    }
    if event.evidence:
        shape["evidence"] = dict(event.evidence)
    return shape


def device_line(device: Device) -> str:
    """The Device as it is published, on one line.

    Written by hand, three times as fast as by `line`: a busy home has hundreds of readings of devices a second.
    """
    readings = [
        f'{_text(reading.key)}:{{"label":"{reading.label}","value":{_scalar(reading.value)},'
        f'"unit":{"null" if reading.unit is None else _text(reading.unit)},'
        f'"confidence":{_SHARES[round(1_000 * reading.confidence)]},"source":"{reading.source}",'
        f'"topic":{_text(reading.topic)},"path":{_text(reading.path)},"at":"{timestamp(reading.at)}"}}'
        for reading in device.readings
    ]
    return (
        f'{{"schema":{SCHEMA},{_about(device)},"seen_at":"{timestamp(device.seen_at)}",'
        f'"readings":{{{",".join(readings)}}}}}'
    )


# Of a confidence three digits are published; to round it and to write it takes several times as long as to look it up.
_SHARES = tuple([repr(thousandths / 1_000) for thousandths in range(1_001)])
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_text: Callable[[str], str] = json.encoder.encode_basestring


def line(shape: Any) -> str:
    """Compact JSON in one line. Raises ValueError for anything that JSON has no word for."""
    return _JSON.encode(shape)


def _payload(shape: Mapping[str, Any]) -> bytes:
    return _bytes(line(shape))


def _bytes(text: str) -> bytes:
    # JSON can spell half of a surrogate pair, UTF-8 cannot.
    return text.encode("utf-8", "replace")


def timestamp(at: float) -> str:
    """Seconds since the Unix epoch as "2026-11-23T09:00:00.123Z"."""
    second = math.floor(at)
    microseconds = round((at - second) * 1e6)
    if microseconds == 1_000_000:
        second, microseconds = second + 1, 0
    return f"{_second(second)}.{microseconds // 1_000:03}Z"


# Called for each reading of a device, many of which were heard in the same second.
@lru_cache(maxsize=256)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().removesuffix("+00:00")


class Publisher:
    """Values to Publications under one topic prefix."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    @property
    def prefix(self) -> str:
        """The levels under which everything is published."""
        return self._prefix

    def interpretation(self, interpretation: Interpretation) -> Publication:
        """On `<prefix>/interpretation/<source topic>`."""
        topic = f"{self._prefix}/interpretation/{interpretation.topic}"
        return Publication(topic, _bytes(interpretation_line(interpretation)), qos=1)

    def refusal(self, refusal: Refusal) -> Publication | None:
        """In the place of the Interpretation; None when the source topic itself cannot be published under."""
        if refusal.reason in ("topic_too_long", "topic_not_valid"):
            return None
        topic = f"{self._prefix}/interpretation/{refusal.topic}"
        return Publication(topic, _payload(refusal_json(refusal)), qos=1)

    def event(self, event: Event) -> Publication:
        """On `<prefix>/event/<device id>`."""
        return Publication(f"{self._prefix}/event/{event.device.id}", _payload(event_json(event)), qos=1)

    def device(self, device: Device) -> Publication:
        """Its whole state, retained, on `<prefix>/device/<device id>`."""
        return Publication(f"{self._prefix}/device/{device.id}", _bytes(device_line(device)), qos=1, retain=True)

    def no_device(self, device_id: str) -> Publication:
        """What removes the device's retained state from the broker."""
        return Publication(f"{self._prefix}/device/{device_id}", b"", qos=1, retain=True)

    def answer(self, request: str, shape: Mapping[str, Any]) -> Publication:
        """What came of a request, on `<prefix>/answer/<its id>`."""
        return Publication(f"{self._prefix}/answer/{request}", _payload({"schema": SCHEMA, **shape}), qos=1)

    def status(self, status: str) -> Publication:
        """`online` or `offline`, retained, on `<prefix>/status`."""
        return Publication(f"{self._prefix}/status", status.encode(), qos=1, retain=True)

    def stats(self, counters: Mapping[str, Any]) -> Publication:
        """Counters, retained, on `<prefix>/stats`."""
        return Publication(f"{self._prefix}/stats", _payload(counters), qos=1, retain=True)
