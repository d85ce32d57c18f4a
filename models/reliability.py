"""The picture of how far a confidence can be trusted: right when it says so, and accuracy against coverage."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

BINS = 12


def draw(path: Path, confidence: np.ndarray, right: np.ndarray) -> None:
    """Write the picture. `confidence` float [n], 0 to 1; `right` bool [n]."""
    plt.rcParams["svg.hashsalt"] = "dragoman"
    figure, (left, middle) = plt.subplots(1, 2, figsize=(9, 3.8), constrained_layout=True)
    order = np.argsort(confidence)
    parts = np.array_split(order, BINS)
    left.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    left.plot([confidence[part].mean() for part in parts], [right[part].mean() for part in parts], marker="o")
    left.set(xlabel="confidence", ylabel="right", xlim=(0, 1), ylim=(0, 1), title="Is it right as often as it says?")
    best = order[::-1]
    coverage = np.arange(1, len(best) + 1) / len(best)
    accuracy = np.cumsum(right[best]) / np.arange(1, len(best) + 1)
    start = len(best) // 100
    middle.plot(coverage[start:], accuracy[start:])
    middle.axvline(0.8, color="0.7", linewidth=1)
    middle.set(
        xlabel="share of fields answered, surest first", ylabel="right", xlim=(0, 1), title="Coverage and accuracy"
    )
    for axes in (left, middle):
        axes.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)
