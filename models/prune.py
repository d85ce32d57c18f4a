"""Make a trained network smaller by taking whole channels out: `python -m models.prune RUN EXAMPLES LEFT_OUT OUT`.

Which channels: those whose removal is expected to raise the loss the least. Optimal brain damage (LeCun et al. 1990)
estimates that by the diagonal of the second derivatives. For a gate of value one on a channel, the second derivative
is approximated by the mean square of the gate's gradient over examples, so a channel's saliency is half of that
(Theis et al. 2018). The plain norm of a channel's weights stands beside it as the baseline.

Writes `curve.json` and `curve.svg` (accuracy against the channels removed, by both criteria, not trained again) and,
with `--remove SHARE`, a run of the smaller network that `models.train --start` goes on from.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.progress import track
from rich.table import Table

from agent.core.encode import Tokens, tokens
from models.examples import labelled
from models.network import Shape, joined_rows, network, sizes
from models.pictures import draw_pruning
from models.runs import load, save, shape_of

PROBED = 8_192
"""Examples from which saliencies are estimated."""
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
BATCH = 256


@dataclass(frozen=True, slots=True)
class Kept:
    """Indices of the channels that stay, by layer."""

    piece: np.ndarray
    convolutions: tuple[np.ndarray, ...]
    hidden: np.ndarray


def _labelled(folder: Path, count: int) -> tuple[Tokens, np.ndarray]:
    """Tokens and label indices of the first examples whose label is known."""
    texts, labels = labelled(folder, count)
    return tokens(texts), labels.astype(np.int64)


def _layers(shape: Shape) -> list[str]:
    """Layers with channels to remove."""
    return ["piece_table", *(f"convolution_{number}" for number in range(1, len(shape.convolutions) + 1)), "hidden"]


def saliencies(model: tf.keras.Model, shape: Shape, examples: tuple[Tokens, np.ndarray]) -> dict[str, np.ndarray]:
    """float64 [channels] for each layer: the expected rise of the label loss when the channel is removed."""
    names = _layers(shape)
    probe = tf.keras.Model(model.inputs, [*(model.get_layer(name).output for name in names), model.output])
    found = {name: np.zeros(model.get_layer(name).output.shape[-1]) for name in names}
    encoded, labels = examples

    @tf.function
    def gates(characters: tf.Tensor, pieces: tf.Tensor, wanted: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            *activations, output = probe([characters[:, None], pieces[:, None]], training=False)
            logits = output[:, 0, 0, : sizes()[0]]
            loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, logits))
        slopes = tape.gradient(loss, activations)
        # The gradient of a gate, example by example: all positions of the channel share it.
        return [
            tf.reduce_sum(tf.reduce_sum(activation * slope, axis=(1, 2)) ** 2, axis=0)
            for activation, slope in zip(activations, slopes, strict=True)
        ]

    for start in track(range(0, len(labels), BATCH), "saliencies"):
        rows = slice(start, start + BATCH)
        for name, part in zip(names, gates(encoded.characters[rows], encoded.pieces[rows], labels[rows]), strict=True):
            found[name] += part.numpy()
    return {name: total / (2 * len(labels)) for name, total in found.items()}


def magnitudes(model: tf.keras.Model, shape: Shape) -> dict[str, np.ndarray]:
    """float64 [channels] for each layer: the norm of the weights that make the channel."""
    found = {}
    for name in _layers(shape):
        kernel = model.get_layer(name).get_weights()[0]
        found[name] = np.sqrt((kernel.reshape(-1, kernel.shape[-1]).astype(np.float64) ** 2).sum(axis=0))
    return found


def kept(scores: dict[str, np.ndarray], shape: Shape, share: float) -> Kept:
    """The channels that stay when `share` of those of every layer, 0 to 1, is removed, lowest scores first."""

    def best(name: str) -> np.ndarray:
        count = max(1, round(len(scores[name]) * (1 - share)))
        return np.sort(np.argsort(-scores[name], kind="stable")[:count])

    names = _layers(shape)
    return Kept(best(names[0]), tuple(best(name) for name in names[1:-1]), best(names[-1]))


def smaller(model: tf.keras.Model, shape: Shape, stay: Kept) -> tuple[tf.keras.Model, Shape]:
    """A network that has only the kept channels, with their weights."""
    small = replace(
        shape, piece=len(stay.piece), convolutions=tuple(map(len, stay.convolutions)), hidden=len(stay.hidden)
    )
    made = network(small, sum(sizes()))
    weights = {layer.name: layer.get_weights() for layer in model.layers if layer.get_weights()}
    made.get_layer("piece_table").set_weights([weights["piece_table"][0][:, stay.piece]])
    entering = np.arange(0)
    if shape.convolutions:
        made.get_layer("character_table").set_weights(weights["character_table"])
        entering = np.arange(shape.character)
    for number, leaving in enumerate(stay.convolutions, 1):
        kernel, bias = weights[f"convolution_{number}"]
        made.get_layer(f"convolution_{number}").set_weights([kernel[:, :, entering][..., leaving], bias[leaving]])
        entering = leaving
    pooled, read = joined_rows(shape)
    joined = [pooled[..., stay.piece].ravel()]
    if shape.convolutions:
        joined.append(read[:, entering].ravel())
    kernel, bias = weights["hidden"]
    made.get_layer("hidden").set_weights([kernel[:, :, np.concatenate(joined)][..., stay.hidden], bias[stay.hidden]])
    kernel, bias = weights["logits"]
    made.get_layer("logits").set_weights([kernel[:, :, stay.hidden], bias])
    return made, small


def accuracy(model: tf.keras.Model, examples: tuple[Tokens, np.ndarray]) -> float:
    """Share of the examples whose label the network gives first."""
    encoded, labels = examples
    right = 0
    for start in range(0, len(labels), 1024):
        rows = slice(start, start + 1024)
        output = model([encoded.characters[rows, None], encoded.pieces[rows, None]], training=False)
        right += int((output.numpy()[:, 0, 0, : sizes()[0]].argmax(axis=1) == labels[rows]).sum())
    return right / len(labels)


def main() -> None:
    """Print and write the curve, and the smaller network where one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("examples", type=Path, help="examples of the training, for the saliencies")
    parser.add_argument("left_out", type=Path, help="examples to measure on")
    parser.add_argument("out", type=Path)
    parser.add_argument("--measured", type=int, default=10_000)
    parser.add_argument("--remove", type=float, help="share of the channels that the written network lacks, 0 to 1")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    model, shape = load(arguments.run), shape_of(arguments.run)
    measured = _labelled(arguments.left_out, arguments.measured)
    criteria = {
        "optimal brain damage": saliencies(model, shape, _labelled(arguments.examples, PROBED)),
        "magnitude": magnitudes(model, shape),
    }
    table = Table("channels removed", "parameters", *criteria, title="label accuracy, not trained again")
    curve = []
    for share in track(SHARES, "removing"):
        row: dict[str, float] = {"removed": share}
        for name, scores in criteria.items():
            made, _ = smaller(model, shape, kept(scores, shape, share))
            row |= {"parameters": made.count_params(), name: accuracy(made, measured)}
        curve.append(row)
        table.add_row(f"{share:.0%}", f"{row['parameters']:,}", *(f"{row[name]:.3f}" for name in criteria))
    Console().print(table)
    (arguments.out / "curve.json").write_text(json.dumps(curve, indent=1) + "\n")
    draw_pruning(arguments.out / "curve.svg", curve)
    if arguments.remove is not None:
        made, small = smaller(model, shape, kept(criteria["optimal brain damage"], shape, arguments.remove))
        save(made, small, arguments.out)


if __name__ == "__main__":
    main()
