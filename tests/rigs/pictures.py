"""The pictures of docs/performance.md, drawn from what `make performance` measured.

python -m tests.rigs.pictures build/bench docs
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

plt.rcParams["svg.hashsalt"] = "dragoman"


def draw_stages(found: dict[str, Any]) -> Figure:
    """What a message costs from stage to stage. `found` as `dragoman bench --json` prints it."""
    stages = found["stages"]["stages"]
    figure, axes = plt.subplots(figsize=(7, 3.4), constrained_layout=True)
    for row, warm, name in ((0.0, False, "only when new"), (1.3, True, "always")):
        left = 0.0
        for stage in (stage for stage in stages if stage["warm"] is warm):
            width = stage["us_per_message"]
            axes.barh(row, width, height=0.5, left=left, edgecolor="white")
            axes.annotate(
                f"{stage['name']} {width:.0f}",
                (left + width / 2, row + 0.28),
                rotation=60,
                ha="left",
                va="bottom",
                rotation_mode="anchor",
                fontsize=7,
            )
            left += width
        axes.annotate(name, (left, row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set(yticks=[], xlabel="µs a message of the demo's home, on one core", title="What a message costs")
    axes.margins(x=0.25)
    axes.set_ylim(-0.4, 2.4)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    return figure


def draw_latency(found: dict[str, Any]) -> Figure:
    """From sending to hearing the answer: the share of messages within a time."""
    figure, axes = plt.subplots(figsize=(6, 3.4), constrained_layout=True)
    for latency in found["broker"]["latencies"]:
        took = sorted(latency["milliseconds"])
        axes.plot(took, [(index + 1) / len(took) for index in range(len(took))], label=latency["who"])
        axes.plot(latency["p99_ms"], 0.99, marker="o", color=axes.lines[-1].get_color())
    per_s = found["broker"]["latencies"][0]["per_s"]
    axes.set(xscale="log", xlabel="milliseconds, the dot is p99", ylabel="share of messages", ylim=(0, 1.02))
    axes.set_title(f"From sending to hearing, QoS 1, {per_s:g} messages a second")
    _plain(axes.xaxis)
    axes.legend()
    axes.grid(alpha=0.3)
    return figure


def draw_devices(found: dict[str, Any]) -> Figure:
    """The cost of a message and the memory, by the number of devices. `found` as `tests.rigs.scale` writes it."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), constrained_layout=True)
    for named_by, way, told in (
        ("number", "interpreted", "named by numbers, interpreted"),
        ("word", "interpreted", "each named by a word of its own, interpreted"),
        ("number", "whole line", "named by numbers, all that comes of it"),
    ):
        points = [point for point in found["devices"] if (point["named_by"], point["way"]) == (named_by, way)]
        devices = [point["devices"] for point in points]
        left.plot(devices, [point["us_per_message"] for point in points], marker="o", label=told)
        right.plot(devices, [point["resident_mib"] for point in points], marker="o", label=told)
    left.set(xscale="log", yscale="log", xlabel="devices that speak in turn", ylabel="µs a message", ylim=(5, 5_000))
    right.set(xscale="log", yscale="log", xlabel="devices that speak in turn", ylabel="MiB resident", ylim=(20, 2_000))
    left.set_title("Cost of a message")
    right.set_title("Memory")
    for axes in (left, right):
        _plain(axes.yaxis)
        axes.grid(alpha=0.3)
    left.legend(loc="upper left", fontsize=8)
    return figure


def _plain(axis: Axis) -> None:
    """Numbers as people write them, at 1, 2 and 5 of each power of ten."""
    axis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def main(source: Path, target: Path) -> None:
    """Draw all of them."""
    found = json.loads((source / "bench.json").read_text())
    scale = json.loads((source / "scale.json").read_text())
    for name, figure in (
        ("stages", draw_stages(found)),
        ("latency", draw_latency(found)),
        ("devices", draw_devices(scale)),
    ):
        # Without its date the same figures give the same file.
        figure.savefig(target / f"performance-{name}.svg", metadata={"Date": None})
        figure.savefig(source / f"{name}.png")
        plt.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
