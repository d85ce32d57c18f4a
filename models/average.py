"""Average the weights of trainings that went on from one another: `python -m models.average RUN RUN ... OUT`.

The average of a network before and after it was trained on is often better than either (Wortsman et al. 2022, "model
soups"): what the last training overdid is halved.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from models.runs import load, save, shape_of


def main() -> None:
    """Write the averaged run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    models = [load(run) for run in arguments.runs]
    averaged = models[0]
    averaged.set_weights([np.mean(weights, axis=0) for weights in zip(*(m.get_weights() for m in models), strict=True)])
    save(averaged, shape_of(arguments.runs[0]), arguments.out)


if __name__ == "__main__":
    main()
