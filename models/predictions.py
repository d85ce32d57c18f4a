"""Interpretations on stdin to what scorers read: {"id", "fields": {pointer: {label, unit, confidence, polarity}}}."""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Convert line by line. A refused message has no fields."""
    for line in sys.stdin:
        found = json.loads(line)
        fields = {
            reading["path"]: {key: reading.get(key) for key in ("label", "unit", "confidence", "polarity")}
            for reading in found.get("readings", ())
        }
        print(json.dumps({"id": found.get("id"), "fields": fields}, ensure_ascii=False))


if __name__ == "__main__":
    main()
