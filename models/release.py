"""A quantized file to what the agent loads: `python -m models.release MODEL.tflite CALIBRATION.json`."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

from agent import __version__
from agent.core import encode
from agent.tflite import RELEASED, vocabulary


def release(model: Path, calibration: dict[str, float], folder: Path) -> Path:
    """Path of the spec written into `folder`, beside a copy of the model."""
    content = model.read_bytes()
    spec = {
        "name": RELEASED.stem,
        "version": __version__,
        "file": f"{RELEASED.stem}.tflite",
        "sha256": hashlib.sha256(content).hexdigest(),
        "encoder_version": encode.VERSION,
        "calibration": calibration,
        "vocabulary": vocabulary(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / spec["file"]).write_bytes(content)
    path = folder / RELEASED.name
    path.write_text(json.dumps(spec, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def main() -> None:
    """Write the released model into the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("calibration", type=Path)
    parser.add_argument("--out", type=Path, default=RELEASED.parent)
    arguments = parser.parse_args()
    print(release(arguments.model, json.loads(arguments.calibration.read_text()), arguments.out))


if __name__ == "__main__":
    main()
