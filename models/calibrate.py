"""Temperature and threshold of a quantized model: `python -m models.calibrate MODEL.tflite EXAMPLES OUT.json`.

EXAMPLES should be of ecosystems that the model was not trained on: on what it knows it is right too often to learn
modesty from. Run through the runtime, so that what is calibrated is the int8 model.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.progress import track

from agent.core.encode import tokens
from agent.tflite import Model
from models.examples import labelled

EXAMPLES = 60_000


def label_logits(model: Model, folder: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Label logits float32 [n, labels] of the int8 model and the true labels int16 [n], masked ones left out."""
    texts, truths = labelled(folder, count)
    return logits_of(model, texts), truths


def logits_of(model: Model, texts: Sequence[str]) -> np.ndarray:
    """Label logits float32 [n, labels] of rendered texts."""
    starts = track(range(0, len(texts), 1024), "reading")
    return np.concatenate([model(tokens(texts[start : start + 1024])).label for start in starts])


def probabilities(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Softmax of logits / temperature, float64 [n, classes]."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    exponential = np.exp(scaled)
    return exponential / exponential.sum(axis=1, keepdims=True)


def fitted_temperature(logits: np.ndarray, truths: np.ndarray) -> float:
    """The temperature at which the true labels are most likely."""

    def loss(temperature: float) -> float:
        found = probabilities(logits, temperature)[np.arange(len(truths)), truths]
        return float(-np.log(np.maximum(found, 1e-12)).mean())

    candidates = np.geomspace(0.4, 4.0, 60)
    return round(float(min(candidates, key=loss)), 3)


def expected_calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """Mean distance of confidence and accuracy over equally filled bins."""
    order = np.argsort(confidence)
    parts = np.array_split(order, bins)
    return float(sum(len(part) * abs(confidence[part].mean() - right[part].mean()) for part in parts) / len(order))


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threshold", type=float, default=0.2, help="labels below this confidence are withheld")
    arguments = parser.parse_args()
    logits, truths = label_logits(Model(arguments.model.read_bytes()), arguments.examples, EXAMPLES)
    temperature = fitted_temperature(logits, truths)
    for name, value in (("uncalibrated", 1.0), ("calibrated", temperature)):
        found = probabilities(logits, value)
        right = found.argmax(axis=1) == truths
        error = expected_calibration_error(found.max(axis=1), right)
        print(f"{name}: temperature {value:.3f}, accuracy {right.mean():.4f}, calibration error {error:.4f}")
    arguments.out.write_text(json.dumps({"temperature": temperature, "threshold": arguments.threshold}) + "\n")


if __name__ == "__main__":
    main()
