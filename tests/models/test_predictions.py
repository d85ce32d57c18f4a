"""What scorers read, made from interpretations."""

from __future__ import annotations

import json
import subprocess
import sys

from agent.tflite import vocabulary


def test_predictions_keep_ids_and_leave_refusals_empty() -> None:
    reading = {"path": "/t", "label": "temperature", "unit": "°C", "confidence": 0.9, "value": 21, "raw": 21}
    lines = [{"id": 1, "readings": [reading]}, {"id": "b", "error": {"reason": "empty", "detail": ""}}]
    run = subprocess.run(
        [sys.executable, "-m", "models.predictions"],
        input="\n".join(json.dumps(line) for line in lines),
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = map(json.loads, run.stdout.splitlines())
    assert first["fields"]["/t"] == {"label": "temperature", "unit": "°C", "confidence": 0.9, "polarity": None}
    assert first["fields"]["/t"]["label"] in vocabulary()["label"]
    assert second == {"id": "b", "fields": {}}
