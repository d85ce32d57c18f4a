"""How good a quantized model is on ecosystems it was not trained on, beside simple baselines in the same run.

`python -m models.evaluate MODEL.tflite EXAMPLES FACTS --without ECOSYSTEM ... [--calibration FILE] [--taught EXAMPLES]`

EXAMPLES are messages of the left-out devices in their own keys (`models.simulate --only-left-out`); FACTS are all
facts, of which the baselines learn what the model was allowed to: all but the left-out ecosystems. Writes the figures
and, with `--picture`, how far the confidence can be trusted.
"""

from __future__ import annotations

import argparse
import json
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from agent.core.encode import SEGMENTS, plain_name
from agent.core.ontology import LABELS
from agent.tflite import Model
from models.baselines import TAUGHT, Answers, linear, lookup, nearest
from models.calibrate import expected_calibration_error, label_logits, logits_of, probabilities
from models.examples import MASKED, examples, labelled
from models.facts import Device
from models.pictures import draw_confidence
from models.simulate.__main__ import devices, split
from models.simulate.languages import in_language

EXAMPLES = 30_000
LANGUAGES = ("en", "de", "fr", "nl", "es", "it", "sv", "pl", "ru", "zh")
_LABELS = list(LABELS)


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


def by_language(model: Model, left_out: list[Device]) -> dict[str, tuple[int, float]]:
    """(fields, label accuracy) on the left-out integrations' readings by their names in each language."""
    found = {}
    for language in LANGUAGES:
        rows = [row for message in in_language(left_out, language, 5) for row in examples(message)]
        known = [(text, targets[0]) for text, targets in rows if targets[0] != MASKED]
        best = logits_of(model, [text for text, _ in known]).argmax(axis=1)
        found[language] = (len(known), float((best == np.array([label for _, label in known])).mean()))
    return found


def main() -> None:
    """Print the tables and write the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--without", nargs="+", required=True)
    parser.add_argument("--calibration", type=Path)
    parser.add_argument("--taught", type=Path, help="the model's own examples, for a linear model of the whole text")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--picture", type=Path)
    arguments = parser.parse_args()
    console = Console()
    model = Model(arguments.model.read_bytes())
    temperature = json.loads(arguments.calibration.read_text())["temperature"] if arguments.calibration else 1.0
    logits, truths = label_logits(model, arguments.examples, EXAMPLES)
    found = probabilities(logits, temperature)
    confidence, right = found.max(axis=1), found.argmax(axis=1) == truths
    lines, _ = labelled(arguments.examples, EXAMPLES)
    asked = [line[: SEGMENTS[0].width].strip() for line in lines]
    kept, left_out = split(devices(arguments.facts), arguments.without)
    rows = taught(kept)
    seen = {name for name, _ in rows}
    unseen = np.array([name not in seen for name in asked])
    methods = [lookup(rows, asked), linear("n-grams of the key, linear", rows, asked), nearest(rows, asked)]
    if arguments.taught:
        own, meant = labelled(arguments.taught, TAUGHT)
        methods.append(linear("n-grams of the whole text, linear", list(zip(own, meant, strict=True)), lines))
    methods.append(Answers("this model, int8", found.argmax(axis=1)))
    title = f"label accuracy, {len(truths)} fields, {unseen.mean():.0%} with an unseen key"
    table = Table("method", "all", "unseen keys", title=title)
    figures: dict[str, object] = {}
    for answers in methods:
        count = len(answers.label)
        hits = answers.label == truths[:count]
        figures[answers.method] = {"all": float(hits.mean()), "unseen": float(hits[unseen[:count]].mean())}
        table.add_row(answers.method, f"{hits.mean():.3f}", f"{hits[unseen[:count]].mean():.3f}")
    console.print(table)
    order = np.argsort(-confidence)
    figures["calibration_error"] = expected_calibration_error(confidence, right)
    figures["accuracy_of_surest_80_percent"] = float(right[order[: int(0.8 * len(order))]].mean())
    console.print(
        f"calibration error {figures['calibration_error']:.3f}; "
        f"right on the surest 80 %: {figures['accuracy_of_surest_80_percent']:.3f}"
    )
    integrations = [device for device in left_out if fnmatch(device.ecosystem, "ha:*")]
    spoken = by_language(model, integrations)
    table = Table("language", "fields", "label accuracy", "of English", title="names of left-out integrations")
    for language, (count, accuracy) in spoken.items():
        table.add_row(language, str(count), f"{accuracy:.3f}", f"{accuracy / spoken['en'][1]:.3f}")
    console.print(table)
    figures["languages"] = {language: accuracy for language, (_, accuracy) in spoken.items()}
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=1) + "\n")
    if arguments.picture:
        draw_confidence(arguments.picture, confidence, right)


if __name__ == "__main__":
    main()
