"""A quantized file to what the agent loads: `python -m models.release MODEL.tflite CALIBRATION.json EXAMPLES`.

In place of the calibration a spec may stand, whose calibration is kept. Of the EXAMPLES it notes some with their
labels, by which the agent notices a machine that computes the model wrongly.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np

from agent import __version__
from agent.core import encode
from agent.core.known_words import KNOWN_WORDS
from agent.core.ontology import LABELS
from agent.tflite import RELEASED, Model, vocabulary
from models.calibrate import logits_of, probabilities
from models.examples import labelled

KNOWN = 20
"""Fields whose labels are noted, each of another label."""
_SEARCHED = 10_000


def known_answers(model: Model, examples: Path) -> dict[str, str]:
    """Label by rendered text of the fields that the model is surest of and right about."""
    texts, truths = labelled(examples, _SEARCHED)
    logits = logits_of(model, texts)
    confidence = probabilities(logits, 1.0)
    found: dict[str, str] = {}
    for row in np.argsort(-confidence.max(axis=1), kind="stable"):
        label = list(LABELS)[truths[row]]
        if logits[row].argmax() == truths[row] and label not in found.values():
            found[texts[row]] = label
        if len(found) == KNOWN:
            break
    return found


def release(model: Path, calibration: dict[str, float], examples: Path, folder: Path) -> Path:
    """Path of the spec written into `folder`, beside a copy of the model."""
    content = model.read_bytes()
    spec = {
        "name": RELEASED.stem,
        "version": __version__,
        "file": f"{RELEASED.stem}.tflite",
        "sha256": hashlib.sha256(content).hexdigest(),
        "encoder_version": encode.VERSION,
        "known_words": KNOWN_WORDS.digest,
        "calibration": calibration,
        "known_answers": known_answers(Model(content), examples),
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
    parser.add_argument("examples", type=Path)
    parser.add_argument("--out", type=Path, default=RELEASED.parent)
    arguments = parser.parse_args()
    measured = json.loads(arguments.calibration.read_text(encoding="utf-8"))
    calibration = measured.get("calibration", measured)
    print(release(arguments.model, calibration, arguments.examples, arguments.out))


if __name__ == "__main__":
    main()
