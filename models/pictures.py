"""The pictures of the model's page, drawn from what the stages measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

BINS = 12


plt.rcParams["svg.hashsalt"] = "dragoman"


def draw_confidence(path: Path, confidence: np.ndarray, right: np.ndarray) -> None:
    """How far a confidence can be trusted. `confidence` float [n], 0 to 1; `right` bool [n]."""
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
    _save(figure, path)


def draw_pruning(path: Path, curve: Sequence[Mapping[str, float]]) -> None:
    """How far channels can be taken out before accuracy gives way. Rows as `models.prune` writes them."""
    figure, axes = plt.subplots(figsize=(6, 3.8), constrained_layout=True)
    size = [row["parameters"] / 1000 for row in curve]
    for criterion in [name for name in curve[0] if name not in ("removed", "parameters")]:
        axes.plot(size, [row[criterion] for row in curve], marker="o", label=criterion)
    axes.set(xlabel="thousand parameters left", ylabel="label accuracy, left-out ecosystems", ylim=(0, 1))
    axes.set_title("Channels removed, not trained again")
    axes.invert_xaxis()
    axes.legend()
    axes.grid(alpha=0.3)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    # Without its date the same figures give the same file.
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)
