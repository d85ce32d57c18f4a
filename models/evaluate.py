"""How good a quantized model is on ecosystems it was not trained on, beside simple baselines in the same run.

`python -m models.evaluate MODEL.tflite EXAMPLES FACTS --without ECOSYSTEM ... [--calibration FILE]`

EXAMPLES are messages of the left-out devices in their own keys (`models.simulate --only-left-out`); FACTS are all
facts, of which the baselines learn what the model was allowed to: all but the left-out ecosystems.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier

from agent.core.encode import SEGMENTS, plain_name
from agent.core.ontology import LABELS
from agent.tflite import Model
from models.calibrate import expected_calibration_error, label_logits, probabilities
from models.examples import MASKED, read_shards
from models.facts import Device
from models.simulate.__main__ import devices, split

EXAMPLES = 30_000
TAUGHT = 60_000
"""Rows for the linear baseline: with all 300,000 it was stopped after several minutes."""
_LABELS = list(LABELS)


@dataclass(frozen=True, slots=True)
class Answers:
    """What one method says of the examples."""

    method: str
    label: np.ndarray
    """int [n]; -1 where it gives no answer."""
    confidence: np.ndarray | None = None


def names(folder: Path, count: int) -> list[str]:
    """The name segment of the examples whose label is known, as `label_logits` reads them."""
    found: list[str] = []
    for shard in read_shards(folder):
        known = np.flatnonzero(shard.targets[:, 0] != MASKED)[: count - len(found)]
        part = np.ascontiguousarray(shard.texts[known, : SEGMENTS[0].width])
        text = part.tobytes().decode("utf-32-le", "replace")
        width = SEGMENTS[0].width
        found += [text[start : start + width].strip() for start in range(0, len(text), width)]
        if len(found) >= count:
            break
    return found


def taught(kept: list[Device]) -> list[tuple[str, int]]:
    """(name, label index) of all keys and names that the kept devices state."""
    rows = []
    for device in kept:
        for fact in device.facts:
            if fact.label not in LABELS:
                continue
            index = _LABELS.index(fact.label)
            words = [*fact.path[-1:], *fact.names.values()]
            rows += [(plain_name(word)[: SEGMENTS[0].width - 1].strip(), index) for word in words]
    return rows


def lookup(rows: list[tuple[str, int]], asked: list[str]) -> Answers:
    """The commonest label of exactly this name."""
    table: dict[str, Counter[int]] = defaultdict(Counter)
    for name, label in rows:
        table[name][label] += 1
    best = {name: labels.most_common(1)[0][0] for name, labels in table.items()}
    return Answers("exact-key lookup", np.array([best.get(name, -1) for name in asked]))


def linear(rows: list[tuple[str, int]], asked: list[str]) -> Answers:
    """A linear model over character n-grams of the name, taught with at most TAUGHT of the rows."""
    rows = random.Random(1).sample(rows, min(TAUGHT, len(rows)))
    vectorizer = HashingVectorizer(analyzer="char_wb", ngram_range=(1, 5), n_features=2**18)
    model = SGDClassifier(loss="log_loss", alpha=2e-6, random_state=1, max_iter=6, n_jobs=2)
    model.fit(vectorizer.transform([name for name, _ in rows]), [label for _, label in rows])
    return Answers("character n-grams, linear", model.predict(vectorizer.transform(asked)))


def main() -> None:
    """Print the table and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--without", nargs="+", required=True)
    parser.add_argument("--calibration", type=Path)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    temperature = json.loads(arguments.calibration.read_text())["temperature"] if arguments.calibration else 1.0
    logits, truths = label_logits(Model(arguments.model.read_bytes()), arguments.examples, EXAMPLES)
    found = probabilities(logits, temperature)
    asked = names(arguments.examples, EXAMPLES)
    kept, _ = split(devices(arguments.facts), arguments.without)
    rows = taught(kept)
    seen = {name for name, _ in rows}
    unseen = np.array([name not in seen for name in asked])
    confidence = found.max(axis=1)
    methods = [lookup(rows, asked), linear(rows, asked), Answers("this model, int8", found.argmax(axis=1), confidence)]
    table = Table(
        "method",
        "all",
        "unseen keys",
        title=f"label accuracy, {len(truths)} fields, {unseen.mean():.0%} with an unseen key",
    )
    figures = {}
    for answers in methods:
        right = answers.label == truths
        figures[answers.method] = {"all": float(right.mean()), "unseen": float(right[unseen].mean())}
        table.add_row(answers.method, f"{right.mean():.3f}", f"{right[unseen].mean():.3f}")
    Console().print(table)
    right = found.argmax(axis=1) == truths
    order = np.argsort(-confidence)
    figures["calibration_error"] = expected_calibration_error(confidence, right)
    figures["accuracy_of_surest_80_percent"] = float(right[order[: int(0.8 * len(order))]].mean())
    Console().print(
        f"calibration error {figures['calibration_error']:.3f}; "
        f"right on the surest 80 %: {figures['accuracy_of_surest_80_percent']:.3f}"
    )
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
