"""What leaves the agent: values to JSON and to Publications."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from agent.core.message import Device, Event, Interpretation, Publication, Reading, Refusal

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
        shape["problems"] = [
            {"path": problem.path, "reason": problem.reason, "detail": problem.detail}
            for problem in interpretation.problems
        ]
    return shape


def _reading_json(reading: Reading) -> dict[str, Any]:
    shape: dict[str, Any] = {"path": reading.path, "label": reading.label, "value": reading.value, "unit": reading.unit}
    if reading.polarity is not None:
        shape["polarity"] = reading.polarity
    shape["confidence"] = round(reading.confidence, 3)
    shape["source"] = reading.source
    shape["raw"] = reading.raw
    return shape


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
                "confidence": round(reading.confidence, 3),
                "source": reading.source,
                "topic": reading.topic,
                "path": reading.path,
                "at": timestamp(reading.at),
            }
            for reading in device.readings
        },
    }


def line(shape: Mapping[str, Any] | Sequence[Any]) -> str:
    """Compact JSON in one line. Raises ValueError for anything that JSON has no word for."""
    return json.dumps(shape, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _payload(shape: Mapping[str, Any]) -> bytes:
    # JSON can spell half of a surrogate pair, UTF-8 cannot.
    return line(shape).encode("utf-8", "replace")


def timestamp(at: float) -> str:
    """Seconds since the Unix epoch as "2026-11-23T09:00:00.123Z"."""
    # Called for each reading of a device: strftime would take several times as long.
    return f"{datetime.fromtimestamp(at, UTC).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


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
        return Publication(topic, _payload(interpretation_json(interpretation)), qos=1)

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
        return Publication(f"{self._prefix}/device/{device.id}", _payload(device_json(device)), qos=1, retain=True)

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
