"""A finished training on disk: its network's sizes and weights."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import tensorflow as tf

from models.network import Shape, network, sizes

WEIGHTS = "network.weights.h5"
"""File of a finished run's weights."""


def shape_of(run: Path) -> Shape:
    """Sizes of the network of a training run."""
    recipe = json.loads((run / "recipe.json").read_text())
    return Shape(
        **{
            **recipe["shape"],
            "convolutions": tuple(recipe["shape"]["convolutions"]),
            "spans": tuple(recipe["shape"]["spans"]),
        }
    )


def load(run: Path) -> tf.keras.Model:
    """The network that a training run left, in float."""
    model = network(shape_of(run), sum(sizes()))
    model.load_weights(str(run / WEIGHTS))
    return model


def save(model: tf.keras.Model, shape: Shape, run: Path) -> None:
    """Write a network that no training left so that one can start from it."""
    run.mkdir(parents=True, exist_ok=True)
    model.save_weights(str(run / WEIGHTS))
    (run / "recipe.json").write_text(json.dumps({"shape": asdict(shape)}, indent=1) + "\n")
